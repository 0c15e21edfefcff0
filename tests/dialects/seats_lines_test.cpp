// The lines of docs/dialects/seats.md, one row each: literal bytes both ways.
#include <algorithm>

#include "support/seat_monitor.h"
#include "support/wire_lines.h"

using namespace seat_monitor;
using support::WireLines;

namespace {

struct Message {
    const char *line, *sent;
    std::string answered;
};

void check(SocketClient& socket, const std::vector<Message>& messages) {
    for (const auto& [line, sent, answered] : messages) {
        INFO(line << "\nsent:     " << sent);
        CHECK(without_eid(Monitor::ask(socket, sent)) == answered);
    }
}

std::string with(std::string whole, const std::string& from, const std::string& to) {
    for (auto at = whole.find(from); at != whole.npos; at = whole.find(from, at + to.size()))
        whole.replace(at, from.size(), to);
    return whole;
}

} // namespace

TEST_CASE("seats, line by line: the socket", "[dialects]") {
    Monitor monitor;
    auto socket = monitor.open_signed_in();
    const std::string get = R"("cinemas.get_cinemas")", set = R"("hall.update_seat_status")";
    const std::string reserved = with(
        with(hall, R"("OCCUPIED":0,"RESERVED":0,"VACANT":2)", R"("OCCUPIED":1,"RESERVED":1,"VACANT":1)"),
        R"("row":1,"seat_type":{"id":1,"name":"Standard"},"status":"VACANT","updated_at":"2026-09-01T08:00:00.000Z","width":30,"x":0)",
        R"("row":1,"seat_type":{"id":1,"name":"Standard"},"status":"RESERVED","updated_at":"2026-09-01T08:00:00.000Z","width":30,"x":0)");
    check(
        socket,
        {
            {"cinemas.get_cinemas {}", R"({"type":"cinemas.get_cinemas","data":{},"eid":"1","ts":1})",
             reply("success", get, cinemas, R"("1")")},
            {"data may be null, ts absent, eid a number (answered as a string)",
             R"({"type":"cinemas.get_cinemas","data":null,"eid":7})",
             reply("success", get, cinemas, R"("7")")},
            {"cinemas.subscribe: snapshot of the same list",
             R"({"type":"cinemas.subscribe","data":{},"eid":"c"})",
             reply("snapshot", R"("cinemas.subscribe")", cinemas, R"("c")")},
            {"while it stands SubscriptionAlreadyExists; an error of a subscription has no type",
             R"({"type":"cinemas.subscribe","data":{},"eid":"c"})",
             failed("null", R"("c")", "SubscriptionAlreadyExists")},
            {"without sub_eid it is SubscriptionNotFound",
             R"({"type":"cinemas.unsubscribe","data":{},"eid":"d"})",
             failed("null", R"("d")", "SubscriptionNotFound")},
            {"hall.subscribe of an unknown hall: HallNotFound",
             R"({"type":"hall.subscribe","data":{"id":9},"eid":"h"})",
             failed("null", R"("h")", "HallNotFound")},
            {"user.subscribe: {status:\"user\", username}",
             R"({"type":"user.subscribe","data":null,"eid":"u"})",
             reply("snapshot", R"("user.subscribe")", R"({"status":"user","username":"rossi"})", R"("u")")},
            {"hall.update_seat_status: an unknown hall is SeatUpdateFailed",
             R"({"type":"hall.update_seat_status","data":{"hall_id":9,"seat_id":1,"status":"VACANT"},"eid":"s"})",
             failed(set, R"("s")", "SeatUpdateFailed")},
            {"an unknown seat too",
             R"({"type":"hall.update_seat_status","data":{"hall_id":1,"seat_id":9,"status":"VACANT"},"eid":"s"})",
             failed(set, R"("s")", "SeatUpdateFailed")},
            {"an unknown status too",
             R"({"type":"hall.update_seat_status","data":{"hall_id":1,"seat_id":1,"status":"TAKEN"},"eid":"s"})",
             failed(set, R"("s")", "SeatUpdateFailed")},
        });
    // Subscribers of the cinemas get their update first; then comes the answer.
    socket.send(
        R"({"type":"hall.update_seat_status","data":{"hall_id":1,"seat_id":1,"status":"OCCUPIED"},"eid":"s"})");
    std::vector<std::string> said{socket.read().value(), socket.read().value()};
    std::ranges::sort(said);
    INFO("OCCUPIED is taken as RESERVED, and the counts carry RESERVED and OCCUPIED, alike");
    CHECK(said[0] == reply("success", set, reserved, R"("s")"));
    CHECK(
        said[1] ==
        reply(
            "update", R"("cinemas.subscribe")",
            R"({"halls":[{"id":1,"seats_count":{"MAINTENANCE":0,"OCCUPIED":1,"RESERVED":1,"VACANT":1}}],"id":1})",
            R"("c")"));
    socket.send(R"({"type":"cinemas.unsubscribe","data":{"sub_eid":"c"},"eid":"x"})"); // silent
    CHECK(Monitor::ask(socket, "1") == "1");
}

