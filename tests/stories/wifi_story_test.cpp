// Wi-Fi that fails at the worst moment of everything but an order (live_story_test has that): a student who
// feels unwell, a swap, the end of a lesson, a command that was obeyed and not yet acknowledged.
#include <catch2/catch_test_macros.hpp>

#include "support/live_school.h"

using namespace support;

TEST_CASE("an unwell student whose Wi-Fi fails stays first in the queue, also after a restart", "[stories]") {
    LiveSchool school;
    LiveClient page(school.box, school.teacher);
    LiveClient one(school.box, school.first.credential), two(school.box, school.second.credential);
    school.order({{"action", "play"}});
    two.expect("headset.hand", Json::object());
    school.box.clock.advance(1s);
    one.expect("headset.unwell", Json::object());
    one.hang_up();
    school.box.restart();
    page.connect();
    page.expect("subscribe", {{"topic", "session/" + to_string(school.session)}});
    const Json hands = wait_for_entry(page, "hands", [](const Json& list) { return list.size() == 2; });
    CHECK(hands.at(0).at("device_id") == school.first.id.value());
    CHECK(hands.at(0).at("unwell") == true);
    const Json help = wait_for_entry(page, "help", [](const Json& list) { return !list.empty(); });
    CHECK(help.at(0).at("reason") == "unwell");
    one.connect();
    CHECK(one.wait_for("welcome").at("hand").at("unwell") == true); // it stays faded out
    one.expect("headset.well", Json::object());
    CHECK(one.wait_for("hand").at("unwell") == false);
    two.connect();
    two.wait_for("welcome");
    school.box.expect(200, "POST", school.path("hands/lower"), Json::object(), school.teacher);
    CHECK(two.wait_for("hand").at("raised") == false);
    const auto nobody = [](const Json& list) { return list.empty(); };
    CHECK(wait_for_entry(page, "hands", nobody).empty());
}

TEST_CASE("a flat headset is swapped for a spare while neither has Wi-Fi", "[stories]") {
    LiveSchool school;
    const TestAppliance::Headset spare = school.box.pair(school.teacher, "SPARE-1");
    LiveClient one(school.box, school.first.credential);
    one.expect("headset.sign_in", {{"nickname", "Ada"}, {"pin", "1234"}});
    school.order({{"action", "play"}});
    const Json play = one.wait_for("command");
    school.box.clock.advance(30s);
    one.expect("events",
               {{"batch_id", "a"},
                {"events", Json::array({{{"kind", "click"}, {"at_ms", school.box.clock.now_ms()}}})}});
    one.hang_up();
    school.box.expect(200, "POST", school.path("swap"),
                      {{"device_id", school.first.id}, {"spare_device_id", spare.id}}, school.teacher);
    school.box.clock.advance(30s);

    LiveClient fresh(school.box, spare.credential);
    const Json welcome = fresh.wait_for("welcome");
    CHECK(welcome.at("person").at("nickname") == "Ada");
    const Json state = welcome.at("session");
    CHECK(state.at("run_id") == play.at("run_id"));
    CHECK(position_of(state, school.box.clock.now_ms()) ==
          school.box.clock.now_ms() - play.at("at_ms").get<std::int64_t>());
    const Json seats =
        school.box.expect(200, "GET", "/v1/rooms/" + school.room.at("id").dump(), nullptr, school.teacher)
            .at("seats");
    CHECK(seats.at(0).at("device_id") == spare.id.value());
    one.connect(); // charged again: nobody's, and in no lesson
    const Json back = one.wait_for("welcome");
    CHECK(back.at("person").is_null());
    CHECK(back.at("session").is_null());
}

