// The seats dialect's sockets, line by line and byte for byte.
#include "support/seat_monitor.h"

using namespace seat_monitor;

TEST_CASE("seats: a guest is told its login state and nothing else", "[dialects]") {
    Monitor monitor;
    for (const char* path : {"/", "/websocket/", "/websocket", "/ws", "//ws/"}) {
        INFO(path);
        auto guest = monitor.open("", path);
        const std::string cookie = guest.header("set-cookie");
        CHECK(cookie.starts_with("handshake_token="));
        CHECK(cookie.find("; Max-Age=432000; Path=/; HttpOnly; SameSite=Strict") != std::string::npos);
        CHECK(Monitor::ask(guest, R"({"type":"user.subscribe","data":{},"eid":"a","ts":1})") ==
              reply("snapshot", R"("user.subscribe")", R"({"status":"guest"})", R"("a")"));
        for (const char* type :
             {"cinemas.get_cinemas", "cinemas.subscribe", "hall.subscribe", "hall.update_seat_status"})
            CHECK(
                Monitor::ask(guest, R"({"type":")" + std::string(type) + R"(","data":{"id":1},"eid":"b"})") ==
                failed(std::string(type).ends_with(".subscribe") ? "null" : '"' + std::string(type) + '"',
                       R"("b")", "Unauthorized"));
    }
}

TEST_CASE("seats: a student, a headset and a site key are guests", "[dialects]") {
    Monitor monitor;
    auto& box = monitor.appliance;
    box.add_person(monitor.head, "student", "ada");
    const std::string student = box.log_in("ada").token,
                      headset = box.pair(monitor.head, "S1").credential.token;
    for (const std::string& token : {student, headset}) {
        SocketClient socket(box.port(), "/websocket/?token=" + token);
        CHECK(Monitor::ask(socket, R"({"type":"cinemas.get_cinemas","data":null,"eid":1})") ==
              failed(R"("cinemas.get_cinemas")", R"("1")", "Unauthorized"));
    }
}

TEST_CASE("seats: cinemas and halls, asked for and subscribed to", "[dialects]") {
    Monitor monitor;
    auto socket = monitor.open_signed_in();
    CHECK(Monitor::ask(socket, R"({"type":"cinemas.get_cinemas","data":{},"eid":"1","ts":5})") ==
          reply("success", R"("cinemas.get_cinemas")", cinemas, R"("1")"));
    // data may be null, ts absent, and the eid a number, which comes back as a string.
    CHECK(Monitor::ask(socket, R"({"type":"cinemas.get_cinemas","data":null,"eid":7})") ==
          reply("success", R"("cinemas.get_cinemas")", cinemas, R"("7")"));
    CHECK(Monitor::ask(socket, R"({"type":"cinemas.subscribe","data":{},"eid":"c"})") ==
          reply("snapshot", R"("cinemas.subscribe")", cinemas, R"("c")"));
    CHECK(Monitor::ask(socket, R"({"type":"hall.subscribe","data":{"id":1},"eid":"h"})") ==
          reply("snapshot", R"("hall.subscribe")", hall, R"("h")"));
    CHECK(Monitor::ask(socket, R"({"type":"hall.subscribe","data":{"id":2},"eid":"i"})") ==
          failed("null", R"("i")", "HallNotFound"));
    CHECK(Monitor::ask(socket, R"({"type":"hall.subscribe","data":{"id":"1"},"eid":"i"})") ==
          failed("null", R"("i")", "HallNotFound"));
}

