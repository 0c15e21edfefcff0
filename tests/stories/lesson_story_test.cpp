// A lesson, from the first tap to the summary, as headsets and the teacher's page see it.
#include <catch2/catch_test_macros.hpp>

#include "support/live_headset.h"

using namespace support;

namespace {

// A teacher, a room with two headsets in it, Ada on the first seat, and a session of two lessons for that
// room.
struct School {
    School() {
        const Credential head = box.set_up();
        box.add_person(head, "teacher", "Ms Rossi");
        teacher = box.log_in("Ms Rossi");
        ada = box.add_person(teacher, "student", "Ada").at("id");
        ben = box.add_person(teacher, "student", "Ben").at("id");
        const Json room = box.make_room(teacher, "Room 2", 1, 3);
        first = box.pair(teacher, "DPVR-01");
        second = box.pair(teacher, "DPVR-02");
        const Json seats =
            box.expect(200, "GET", "/v1/rooms/" + room.at("id").dump(), nullptr, teacher).at("seats");
        seat(seats.at(0), {{"device_id", first.id}, {"person_id", ada}});
        seat(seats.at(1), {{"device_id", second.id}});
        session =
            box.expect(
                   201, "POST", "/v1/sessions",
                   {{"title", "Oceans"},
                    {"room_id", room.at("id")},
                    {"lesson_ids", Json::array({lesson("Coral reef", 600'000), lesson("Mars", 300'000)})}},
                   teacher)
                .at("id");
    }

    void seat(const Json& seat, const Json& change) {
        box.expect(200, "PATCH", "/v1/seats/" + seat.at("id").dump(), change, teacher);
    }
    Json lesson(const std::string& title, std::int64_t duration_ms) {
        return box
            .expect(201, "POST", "/v1/lessons",
                    {{"title", title},
                     {"kind", "video"},
                     {"content", title + ".mp4"},
                     {"duration_ms", duration_ms}},
                    teacher)
            .at("id");
    }
    std::string path() const { return "/v1/sessions/" + to_string(session); }
    Json order(const std::string& action, const Json& body = Json::object()) {
        return box.expect(200, "POST", path() + "/" + action, body, teacher);
    }
    Json summary() { return box.expect(200, "GET", path() + "/summary", nullptr, teacher); }
    Json newest_command() {
        return box.expect(200, "GET", path() + "/commands", nullptr, teacher).at("items").at(0);
    }
    Json batch(const std::string& id, int events) {
        Json list = Json::array();
        for (int i = 0; i < events; ++i)
            list.push_back({{"kind", "gaze"},
                            {"at_ms", box.clock.now_ms() + i},
                            {"yaw_deg", 5},
                            {"pitch_deg", 5},
                            {"target", "turtle"},
                            {"dwell_ms", 100}});
        return {{"batch_id", id}, {"events", list}};
    }

    TestAppliance box;
    Credential teacher;
    TestAppliance::Headset first, second;
    PersonId ada, ben;
    SessionId session;
};

// Time passes in a lesson. Each headset gives a sign of life every few seconds, because a silent one goes
// offline.
void watch_for(School& school, const std::vector<LiveClient*>& headsets, std::chrono::seconds time) {
    constexpr auto step = 5s;
    for (auto watched = 0s; watched < time; watched += step) {
        school.box.clock.advance(step);
        for (LiveClient* headset : headsets)
            headset->expect("clock", {{"t0", 0}});
    }
}

} // namespace

