// A headset that sends faster than the box stores, sends what is too large, and wants to know why its socket
// closed.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "http/house.h"
#include "platform/close_reason.h"
#include "support/live_headset.h"
#include "support/live_school.h"

using support::Json;
using support::LiveClient;
using support::LiveSchool;
using support::SocketClient;

namespace {

std::string batch_message(int number) {
    return Json{{"type", "events"},
                {"eid", std::to_string(number)},
                {"data",
                 {{"batch_id", "kept-" + std::to_string(number)},
                  {"events", Json::array({{{"kind", "gaze"}, {"at_ms", 1'788'249'600'000 + number}}})}}}}
        .dump();
}

Json inspected(LiveSchool& school, const support::TestAppliance::Headset& headset) {
    return school.box
        .expect(200, "GET", "/v1/devices/" + to_string(headset.id) + "/inspector", nullptr, school.teacher)
        .at("items");
}

// The newest line that tells how a socket ended, once there is one.
Json ending_of(LiveSchool& school, const support::TestAppliance::Headset& headset, const std::string& name) {
    Json found;
    CHECK(house::eventually([&] {
        for (const Json& line : inspected(school, headset))
            if (line.at("name") == name) {
                found = line;
                return true;
            }
        return false;
    }));
    return found;
}

} // namespace