TEST_CASE("seats: another organisation's halls are not there, and one without rooms is left out",
          "[dialects]") {
    Monitor monitor;
    const std::string other = monitor.appliance.set_up_other().token;
    SocketClient socket(monitor.appliance.port(), "/?token=" + other);
    CHECK(Monitor::ask(socket, R"({"type":"hall.subscribe","data":{"id":1},"eid":"i"})") ==
          failed("null", R"("i")", "HallNotFound"));
    CHECK(
        Monitor::ask(
            socket,
            R"({"type":"hall.update_seat_status","data":{"hall_id":1,"seat_id":1,"status":"RESERVED"},"eid":"u"})") ==
        failed(R"("hall.update_seat_status")", R"("u")", "SeatUpdateFailed"));
    CHECK(Monitor::ask(socket, R"({"type":"cinemas.get_cinemas","data":null,"eid":"1"})") ==
          reply("success", R"("cinemas.get_cinemas")", "[]", R"("1")"));
}

TEST_CASE(
    "seats: a status that is set is answered with the hall, and told to its subscribers and the cinema's",
    "[dialects]") {
    Monitor monitor;
    const std::string cookie = monitor.registered("rossi");
    auto setter = monitor.open(cookie), watcher = monitor.open(cookie, "/ws");
    Monitor::ask(watcher, R"({"type":"hall.subscribe","data":{"id":1},"eid":"h"})");
    Monitor::ask(watcher, R"({"type":"cinemas.subscribe","data":{},"eid":"c"})");
    std::string after(hall);
    const auto put = [&after](const std::string& from, const std::string& to) {
        after.replace(after.find(from), from.size(), to);
    };
    put(R"("OCCUPIED":0,"RESERVED":0,"VACANT":2)", R"("OCCUPIED":1,"RESERVED":1,"VACANT":1)");
    put(R"("status":"VACANT")", R"("status":"RESERVED")");
    CHECK(
        Monitor::ask(
            setter,
            R"({"type":"hall.update_seat_status","data":{"hall_id":1,"seat_id":1,"status":"RESERVED"},"eid":"u"})") ==
        reply("success", R"("hall.update_seat_status")", after, R"("u")"));
    CHECK(
        watcher.read() ==
        reply(
            "update", R"("hall.subscribe")",
            R"({"id":1,"seat_types":[{"id":1,"seats":{"MAINTENANCE":0,"OCCUPIED":1,"RESERVED":1,"VACANT":1}}],"seats":[{"id":1,"status":"RESERVED","updated_at":"2026-09-01T08:00:00.000Z"}]})",
            R"("h")"));
    CHECK(
        watcher.read() ==
        reply(
            "update", R"("cinemas.subscribe")",
            R"({"halls":[{"id":1,"seats_count":{"MAINTENANCE":0,"OCCUPIED":1,"RESERVED":1,"VACANT":1}}],"id":1})",
            R"("c")"));
    const auto status_of_first = [&](const char* status) {
        const auto said = json::parse(Monitor::ask(
            setter,
            std::string(R"({"type":"hall.update_seat_status","data":{"hall_id":1,"seat_id":1,"status":")") +
                status + R"("},"eid":"u"})"));
        return said["data"].is_null() ? said["error"].get<std::string>()
                                      : said["data"]["seats"][0]["status"].get<std::string>();
    };
    for (const char* status : {"MAINTENANCE", "VACANT", "RESERVED"})
        CHECK(status_of_first(status) == status);
    CHECK(status_of_first("OCCUPIED") == "RESERVED");
    CHECK(status_of_first("occupied") == "SeatUpdateFailed");
    CHECK(
        Monitor::ask(
            setter,
            R"({"type":"hall.update_seat_status","data":{"hall_id":9,"seat_id":1,"status":"VACANT"},"eid":"u"})") ==
        failed(R"("hall.update_seat_status")", R"("u")", "SeatUpdateFailed"));
    for (const char* seat : {"9", "null", R"("1")"})
        CHECK(Monitor::ask(
                  setter, std::string(R"({"type":"hall.update_seat_status","data":{"hall_id":1,"seat_id":)") +
                              seat + R"(,"status":"VACANT"},"eid":"u"})") ==
              failed(R"("hall.update_seat_status")", R"("u")", "SeatUpdateFailed"));
}