TEST_CASE("a lesson that ends while a headset is away signs its student out all the same", "[stories]") {
    LiveSchool school;
    LiveClient one(school.box, school.first.credential);
    one.expect("headset.sign_in", {{"nickname", "Ada"}, {"pin", "1234"}});
    school.order({{"action", "play"}});
    one.wait_for("command");
    one.hang_up();
    school.order({{"action", "stop"}});
    one.connect();
    const Json welcome = one.wait_for("welcome");
    CHECK(welcome.at("person").is_null()); // the next child is not recorded as the last one
    CHECK(welcome.at("session").is_null());
}

TEST_CASE("a command obeyed offline is not sent again; a retry goes only to headsets that failed",
          "[stories]") {
    LiveSchool school;
    LiveClient one(school.box, school.first.credential), two(school.box, school.second.credential);
    school.order({{"action", "play"}});
    for (LiveClient* headset : {&one, &two}) {
        headset->wait_for("command");
        headset->expect("command.answer",
                        {{"session_id", school.session}, {"number", 1}, {"state", "received"}});
    }
    one.hang_up(); // it plays, and nobody hears of it
    two.expect(
        "command.answer",
        {{"session_id", school.session}, {"number", 1}, {"state", "failed"}, {"error", "no such file"}});
    const auto play = [&] {
        return school.box.expect(200, "GET", school.path("commands"), nullptr, school.teacher)
            .at("items")
            .at(0);
    };
    CHECK(play().at("counts").at("received") == 1);
    CHECK(play().at("counts").at("failed") == 1);
    one.connect();
    one.expect("command.answer",
               {{"session_id", school.session}, {"number", 1}, {"state", "done"}, {"skew_ms", 0.5}});
    CHECK(play().at("counts").at("done") == 1);
    const Json again =
        school.box.expect(200, "POST", school.path("commands/1/retry"), Json::object(), school.teacher)
            .at("command");
    CHECK(again.at("counts").at("sent") == 1);
    CHECK(two.wait_for("command").at("number") == 2);
    school.box.clock.advance(61s); // it never answers
    CHECK(TestAppliance::wait_for([&] { return play().at("counts").at("expired") == 1; }));
    school.order({{"action", "pause"}});
    CHECK(one.wait_for("command").at("action") == "pause"); // the retry was not for it
}

TEST_CASE("pictures are asked for only while somebody watches, and go only to those who do", "[stories]") {
    LiveSchool school;
    LiveClient page(school.box, school.teacher), colleague(school.box, school.colleague);
    LiveClient one(school.box, school.first.credential), two(school.box, school.second.credential);
    const std::string id = to_string(school.first.id);
    page.expect("subscribe", {{"topic", "pictures/" + id}});
    const Json wall = one.wait_for("pictures");
    CHECK(wall.at("interval_ms") >= 500);
    one.send_picture("wall");
    const auto picture = page.wait_for_picture();
    CHECK(picture.device_id == school.first.id);
    CHECK(picture.jpeg == "wall");
    // Shown large: better pictures, for the wall too.
    colleague.expect("subscribe", {{"topic", "view/" + id}});
    CHECK(one.wait_for("pictures").at("max_bytes") > wall.at("max_bytes"));
    one.send_picture("large");
    CHECK(page.wait_for_picture().jpeg == "large");
    CHECK(colleague.wait_for_picture().jpeg == "large");
    // The teacher's Wi-Fi goes, and the colleague has seen enough.
    page.hang_up();
    colleague.expect("unsubscribe", {{"topic", "view/" + id}});
    one.wait_for([](const Json& message) {
        return message.at("type") == "pictures" && message.at("data").at("interval_ms") == 0;
    });
    // A headset that comes back is told again; the other was never asked.
    page.connect();
    page.expect("subscribe", {{"topic", "pictures/" + id}});
    one.wait_for("pictures");
    one.hang_up();
    one.connect();
    CHECK(one.wait_for("pictures").at("interval_ms") >= 500);
    school.order({{"action", "play"}});
    bool asked = false;
    two.wait_for([&](const Json& message) {
        asked = asked || message.at("type") == "pictures";
        return message.at("type") == "command";
    });
    CHECK_FALSE(asked);
}