TEST_CASE("a headset sends six hundred kept batches over one connection, and every one is stored",
          "[stories]") {
    LiveSchool school;
    SocketClient socket(school.box.port(), "/v1/live",
                        {{"Authorization", "Bearer " + school.first.credential.token}});
    const Json welcome = Json::parse(socket.read().value());
    CHECK(welcome.at("data").at("limits") == Json{{"unanswered", 256},
                                                  {"message_bytes", 1 << 20},
                                                  {"batch_events", 10'000},
                                                  {"picture_bytes", 64 << 10}});
    constexpr int batches = 600;
    for (int i = 0; i < batches; ++i)
        socket.send(batch_message(i));
    for (int answered = 0; answered < batches;) {
        const auto text = socket.read();
        REQUIRE(text.has_value()); // the box has not closed
        const Json reply = Json::parse(*text);
        if (reply.at("type") != "events") continue;
        CHECK(reply.at("eid") == std::to_string(answered++));
        CHECK(reply.at("status") == "success");
        if (answered == batches) CHECK(reply.at("data").at("total") == batches);
    }
}

TEST_CASE("what is too large is answered by name, and the socket stays", "[stories]") {
    LiveSchool school;
    LiveClient headset(school.box, school.first.credential);
    headset.wait_for("welcome");
    headset.send_picture(std::string(64 << 10, 'x'));
    const Json refused =
        headset.wait_for([](const Json& message) { return message.at("status") == "error"; });
    CHECK(refused.at("type") == "headset.picture");
    CHECK(refused.at("error") == "TooLarge");
    Json events = Json::array();
    for (int i = 0; i < 9'000; ++i)
        events.push_back(
            {{"kind", "gaze"}, {"at_ms", 1'788'249'600'000 + i}, {"target", std::string(100, 't')}});
    const Json reply = headset.ask("events", {{"batch_id", "large-1"}, {"events", events}});
    CHECK(reply.at("error") == "TooLarge");
    CHECK(reply.at("data").at("message").get<std::string>().find(std::to_string(1 << 20)) !=
          std::string::npos);
    headset.expect("ping", Json::object());
}

TEST_CASE("the inspector tells how each socket ended", "[stories]") {
    LiveSchool school;
    const auto open = [&](const support::TestAppliance::Headset& headset) {
        return SocketClient(school.box.port(), "/v1/live",
                            {{"Authorization", "Bearer " + headset.credential.token}});
    };
    {
        SocketClient socket = open(school.first);
        socket.send_binary("no picture");
        while (socket.read()) {
        }
        CHECK(socket.close_code() == code_of(platform::CloseReason::no_picture));
    }
    const Json closed = ending_of(school, school.first, "close 4015");
    CHECK(closed.at("way") == "out");
    CHECK(closed.at("reason") == sentence_of(platform::CloseReason::no_picture));
    open(school.first).close();
    CHECK(ending_of(school, school.first, "close 1000").at("way") == "in");
    open(school.first).hang_up();
    CHECK(ending_of(school, school.first, "connection lost").at("way") == "in");
}

TEST_CASE("an unpaired headset is told so by its close code, and by nothing else", "[stories]") {
    LiveSchool school;
    SocketClient socket(school.box.port(), "/v1/live",
                        {{"Authorization", "Bearer " + school.first.credential.token}});
    school.box.expect(204, "DELETE", "/v1/devices/" + to_string(school.first.id), nullptr, school.teacher);
    while (socket.read()) {
    }
    CHECK(socket.close_code() == 4001);
    CHECK(school.box.call("POST", "/v1/headset/report", Json::object(), school.first.credential).status ==
          401);
}

TEST_CASE("the welcome says which numbered batches are stored, also after the box was killed", "[stories]") {
    LiveSchool school;
    const auto numbered = [](const std::string& boot_id, int number) {
        return Json{{"boot_id", boot_id},
                    {"number", number},
                    {"events", Json::array({{{"kind", "gaze"}, {"at_ms", 1'788'249'600'000 + number}}})}};
    };
    {
        LiveClient headset(school.box, school.first.credential);
        CHECK(headset.wait_for("welcome").at("stored").empty());
        const Json first = headset.expect("events", numbered("a1", 1));
        CHECK(first.at("boot_id") == "a1");
        CHECK(first.at("number") == 1);
        for (const int number : {2, 5, 4, 7, 9})
            headset.expect("events", numbered("a1", number));
        CHECK(headset.expect("events", numbered("a1", 5)).at("repeated") == true);
        headset.expect("events", {{"batch_id", "plain"}, {"events", Json::array()}});
    }
    school.box.restart();
    school.teacher = school.box.log_in("Ms Rossi");
    LiveClient headset(school.box, school.first.credential);
    const Json stored = headset.wait_for("welcome").at("stored");
    CHECK(stored == Json::parse(R"([{"boot_id":"a1","up_to":2,"beyond":[4,5,7,9]}])"));
    headset.expect("events", numbered("a1", 3));
    headset.expect("events", numbered("b2", 1));
    headset.hang_up();
    headset.connect();
    CHECK(
        headset.wait_for("welcome").at("stored") ==
        Json::parse(R"([{"boot_id":"b2","up_to":1,"beyond":[]},{"boot_id":"a1","up_to":5,"beyond":[7,9]}])"));
    // Another headset's numbers are its own.
    LiveClient other(school.box, school.second.credential);
    CHECK(other.wait_for("welcome").at("stored").empty());
    CHECK(other.expect("events", numbered("a1", 1)).at("repeated") == false);
}

TEST_CASE("events at unlikely times are stored, and the board says how far off they are", "[stories]") {
    LiveSchool school;
    LiveClient headset(school.box, school.first.credential), page(school.box, school.teacher);
    page.expect("subscribe", {{"topic", "organisation/1"}});
    const std::string entry = "device/" + to_string(school.first.id);
    const auto shown_off = [&](bool off) {
        page.wait_for([&](const Json& message) {
            const Json entries = message.at("data").value("entries", Json::object());
            return entries.contains(entry) && entries.at(entry).contains("events_off_ms") == off;
        });
        return page.last().at("data").at("entries").at(entry);
    };
    const auto events_at = [&](const std::string& id, std::int64_t at_ms) {
        return headset.expect(
            "events", {{"batch_id", id}, {"events", Json::array({{{"kind", "gaze"}, {"at_ms", at_ms}}})}});
    };
    const std::int64_t day_ms = 24LL * 3600 * 1000;
    CHECK_FALSE(events_at("good", school.box.clock.now_ms() - 99 * day_ms).contains("unlikely_times"));
    const Json answer = events_at("next year", school.box.clock.now_ms() + 115 * day_ms);
    CHECK(answer.at("stored") == 1);
    CHECK(answer.at("unlikely_times") == Json{{"events", 1}, {"off_ms", 115 * day_ms}});
    const Json lines = inspected(school, school.first);
    CHECK(std::ranges::any_of(lines, [](const Json& line) {
        return line.at("reason").get<std::string>().find("115 days ahead") != std::string::npos;
    }));
    CHECK(shown_off(true).at("events_off_ms") == 115 * day_ms);
    events_at("right again", school.box.clock.now_ms());
    shown_off(false);
}

TEST_CASE("an app and what runs all the time share a headset, each in its role", "[stories]") {
    LiveSchool school;
    LiveClient home(school.box, school.first.credential);
    home.wait_for("welcome");
    home.expect("hello", {{"capabilities", {"launch", "volume"}}, {"app", "org.lectern.home"}});
    const auto order = [&](const Json& what) {
        return school.order(what).at("command").at("number").get<std::int64_t>();
    };
    const auto numbered = [](std::int64_t number) {
        return [number](const Json& message) {
            return message.at("type") == "command" && message.at("data").at("number") == number;
        };
    };
    // Alone it does everything.
    home.wait_for(numbered(order({{"action", "play"}})));
    LiveClient app(school.box, school.first.credential, "?role=run");
    app.wait_for("welcome");
    const std::int64_t pause = order({{"action", "pause"}});
    app.wait_for(numbered(pause));
    const std::int64_t volume = order({{"action", "volume"}, {"arguments", {{"percent", 40}}}});
    CHECK(home.wait_for("command").at("number") == volume); // and nothing of the pause
    const std::int64_t stop = order({{"action", "stop"}});
    CHECK(app.wait_for("command").at("number") == stop); // and nothing of the volume
    home.wait_for(numbered(stop));
    // The board shows one headset; where the app has gone Home does its part again.
    app.hang_up();
    CHECK(school.box.services().presence.is_online(school.first.id));
}

TEST_CASE("a newer socket takes an older one's role, and the older hears why", "[stories]") {
    LiveSchool school;
    const auto open = [&](const std::string& role) {
        return SocketClient(school.box.port(), "/v1/live" + role,
                            {{"Authorization", "Bearer " + school.first.credential.token}});
    };
    SocketClient older = open(""), app = open("?role=run");
    CHECK(older.read());
    SocketClient newer = open("?role=device");
    CHECK(newer.read());
    while (older.read()) {
    }
    CHECK(older.close_code() == code_of(platform::CloseReason::replaced));
    app.send(R"({"type":"ping","eid":"1"})");
    CHECK(app.read());
    CHECK_THROWS_AS(open("?role=teacher"), support::HandshakeRefused);
}