TEST_CASE("seats: taking a seat is announced too, and VACANT makes its occupant leave", "[dialects]") {
    Monitor monitor;
    auto& box = monitor.appliance;
    const auto headset = box.pair(monitor.head, "S1");
    auto socket = monitor.open_signed_in();
    Monitor::ask(socket, R"({"type":"hall.subscribe","data":{"id":1},"eid":"h"})");
    box.expect(200, "PATCH", "/v1/seats/2", {{"device_id", headset.id}}, monitor.head);
    CHECK(
        socket.read() ==
        reply(
            "update", R"("hall.subscribe")",
            R"({"id":1,"seat_types":[{"id":1,"seats":{"MAINTENANCE":0,"OCCUPIED":1,"RESERVED":1,"VACANT":1}}],"seats":[{"id":2,"status":"RESERVED","updated_at":"2026-09-01T08:00:00.000Z"}]})",
            R"("h")"));
    socket.send(
        R"({"type":"hall.update_seat_status","data":{"hall_id":1,"seat_id":2,"status":"VACANT"},"eid":"u"})");
    for (int i = 0; i < 2; ++i) { // the answer and the update
        const auto said = json::parse(socket.read().value());
        for (const auto& seat : said["data"]["seats"])
            if (seat["id"] == 2) CHECK(seat["status"] == "VACANT");
    }
    CHECK(box.expect(200, "GET", "/v1/rooms/1", nullptr, monitor.head)["seats"][1]["device_id"].is_null());
}

TEST_CASE("seats: a room that is laid out again, renamed or removed", "[dialects]") {
    Monitor monitor;
    auto& box = monitor.appliance;
    auto socket = monitor.open_signed_in();
    Monitor::ask(socket, R"({"type":"hall.subscribe","data":{"id":1},"eid":"h"})");
    // The changes of one call may arrive in more than one snapshot.
    const auto snapshot_until = [&](const auto& is_so) {
        for (;;) {
            const auto said = json::parse(socket.read().value());
            CHECK(said["status"] == "snapshot");
            if (is_so(said["data"])) return;
        }
    };
    box.expect(200, "PATCH", "/v1/rooms/1", {{"name", "Lab"}}, monitor.head);
    snapshot_until([](const json& data) { return data["name"] == "Lab"; });
    box.expect(204, "DELETE", "/v1/seats/2", nullptr, monitor.head);
    snapshot_until([](const json& data) { return data["seats"].size() == 1 && data["places"] == 1; });
    box.expect(204, "DELETE", "/v1/rooms/1", nullptr, monitor.head);
    CHECK(socket.read() == failed("null", R"("h")", "HallNotFound"));
}

TEST_CASE("seats: subscribing twice is refused; unsubscribing is silent", "[dialects]") {
    Monitor monitor;
    auto socket = monitor.open_signed_in();
    const std::string subscribe = R"({"type":"hall.subscribe","data":{"id":1},"eid":"h"})";
    CHECK(json::parse(Monitor::ask(socket, subscribe))["status"] == "snapshot");
    CHECK(Monitor::ask(socket, subscribe) == failed("null", R"("h")", "SubscriptionAlreadyExists"));
    CHECK(Monitor::ask(socket, R"({"type":"hall.subscribe","data":{"id":1},"eid":"other"})") ==
          failed("null", R"("other")", "SubscriptionAlreadyExists"));
    socket.send(R"({"type":"hall.unsubscribe","data":{"sub_eid":"h"},"eid":"x"})");
    CHECK(json::parse(Monitor::ask(socket, subscribe))["status"] ==
          "snapshot"); // right after, with the same eid
    socket.send(R"({"type":"hall.unsubscribe","data":{"sub_eid":"unknown"},"eid":"x"})");
    socket.send(R"({"type":"cinemas.unsubscribe","data":{"sub_eid":"unknown"},"eid":"x"})");
    socket.send(R"({"type":"user.unsubscribe","data":{},"eid":"x"})");
    for (const char* type : {"hall.unsubscribe", "cinemas.unsubscribe"}) // the earlier ones had no effect
        CHECK(Monitor::ask(socket, R"({"type":")" + std::string(type) + R"(","data":{},"eid":"y"})") ==
              failed("null", R"("y")", "SubscriptionNotFound"));
    socket.send(R"({"type":"hall.unsubscribe","data":{"sub_eid":"h"},"eid":"x"})");
    CHECK(Monitor::ask(socket, R"({"type":"cinemas.subscribe","data":{},"eid":5})").find("snapshot") !=
          std::string::npos);
    socket.send(R"({"type":"cinemas.unsubscribe","data":{"sub_eid":5},"eid":"x"})");
    CHECK(Monitor::ask(socket, "1") == "1");
    monitor.appliance.expect(200, "PATCH", "/v1/seats/1", {{"status", "maintenance"}}, monitor.head);
    CHECK_FALSE(socket.hears_something(100ms));
}

