// Controls, hands, pictures, a spare and a colleague, as headsets and teachers see them over the network.
#include <catch2/catch_test_macros.hpp>

#include "support/live_school.h"

using namespace support;

TEST_CASE("every control is checked, reaches the headsets it is for, and is answered", "[stories]") {
    LiveSchool school;
    school.order({{"action", "identify"}}, 409); // nothing runs yet
    LiveClient one(school.box, school.first.credential), two(school.box, school.second.credential);
    school.order({{"action", "play"}});
    one.wait_for("command");
    two.wait_for("command");

    struct Good {
        Json order;
        const char* argument; // that headsets get
    };
    const std::vector<Good> good = {
        {{{"action", "look"}, {"arguments", {{"yaw_deg", 90}, {"pitch_deg", 5}}}}, "until_ms"},
        {{{"action", "launch"}, {"arguments", {{"kind", "web"}, {"content", "https://reef.example"}}}},
         "content"},
        {{{"action", "eyes_on_me"}, {"arguments", {{"message", "Listen"}, {"seconds", 90}}}}, "until_ms"},
        {{{"action", "release"}}, nullptr},
        {{{"action", "message"}, {"arguments", {{"text", "Look up"}}}}, "until_ms"},
        {{{"action", "volume"}, {"arguments", {{"percent", 40}}}}, "percent"},
        {{{"action", "brightness"}, {"arguments", {{"percent", 60}}}}, "percent"},
        {{{"action", "recenter"}}, nullptr},
        {{{"action", "identify"}}, "until_ms"},
        {{{"action", "catch_up"}}, nullptr},
    };
    for (const Good& each : good) {
        INFO(each.order.dump());
        Json order = each.order;
        order["row"] = 2;
        const Json made = school.order(order).at("command");
        CHECK(made.at("target") == Json{{"kind", "row"}, {"row", 2}});
        CHECK(made.at("counts").at("sent") == 1);
        CHECK(made.at("expires_ms") == made.at("at_ms").get<std::int64_t>() + 60'000);
        const Json told = two.wait_for("command");
        CHECK(told.at("action") == order.at("action"));
        if (each.argument) CHECK(told.at("arguments").contains(each.argument));
        two.expect("command.answer",
                   {{"session_id", school.session}, {"number", told.at("number")}, {"state", "done"}});
    }
    const Json bad[] = {
        {{"action", "dance"}},
        {{"action", "volume"}},
        {{"action", "volume"}, {"arguments", {{"percent", 101}}}},
        {{"action", "brightness"}, {"arguments", {{"percent", 0}}}},
        {{"action", "message"}, {"arguments", {{"text", ""}}}},
        {{"action", "eyes_on_me"}, {"arguments", {{"seconds", 1}}}},
        {{"action", "launch"}, {"arguments", {{"kind", "game"}, {"content", "x"}}}},
        {{"action", "pause"}, {"row", 1}},
        {{"action", "identify"}, {"row", 1}, {"device_ids", Json::array({school.first.id})}},
        {{"action", "identify"}, {"device_ids", Json::array({school.first.id, 99})}},
        {{"action", "identify"}, {"group", "Nobody"}},
        {{"action", "seek"}, {"arguments", Json::object()}},
    };
    for (const Json& order : bad) {
        INFO(order.dump());
        CHECK_FALSE(school.order(order, 422).at("errors").empty());
    }
    school.order({{"action", "pause"}});
    CHECK(one.wait_for("command").at("action") == "pause"); // and nothing of all that before
}

TEST_CASE("no order opens what would run in a page", "[stories]") {
    LiveSchool school;
    LiveClient headset(school.box, school.first.credential);
    school.order({{"action", "play"}});
    const Json arguments = {{"kind", "web"}, {"content", "javascript:alert(1)"}};
    const Json refused = school.order({{"action", "launch"}, {"arguments", arguments}}, 422);
    CHECK(refused.at("errors").at(0).at("field") == "arguments.content");
}

TEST_CASE("Wi-Fi that fails at the worst moment: between the order and its time", "[stories]") {
    LiveSchool school;
    LiveClient one(school.box, school.first.credential);
    school.order({{"action", "play"}});
    one.wait_for("command");
    one.expect("command.answer", {{"session_id", school.session}, {"number", 1}, {"state", "done"}});
    school.box.clock.advance(10s);
    one.hang_up(); // nobody has noticed it yet
    school.order({{"action", "eyes_on_me"}, {"arguments", {{"message", "Listen"}, {"seconds", 60}}}});
    school.order({{"action", "seek"}, {"arguments", {{"position_ms", 300'000}}}});
    school.order({{"action", "pause"}});
    school.box.clock.advance(5s);
    one.connect();
    const Json session = one.wait_for("welcome").at("session");
    CHECK(session.at("number") == 4); // only the newest
    CHECK(session.at("state") == "paused");
    CHECK(position_of(session, school.box.clock.now_ms()) == session.at("position_ms"));
    CHECK(session.at("position_ms") >= 300'000);
    CHECK(session.at("controls").at("eyes_on_me").at("message") == "Listen");
    one.expect("command.answer", {{"session_id", school.session}, {"number", 4}, {"state", "done"}});
    // The server goes down as well, and comes back.
    school.order({{"action", "release"}});
    school.box.restart();
    one.connect();
    const Json after = one.wait_for("welcome").at("session");
    CHECK(after.at("number") == 4);
    CHECK(after.at("position_ms") == session.at("position_ms"));
    CHECK(after.at("controls").at("eyes_on_me").is_null());
}

TEST_CASE("a hand, a question, and an unwell student: the teacher hears at once and answers", "[stories]") {
    LiveSchool school;
    LiveClient one(school.box, school.first.credential), two(school.box, school.second.credential);
    LiveClient page(school.box, school.teacher);
    CHECK(one.ask("headset.hand", {{"question", "Why?"}}).at("error") == "Conflict"); // no lesson
    school.order({{"action", "play"}});
    const std::string topic = "session/" + to_string(school.session);
    page.expect("subscribe", {{"topic", topic}});
    CHECK(one.expect("headset.hand", {{"question", "Is that a shark?"}}).at("raised") == true);
    wait_for_entry(page, "hands", [](const Json& hands) { return hands.size() == 1; });
    school.box.clock.advance(1s);
    school.box.expect(200, "POST", "/v1/headset/unwell", Json::object(),
                      school.second.credential); // the same by HTTP
    const Json hands = wait_for_entry(page, "hands", [](const Json& list) { return list.size() == 2; });
    CHECK(hands.at(0).at("device_id") == school.second.id.value());
    CHECK(hands.at(0).at("unwell") == true);
    CHECK(hands.at(1).at("question") == "Is that a shark?");
    CHECK(two.wait_for("hand").at("unwell") == true);
    const Json only_one = {{"device_ids", Json::array({school.second.id})}};
    CHECK(school.box.expect(200, "POST", school.path("hands/lower"), only_one, school.teacher)
              .at("lowered")
              .size() == 1);
    CHECK(two.wait_for([](const Json& message) {
                 return message.at("type") == "hand" && message.at("data").at("unwell") == false;
             })
              .at("data")
              .at("raised") == false);
    one.wait_for("hand"); // raised
    school.order({{"action", "stop"}});
    CHECK(one.wait_for("hand").at("raised") == false);
}

TEST_CASE("a colleague takes over, a spare comes, one view is shown, and the inspector says what went wrong",
          "[stories]") {
    LiveSchool school;
    const TestAppliance::Headset spare = school.box.pair(school.teacher, "SPARE-1");
    LiveClient one(school.box, school.first.credential), fresh(school.box, spare.credential);
    school.order({{"action", "play"}});
    const Json play = one.wait_for("command");
    CHECK(school.box.expect(200, "POST", school.path("take-over"), Json::object(), school.colleague)
              .at("teacher")
              .at("nickname") == "Mr Bianchi");
    school.box.expect(422, "PUT", school.path("display"), {{"device_id", spare.id}}, school.teacher);
    CHECK(school.box
              .expect(200, "PUT", school.path("display"), {{"device_id", school.first.id}}, school.teacher)
              .at("display_device_id") == school.first.id.value());
    const Json swapped =
        school.box.expect(200, "POST", school.path("swap"),
                          {{"device_id", school.first.id}, {"spare_device_id", spare.id}}, school.teacher);
    CHECK(swapped.at("run_id") == play.at("run_id"));
    CHECK(fresh.wait_for("state").at("run_id") == play.at("run_id"));
    const Json now =
        school.box.expect(200, "GET", "/v1/sessions/" + to_string(school.session), nullptr, school.teacher);
    CHECK(now.at("display_device_id") == spare.id.value());

    CHECK(fresh.ask("command.answer", {{"session_id", school.session}, {"number", 99}, {"state", "done"}})
              .at("error") == "NotFound");
    CHECK(fresh.ask("headset.report", {{"battery", 400}}).at("error") == "Invalid");
    const Json seen =
        school.box
            .expect(200, "GET", "/v1/devices/" + to_string(spare.id) + "/inspector", nullptr, school.teacher)
            .at("items");
    CHECK(seen.at(0).at("name") == "headset.report");
    CHECK(seen.at(0).at("reason").get<std::string>().find("battery") != std::string::npos);
    CHECK(seen.at(1).at("reason").get<std::string>().starts_with("NotFound"));
    CHECK(std::ranges::any_of(seen, [](const Json& one_of) {
        return one_of.at("name") == "welcome" && one_of.at("way") == "out";
    }));

    const Json stopped =
        school.box.expect(200, "POST", "/v1/sessions/stop-all", Json::object(), school.teacher);
    CHECK(stopped.at("items").empty()); // it is the colleague's now
    CHECK(school.box.expect(200, "POST", "/v1/sessions/stop-all", Json::object(), school.colleague)
              .at("items")
              .size() == 1);
}

TEST_CASE("the board before a lesson says what is missing, and turns green", "[stories]") {
    LiveSchool school;
    const std::string question = "/v1/preflight?room=" + school.room.at("id").dump();
    const auto board = [&] { return school.box.expect(200, "GET", question, nullptr, school.teacher); };
    CHECK(board().at("ready") == false);
    CHECK(board().at("devices").at(0).at("checks").at(0).at("fix") == "switch_on");
    LiveClient one(school.box, school.first.credential), two(school.box, school.second.credential);
    for (LiveClient* headset : {&one, &two})
        headset->expect("headset.report", {{"battery", 90},
                                           {"storage_free", 8'000'000'000},
                                           {"app", "reef"},
                                           {"app_version", "1.2"},
                                           {"round_trip_ms", 8},
                                           {"clock_offset_ms", 12.5}});
    INFO(board().dump(2));
    CHECK(board().at("ready") == true);
    two.expect("headset.report", {{"app_version", "1.10"}}); // newer than the other's
    CHECK(board().at("ready") == false);
    school.box.expect(404, "GET", "/v1/preflight?room=99", nullptr, school.teacher);
}