TEST_CASE("seats, line by line: what is no request", "[dialects]") {
    Monitor monitor;
    auto socket = monitor.open_signed_in();
    const std::string get = R"("cinemas.get_cinemas")";
    check(socket,
          {
              {"no type: MessageTypeRequired", R"({"data":{},"eid":"1"})",
               failed("null", R"("1")", "MessageTypeRequired")},
              {"unknown type: UnknownMessageType", R"({"type":"dance","data":{},"eid":"1"})",
               failed(R"("dance")", R"("1")", "UnknownMessageType")},
              {"no eid: UnknownMessageType", R"({"type":"cinemas.get_cinemas","data":{}})",
               failed(get, "null", "UnknownMessageType")},
              {"empty eid: UnknownMessageType", R"({"type":"cinemas.get_cinemas","data":{},"eid":""})",
               failed(get, R"("")", "UnknownMessageType")},
              {"no data: UnknownMessageType", R"({"type":"cinemas.get_cinemas","eid":"1"})",
               failed(get, R"("1")", "UnknownMessageType")},
              {"no JSON: InternalServerError, with a fresh eid and no type", "hello",
               failed("null", "EID", "InternalServerError")},
              {"text frame 1 is answered by 1", "1", "1"},
          });
}

TEST_CASE("seats, line by line: a guest's socket", "[dialects]") {
    Monitor monitor;
    auto guest = monitor.open();
    check(
        guest,
        {
            {"user.subscribe: {status:\"guest\"}", R"({"type":"user.subscribe","data":{},"eid":"u"})",
             reply("snapshot", R"("user.subscribe")", R"({"status":"guest"})", R"("u")")},
            {"not logged in where needed: Unauthorized",
             R"({"type":"hall.update_seat_status","data":{"hall_id":1,"seat_id":1,"status":"VACANT"},"eid":"s"})",
             failed(R"("hall.update_seat_status")", R"("s")", "Unauthorized")},
        });
}

TEST_CASE("seats, line by line: the calls", "[dialects]") {
    Monitor monitor;
    WireLines lines([&](const std::string& method, const std::string& path, const std::string& body,
                        const std::string& cookie) {
        support::RawClient client(monitor.appliance.port());
        const std::string carried = cookie.empty() ? "" : "Cookie: handshake_token=" + cookie + "\r\n";
        return client.ask(method + " " + path + " HTTP/1.1\r\nHost: box\r\n" + carried +
                          "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                          "\r\n\r\n" + body);
    });
    const auto good = [](const std::string& data) {
        return R"({"data":)" + data + R"(,"error":null,"status":"success"})";
    };
    lines.keep("invitation", monitor.invite());
    lines.check({
        {"status of nobody, by the page's own address", "POST /api//user/status", "", 200,
         good(R"({"status":"guest"})")},
        {"auth_start InvalidUsername", "POST /user/auth_start", R"({"username":"a b"})", 200,
         error_body("InvalidUsername")},
        {"auth_start of an invited new one: qr_url, secret last", "POST /api//user/auth_start",
         R"({"username":"rossi","invitation":"$invitation"})", 200,
         good(R"({"qr_url":"<url:text>","status":"candidate","username":"rossi"})")},
        {"auth_start RegistrationInProgress", "POST /user/auth_start", R"({"username":"rossi"})", 200,
         error_body("RegistrationInProgress")},
        {"auth_reset: {success:true}", "POST /user/auth_reset", R"({"username":"rossi"})", 200,
         good(R"({"success":true})")},
        {"auth_reset RegistrationNotInProgress", "POST /user/auth_reset", R"({"username":"rossi"})", 200,
         error_body("RegistrationNotInProgress")},
        {"register RegistrationNotInProgress", "POST /user/register",
         R"({"username":"rossi","code":"123456"})", 200, error_body("RegistrationNotInProgress")},
        {"login UserNotFound", "POST /user/login", R"({"username":"rossi","code":"123456"})", 200,
         error_body("UserNotFound")},
        {"logout Unauthorized without a cookie", "POST /user/logout", "", 200, error_body("Unauthorized")},
        {"logout TokenInvalid with a bad one", "POST /user/logout", "", 200, error_body("TokenInvalid"),
         "0123456789012345678901234567890123456789"},
        {"save_recovery_phrase Unauthorized without a login", "POST /user/save_recovery_phrase",
         R"({"phrase":"three green ducks"})", 200, error_body("Unauthorized")},
    });
    CHECK(lines.kept("url").find("&secret=") != std::string::npos);
    CHECK(lines.kept("url").find('&', lines.kept("url").find("&secret=") + 1) == std::string::npos);
    lines.keep("cookie", monitor.registered("bianchi"));
    monitor.wait_for_code();
    lines.keep("code", monitor.code(monitor.secret));
    lines.check({
        {"status {username, status:\"user\"}", "POST /user/status", "", 200,
         good(R"({"status":"user","username":"bianchi"})"), "$cookie"},
        {"auth_start of a known user", "POST /user/auth_start", R"({"username":"bianchi"})", 200,
         good(R"({"status":"user","username":"bianchi"})")},
        {"register UserAlreadyExists", "POST /user/register", R"({"username":"bianchi","code":"1"})", 200,
         error_body("UserAlreadyExists")},
        {"login InvalidCode", "POST /user/login", R"({"username":"bianchi","code":"00"})", 200,
         error_body("InvalidCode")},
        {"login {status:\"user\", username}", "POST /user/login", R"({"username":"bianchi","code":"$code"})",
         200, good(R"({"status":"user","username":"bianchi"})")},
        {"save_recovery_phrase {phrase}: {success:true}", "POST /api//user/save_recovery_phrase",
         R"({"phrase":"three green ducks"})", 200, good(R"({"success":true})"), "$cookie"},
        {"logout: {success:true}", "POST /user/logout", "", 200, good(R"({"success":true})"), "$cookie"},
        {"the cookie is bad now", "POST /user/logout", "", 200, error_body("TokenInvalid"), "$cookie"},
    });
}