TEST_CASE("a lesson from the first tap to the summary", "[stories]") {
    School school;
    LiveClient one(school.box, school.first.credential), two(school.box, school.second.credential);
    CHECK(one.wait_for("welcome").at("session").is_null());
    const auto offset = one.expect("clock", {{"t0", 5.25}});
    CHECK(offset.at("t0") == 5.25);
    CHECK(offset.at("t1").get<double>() == static_cast<double>(school.box.clock.now_ms()));

    const Json ordered = school.order("start");
    CHECK(ordered.at("session").at("state") == "running");
    const Json play = one.wait_for("command");
    CHECK(play.at("action") == "play");
    CHECK(play.at("number") == 1);
    CHECK(play.at("lesson").at("title") == "Coral reef");
    CHECK(play.at("at_ms") == ordered.at("command").at("at_ms"));
    CHECK(two.wait_for("command").at("run_id") != play.at("run_id"));

    one.expect("command.answer",
               {{"session_id", school.session}, {"number", 1}, {"state", "done"}, {"skew_ms", 1.5}});
    two.expect(
        "command.answer",
        {{"session_id", school.session}, {"number", 1}, {"state", "failed"}, {"error", "no such file"}});
    CHECK(school.newest_command().at("counts").at("done") == 1);
    CHECK(school.newest_command().at("open").at(0).at("name") == "DPVR-02");
    school.box.expect(200, "POST", school.path() + "/commands/1/retry", Json::object(), school.teacher);
    const Json again = two.wait_for("command");
    CHECK(again.at("number") == 2);
    CHECK(again.at("action") == "play");
    two.expect("command.answer", {{"session_id", school.session}, {"number", 2}, {"state", "done"}});
    CHECK(school.newest_command().at("open").empty());

    one.expect("events", school.batch("a", 3));
    two.expect("events", school.batch("a", 2));
    watch_for(school, {&one, &two}, 60s);
    school.order("look", {{"yaw_deg", 30}, {"pitch_deg", -5}});
    CHECK(one.wait_for("command").at("arguments").at("yaw_deg") == 30);
    school.order("stop");
    CHECK(one.wait_for("command").at("action") == "stop");
    one.expect("events", school.batch("late", 1)); // what was still under way

    const Json summary = school.summary();
    REQUIRE(summary.at("students").size() == 2);
    CHECK(summary.at("students").at(0).at("person").at("nickname") == "Ada");
    CHECK(summary.at("students").at(0).at("targets").at(0).at("dwell_ms") == 300);
    CHECK(summary.at("students").at(0).at("time_in_lesson_ms") == 60'000);
    CHECK(summary.at("students").at(1).at("person").is_null());
    CHECK(summary.at("class_gaze").at("total") == 5);
}

TEST_CASE("a headset that loses Wi-Fi rejoins its lesson where it left off", "[stories]") {
    School school;
    LiveClient headset(school.box, school.first.credential);
    school.order("start");
    const Json play = headset.wait_for("command");
    school.box.clock.advance(40s);
    headset.hang_up();
    school.box.clock.advance(20s);
    headset.connect();
    const Json state = headset.wait_for("welcome").at("session");
    CHECK(state.at("run_id") == play.at("run_id"));
    CHECK(position_of(state, school.box.clock.now_ms()) == 60'000 - 50);
}

TEST_CASE("a late headset and its student join at the right position", "[stories]") {
    School school;
    school.order("start");
    school.box.clock.advance(30s);
    LiveClient headset(school.box, school.second.credential);
    const Json state = headset.wait_for("state");
    CHECK(position_of(state, school.box.clock.now_ms()) == 30'000 - 50);
    const Json run =
        school.box.expect(200, "GET", "/v1/runs/" + state.at("run_id").dump(), nullptr, school.teacher);
    CHECK(run.at("person").is_null());

    headset.expect("headset.sign_in", {{"nickname", "Ben"}, {"pin", "1234"}});
    CHECK(TestAppliance::wait_for([&] {
        return school.box.expect(200, "GET", "/v1/runs/" + state.at("run_id").dump(), nullptr, school.teacher)
                   .at("person") == Json{{"id", school.ben}, {"nickname", "Ben"}};
    }));
}

TEST_CASE("a running lesson goes on after the server has been started again", "[stories]") {
    School school;
    Json play, batch;
    {
        LiveClient headset(school.box, school.first.credential);
        school.order("start");
        play = headset.wait_for("command");
        batch = school.batch("a", 2);
        headset.expect("events", batch);
    }
    school.box.clock.advance(100s);
    school.box.restart();
    LiveClient headset(school.box, school.first.credential);
    const Json state = headset.wait_for("welcome").at("session");
    CHECK(state.at("state") == "running");
    CHECK(state.at("run_id") == play.at("run_id"));
    CHECK(position_of(state, school.box.clock.now_ms()) == 100'000 - 50);
    const Json stored = headset.expect("events", batch);
    CHECK(stored.at("repeated") == true);
    CHECK(stored.at("total") == 2);
    CHECK(school.order("pause").at("command").at("number") == 2);
}

TEST_CASE("a batch is stored once, whichever way it comes and however often", "[stories]") {
    School school;
    LiveClient headset(school.box, school.first.credential);
    const Json batch = school.batch("7f2a", 4);
    const Json first = school.box.expect(202, "POST", "/v1/events", batch, school.first.credential);
    CHECK(first.at("repeated") == false);
    for (int i = 0; i < 3; ++i) {
        Json again = i == 0 ? headset.expect("events", batch)
                            : school.box.expect(202, "POST", "/v1/events", batch, school.first.credential);
        CHECK(again.at("repeated") == true);
        again["repeated"] = false;
        CHECK(again == first);
    }
    const std::string run = "/v1/runs/" + first.at("run_id").dump();
    CHECK(school.box.expect(202, "POST", run + "/events", school.batch("more", 1), school.first.credential)
              .at("total") == 5);
    // Another headset may not send it; the teacher says whose it was.
    school.box.expect(404, "POST", run + "/events", school.batch("x", 1), school.second.credential);
    const Json named = school.box.expect(200, "PATCH", run, {{"person_id", school.ben}}, school.teacher);
    CHECK(named.at("person").at("nickname") == "Ben");

    Json faulty = school.batch("bad", 2);
    faulty["events"][1]["yaw_deg"] = "north";
    const Json answer = school.box.expect(202, "POST", "/v1/events", faulty, school.first.credential);
    CHECK(answer.at("stored") == 1);
    CHECK(answer.at("refused").at("events") == 1);
    CHECK(answer.at("refused").at("faults").at(0).at("index") == 1);
    CHECK(answer.at("refused").at("faults").at(0).at("field") == "yaw_deg");
    faulty["batch_id"] = 7;
    const Json problem = school.box.expect(422, "POST", "/v1/events", faulty, school.first.credential);
    CHECK(problem.at("errors").at(0).at("field") == "batch_id");
    school.box.expect(403, "POST", "/v1/events", batch, school.teacher);
}

TEST_CASE("a page that watches a session sees its state and which headsets have obeyed", "[stories]") {
    School school;
    LiveClient page(school.box, school.teacher), headset(school.box, school.first.credential);
    const std::string topic = "session/" + to_string(school.session);
    page.expect("subscribe", {{"topic", topic}});
    CHECK(page.wait_for("topic").at("entries").at("session").at("state") == "created");
    school.order("start");
    const auto shows = [&](const std::string& key, auto holds) {
        page.wait_for([&](const Json& message) {
            const Json& data = message.at("data");
            return message.at("type") == "topic" && data.at("topic") == topic &&
                   data.at("entries").contains(key) && holds(data.at("entries").at(key));
        });
        return true;
    };
    CHECK(shows("command/1", [](const Json& command) { return command.at("counts").at("sent") == 2; }));
    headset.expect("command.answer", {{"session_id", school.session}, {"number", 1}, {"state", "done"}});
    CHECK(shows("command/1", [](const Json& command) { return command.at("counts").at("done") == 1; }));
    school.order("pause");
    CHECK(shows("session", [](const Json& session) { return session.at("state") == "paused"; }));
}

TEST_CASE("an order that a session does not allow is refused in words", "[stories]") {
    School school;
    const auto refuse = [&](int status, const std::string& action, const Json& body = Json::object()) {
        return school.box.expect(status, "POST", school.path() + "/" + action, body, school.teacher);
    };
    CHECK(refuse(409, "pause").at("detail") == "The session has not started.");
    refuse(422, "start", {{"lesson_index", 2}});
    refuse(422, "seek", {{"position_ms", -1}});
    refuse(422, "look", {{"yaw_deg", 500}, {"pitch_deg", 0}});
    school.order("start");
    refuse(409, "start");
    refuse(409, "resume");
    school.box.expect(404, "POST", school.path() + "/commands/9/retry", Json::object(), school.teacher);
    school.box.expect(422, "POST", "/v1/sessions", {{"title", "x"}, {"room_id", 999}}, school.teacher);
    school.box.expect(422, "POST", school.path() + "/lessons", {{"title", "no content"}}, school.teacher);
    const Json grown =
        school.box.expect(200, "POST", school.path() + "/lessons",
                          {{"title", "Quiz"}, {"content", "quiz"}, {"kind", "web"}}, school.teacher);
    CHECK(grown.at("lessons").size() == 3);
    CHECK(grown.at("lessons").at(2).at("kind") == "web");
}

TEST_CASE("the short forms of orders are the one call for orders with another address", "[stories]") {
    School school;
    const auto say = [&](const std::string& action, const Json& arguments) {
        return school.order("commands", {{"action", action}, {"arguments", arguments}});
    };
    struct Case {
        const char *word, *action;
        Json arguments;
    };
    const std::vector<Case> cases = {
        {"start", "play", {{"lesson_index", 1}}},
        {"pause", "pause", Json::object()},
        {"resume", "resume", Json::object()},
        {"seek", "seek", {{"position_ms", 60'000}}},
        {"look", "look", {{"yaw_deg", 90}, {"pitch_deg", 0}}},
        {"stop", "stop", Json::object()},
    };
    const auto essence = [](Json ordered) {
        Json& command = ordered.at("command");
        const Json state = ordered.at("session").at("state"),
                   index = ordered.at("session").at("lesson_index");
        Json& arguments = command.at("arguments");
        if (arguments.contains("until_ms"))
            arguments["until_ms"] =
                arguments["until_ms"].get<std::int64_t>() - command["at_ms"].get<std::int64_t>();
        return Json{command.at("action"), arguments, command.at("target"), state, index};
    };
    std::vector<Json> by_alias, by_call;
    for (const Case& each : cases)
        by_alias.push_back(essence(school.order(each.word, each.arguments)));
    for (const Case& each : cases)
        by_call.push_back(essence(say(each.action, each.arguments)));
    CHECK(by_alias == by_call);
    CHECK(by_alias.at(4).at(1).at("until_ms") == 30'000); // a look lasts 30 s unless the order says more

    const Json posts = school.box.expect(200, "GET", "/openapi.json", nullptr, school.teacher).at("paths");
    for (const Case& each : cases) {
        const std::string told =
            posts.at("/v1/sessions/{id}/" + std::string(each.word)).at("post").at("description");
        CHECK(told.find(std::string("POST /v1/sessions/{id}/commands with the action ") + each.action) !=
              std::string::npos);
    }
}