TEST_CASE("seats: limits and errors", "[dialects]") {
    Monitor monitor;
    auto socket = monitor.open_signed_in();
    CHECK(Monitor::ask(socket, R"({"type":"cinemas.dance","data":{},"eid":"1"})") ==
          failed(R"("cinemas.dance")", R"("1")", "UnknownMessageType"));
    CHECK(Monitor::ask(socket, R"({"data":{},"eid":"1"})") ==
          failed("null", R"("1")", "MessageTypeRequired"));
    CHECK(Monitor::ask(socket, R"({"type":7,"data":{},"eid":"1"})") ==
          failed("null", R"("1")", "MessageTypeRequired"));
    for (const char* no_object : {"[]", "2"})
        CHECK(without_eid(Monitor::ask(socket, no_object)) == failed("null", "EID", "MessageTypeRequired"));
    for (const char* no_json : {"hello", "{"})
        CHECK(without_eid(Monitor::ask(socket, no_json)) == failed("null", "EID", "InternalServerError"));
    const auto sized = [](std::size_t bytes) {
        return R"({"type":"cinemas.get_cinemas","data":{"x":")" + std::string(bytes, 'x') +
               R"("},"eid":"1"})";
    };
    CHECK(json::parse(Monitor::ask(socket, sized(102'000)))["status"] == "success");
    CHECK(Monitor::ask(socket, sized(103'000)) ==
          failed(R"("cinemas.get_cinemas")", R"("1")", "MessageTooLarge"));
    CHECK(without_eid(Monitor::ask(socket, sized(1 << 20))) == failed("null", "EID", "MessageTooLarge"));
    CHECK(json::parse(Monitor::ask(socket, sized(10)))["status"] == "success");
}

TEST_CASE("seats: requests of one connection are answered in order, one message a frame", "[dialects]") {
    Monitor monitor;
    auto socket = monitor.open_signed_in();
    for (int i = 0; i < 30; ++i) { // by turns written, read from disk, and read from memory
        const char* type = i % 3 == 0   ? "hall.update_seat_status"
                           : i % 3 == 1 ? "cinemas.get_cinemas"
                                        : "nonsense";
        socket.send(R"({"type":")" + std::string(type) +
                    R"(","data":{"hall_id":1,"seat_id":1,"status":"RESERVED"},"eid":)" + std::to_string(i) +
                    "}");
    }
    for (int i = 0; i < 30; ++i)
        CHECK(json::parse(socket.read().value())["eid"] == std::to_string(i));
}

TEST_CASE("seats: 1 is answered by 1, and is sent to a silent client that has sent it", "[dialects]") {
    Monitor monitor;
    auto speaks = monitor.open(), listens = monitor.open(), types = monitor.open();
    CHECK(Monitor::ask(speaks, "1") == "1");
    Monitor::ask(types, R"({"type":"user.subscribe","data":{},"eid":"a"})");
    CHECK(speaks.read(9s) == "1"); // after five seconds of silence
    CHECK(types.read(9s) == "1");
    CHECK_FALSE(listens.hears_something(50ms));
    CHECK(listens.pings_heard() > 0);
}
