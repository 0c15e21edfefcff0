#include "sessions/director.h"

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "platform/error.h"
#include "support/lesson.h"

using namespace std::chrono_literals;
using sessions::Action;
using support::Headset;
using support::Lesson;

TEST_CASE("a start reaches the headsets of the room, each with its run", "[sessions]") {
    Lesson lesson;
    Headset one(lesson, lesson.device_1);
    const auto ordered = lesson.order(Action::start);
    CHECK(ordered.command.number == 1);
    CHECK(ordered.command.at_ms == lesson.clock.now_ms() + 50);

    const auto told = one.last("command");
    CHECK(told["action"] == "play");
    CHECK(told["number"] == 1);
    CHECK(told["position_ms"] == 0);
    CHECK(told["at_ms"] == ordered.command.at_ms);
    CHECK(told["lesson"]["title"] == "Coral reef");

    // A headset that is not there has no run yet, but the command waits for it.
    const auto runs = lesson.runs();
    REQUIRE(runs.size() == 1);
    CHECK(told["run_id"] == runs[0].id.value());
    CHECK(runs[0].person->nickname == "Ada"); // it is her seat
    CHECK(runs[0].seat_id);
    CHECK(lesson.command(1)["counts"]["sent"] == 2);
}

TEST_CASE("the lead grows with the worst round trip", "[sessions]") {
    Lesson lesson;
    Headset one(lesson, lesson.device_1), two(lesson, lesson.device_2);
    devices::Report report;
    report.round_trip_ms = 12;
    lesson.services->presence.seen(lesson.device_1, report, lesson.clock.now_ms());
    report.round_trip_ms = 80;
    lesson.services->presence.seen(lesson.device_2, report, lesson.clock.now_ms());
    CHECK(lesson.order(Action::start).command.at_ms == lesson.clock.now_ms() + 240);
}

TEST_CASE("play, pause, seek and resume keep one run and one position", "[sessions]") {
    Lesson lesson;
    Headset one(lesson, lesson.device_1);
    lesson.order(Action::start);
    lesson.clock.advance(10s + 50ms);
    CHECK(lesson.position() == 10'000);
    lesson.order(Action::pause);
    lesson.clock.advance(60s);
    CHECK(lesson.position() == 10'050);
    lesson.order(Action::seek, {}, 200'000);
    CHECK(one.last("command")["position_ms"] == 200'000);
    CHECK_FALSE(one.last("command").contains("run_id")); // the run goes on
    lesson.order(Action::resume);
    lesson.clock.advance(5s + 50ms);
    CHECK(lesson.position() == 205'000);
    CHECK(lesson.runs().size() == 1);
    CHECK(lesson.runs()[0].time_in_lesson_at(lesson.clock.now_ms()) == 15'050); // not while it was paused
}

TEST_CASE("a late joiner gets the state of the lesson and a run", "[sessions]") {
    Lesson lesson;
    lesson.order(Action::start);
    lesson.clock.advance(30s);
    Headset two(lesson, lesson.device_2);
    CHECK(two.last("welcome")["device"]["name"] == "DPVR-02");
    CHECK(two.last("welcome")["session"]["state"] == "running"); // it is in the room, so it is told at once
    const auto state = two.last("state");
    CHECK(state["session_id"] == lesson.session.value());
    CHECK(state["number"] == 1);
    CHECK(state["lesson"]["title"] == "Coral reef");
    CHECK(state["position_ms"].get<std::int64_t>() + lesson.clock.now_ms() -
              state["at_ms"].get<std::int64_t>() ==
          29'950);
    REQUIRE(lesson.runs().size() == 1);
    CHECK(state["run_id"] == lesson.runs()[0].id.value());
    CHECK_FALSE(lesson.runs()[0].person); // nobody has signed in: the run is the seat's
    CHECK(lesson.runs()[0].seat_id);
}

TEST_CASE("a headset that loses Wi-Fi comes back to the same run, and the gap does not count", "[sessions]") {
    Lesson lesson;
    Headset one(lesson, lesson.device_1);
    lesson.order(Action::start);
    lesson.clock.advance(40s + 50ms);
    one.disconnect();
    lesson.clock.advance(20s);
    one.connect();
    CHECK(one.last("welcome")["session"]["run_id"] == lesson.runs()[0].id.value());
    lesson.clock.advance(10s);
    REQUIRE(lesson.runs().size() == 1);
    CHECK(lesson.runs()[0].time_in_lesson_at(lesson.clock.now_ms()) == 50'000);
    CHECK(lesson.position() == 70'000);
}

TEST_CASE("a lesson goes on at the right position after the server was killed", "[sessions]") {
    Lesson lesson;
    {
        Headset one(lesson, lesson.device_1);
        lesson.order(Action::start);
        lesson.clock.advance(40s);
        lesson.order(Action::seek, {}, 100'000);
    }
    const RunId run = lesson.runs()[0].id;
    lesson.clock.advance(20s);
    lesson.restart();
    CHECK(lesson.position() == 119'950);
    CHECK(lesson.entry("session/" + to_string(lesson.session), "session")["state"] == "running");
    CHECK(lesson.command(2)["action"] == "seek");

    Headset one(lesson, lesson.device_1);
    const auto welcome = one.last("welcome")["session"];
    CHECK(welcome["number"] == 2);
    CHECK(welcome["position_ms"] == 100'000);
    CHECK(welcome["run_id"] == run.value());
    CHECK(lesson.order(Action::pause).command.number == 3);
    CHECK(lesson.now().transport.position_ms == 120'000);
    CHECK(lesson.runs().size() == 1);
}

TEST_CASE("time does not count for a headset that does not come back after a restart", "[sessions]") {
    Lesson lesson;
    {
        Headset one(lesson, lesson.device_1);
        lesson.order(Action::start);
    }
    lesson.clock.advance(60s + 50ms);
    lesson.restart();
    lesson.clock.advance(16s);
    lesson.tick();
    lesson.clock.advance(600s);
    CHECK(lesson.runs().at(0).time_in_lesson_at(lesson.clock.now_ms()) == 76'000);
}

TEST_CASE("an unpaired headset's time does not count on, and commands do not go to it", "[sessions]") {
    Lesson lesson;
    Headset one(lesson, lesson.device_1);
    lesson.order(Action::start);
    lesson.clock.advance(60s + 50ms);
    lesson.write(
        [&](store::Tx& tx) { lesson.services->devices.unpair(tx, lesson.organisation, lesson.device_1); });
    lesson.run_posted();
    lesson.clock.advance(600s);
    CHECK(lesson.runs().at(0).time_in_lesson_at(lesson.clock.now_ms()) == 60'000);
    CHECK(lesson.order(Action::pause).command.answers.size() == 1);
}

TEST_CASE("another lesson ends the runs of the one before and begins new ones", "[sessions]") {
    Lesson lesson;
    Headset one(lesson, lesson.device_1);
    lesson.order(Action::start);
    lesson.clock.advance(300s);
    lesson.order(Action::seek, 1, 5'000);
    const auto runs = lesson.runs();
    REQUIRE(runs.size() == 2);
    CHECK(runs[1].state == runs::RunState::finished);
    CHECK(runs[1].progress == 0.5); // 300 of 600 s
    CHECK_FALSE(runs[1].completed);
    CHECK(runs[0].lesson_id == lesson.mars);
    CHECK(one.last("command")["run_id"] == runs[0].id.value());
    CHECK(one.last("command")["position_ms"] == 5'000);
}

TEST_CASE("a stop ends the runs, and they keep their progress", "[sessions]") {
    Lesson lesson;
    Headset one(lesson, lesson.device_1);
    lesson.order(Action::start);
    lesson.clock.advance(590s);
    lesson.order(Action::stop);
    const auto run = lesson.runs()[0];
    CHECK(run.state == runs::RunState::finished);
    CHECK(run.time_in_lesson_ms == 590'000);
    CHECK(run.completed);
    CHECK(one.last("command")["action"] == "stop");
    CHECK_FALSE(lesson.services->places.session_of(lesson.device_1));
    one.disconnect();
    one.connect();
    CHECK(one.last("welcome")["session"].is_null());
    CHECK(lesson.runs().size() == 1);
}

TEST_CASE("a student who signs in names the run; another student begins another", "[sessions]") {
    Lesson lesson;
    Headset two(lesson, lesson.device_2);
    lesson.order(Action::start);
    REQUIRE(lesson.runs().size() == 1);
    const RunId anonymous = lesson.runs()[0].id;

    lesson.sign_in(lesson.device_2, lesson.ben);
    REQUIRE(lesson.runs().size() == 1);
    CHECK(lesson.runs()[0].person->id == lesson.ben);
    lesson.sign_in(lesson.device_2, std::nullopt); // signing out changes nothing
    CHECK(lesson.runs()[0].person->id == lesson.ben);

    lesson.clock.advance(5s);
    lesson.sign_in(lesson.device_2, lesson.ada);
    REQUIRE(lesson.runs().size() == 2);
    CHECK(lesson.runs()[1].id == anonymous);
    CHECK(lesson.runs()[1].state == runs::RunState::finished);
    CHECK(lesson.runs()[0].person->id == lesson.ada);
    CHECK(two.last("state")["run_id"] == lesson.runs()[0].id.value());
}

TEST_CASE("each headset's answers are tracked, and the teacher sees who has not obeyed", "[sessions]") {
    using sessions::AnswerState;
    Lesson lesson;
    Headset one(lesson, lesson.device_1), two(lesson, lesson.device_2);
    lesson.order(Action::start);
    lesson.answer(lesson.device_1, 1, AnswerState::received);
    lesson.answer(lesson.device_1, 1, AnswerState::done, 3.5);
    // overtaken on its way: the state never goes back
    lesson.answer(lesson.device_1, 1, AnswerState::running);
    lesson.answer(lesson.device_2, 1, AnswerState::failed, {}, "no such file");
    const auto command = lesson.command(1);
    CHECK(command["counts"]["done"] == 1);
    CHECK(command["counts"]["failed"] == 1);
    REQUIRE(command["open"].size() == 1);
    CHECK(command["open"][0]["name"] == "DPVR-02");
    CHECK(command["open"][0]["error"] == "no such file");
    CHECK(lesson.device_entry(lesson.device_1)["skew_ms"] == 3.5);
    CHECK(lesson.device_entry(lesson.device_1)["state"] == "playing");
    CHECK(lesson.device_entry(lesson.device_2)["state"] == "needs_help");

    const auto retried = lesson.write([&](store::Tx& tx) {
        return lesson.services->director.retry(tx, lesson.organisation, lesson.session, 1, {},
                                               lesson.teacher);
    });
    lesson.run_posted();
    CHECK(retried->command.number == 2);
    CHECK(one.count("command") == 1);
    CHECK(two.count("command") == 2);
    lesson.answer(lesson.device_2, 2, AnswerState::done);
    CHECK(lesson.command(2)["open"].empty());
    CHECK(lesson.device_entry(lesson.device_2)["state"] == "playing");
    CHECK_THROWS_AS(lesson.write([&](store::Tx& tx) {
        return lesson.services->director.retry(tx, lesson.organisation, lesson.session, 1, {},
                                               lesson.teacher);
    }),
                    platform::Error);
}

TEST_CASE("an order is announced once, as one snapshot, and never when it did not reach the disk",
          "[sessions]") {
    Lesson lesson;
    std::vector<sessions::OrderSnapshot> heard;
    lesson.services->director.ordered.connect(
        [&](const sessions::OrderSnapshot& ordered) { heard.push_back(ordered); });
    const auto start = [&](store::Tx& tx) {
        return lesson.services->director.order(
            tx, lesson.services->sessions.get(tx, lesson.organisation, lesson.session), {Action::start},
            lesson.teacher);
    };
    CHECK_THROWS_AS(lesson.write([&](store::Tx& tx) {
        start(tx);
        platform::throw_conflict("no");
    }),
                    platform::Error);
    lesson.run_posted();
    CHECK(heard.empty());
    const sessions::OrderSnapshot given = lesson.write(start);
    lesson.run_posted();
    CHECK(heard == std::vector{given});
    CHECK(given->places.size() == 2);
}

TEST_CASE("a command that nobody answers expires, even after a restart", "[sessions]") {
    Lesson lesson;
    lesson.order(Action::start);
    lesson.clock.advance(59s);
    lesson.tick();
    CHECK(lesson.command(1)["counts"]["sent"] == 2);
    lesson.restart();
    lesson.clock.advance(2s);
    lesson.tick();
    CHECK(lesson.command(1)["counts"]["expired"] == 2);
    Headset one(lesson, lesson.device_1);
    CHECK(lesson.device_entry(lesson.device_1)["state"] == "playing"); // it joined through the state
    lesson.answer(lesson.device_1, 1, sessions::AnswerState::done);    // late, but done
    CHECK(lesson.command(1)["counts"]["done"] == 1);
}

TEST_CASE("a headset that is there and does not obey needs help", "[sessions]") {
    Lesson lesson;
    Headset one(lesson, lesson.device_1);
    lesson.clock.advance(1s);
    lesson.order(Action::start);
    lesson.clock.advance(61s);
    lesson.tick();
    CHECK(lesson.device_entry(lesson.device_1)["state"] == "needs_help");
    CHECK(lesson.device_entry(lesson.device_2)["state"] == "offline");
}

TEST_CASE("a student who signs in for a class is called into its session", "[sessions]") {
    Lesson lesson;
    sessions::NewSession wanted;
    wanted.title = "Maths";
    wanted.teacher_id = lesson.teacher;
    wanted.class_id = lesson.class_id;
    const SessionId maths = lesson.make(wanted);
    const DeviceId loose = lesson.add_device("DPVR-03");
    Headset three(lesson, loose);
    lesson.order(maths, {Action::start, {}, {}});
    CHECK(three.count("command") == 0);
    CHECK_THROWS_AS(lesson.write([&](store::Tx& tx) {
        lesson.services->director.join(tx, lesson.organisation, maths, loose);
    }),
                    platform::Error);

    lesson.sign_in(loose, lesson.ben);
    CHECK(three.last("state")["session_id"] == maths.value());
    CHECK(three.last("state")["lesson"].is_null()); // the session runs without a lesson
    CHECK(lesson.services->places.session_of(loose) == maths);
}

TEST_CASE("a session without class and room admits headsets that ask by its id", "[sessions]") {
    Lesson lesson;
    sessions::NewSession wanted;
    wanted.title = "Open house";
    wanted.teacher_id = lesson.teacher;
    const SessionId open = lesson.make(wanted);
    const auto join = [&] {
        lesson.write([&](store::Tx& tx) {
            lesson.services->director.join(tx, lesson.organisation, open, lesson.device_1);
        });
        lesson.run_posted();
    };
    Headset one(lesson, lesson.device_1);
    join();
    CHECK(one.count("state") == 0); // it has not started
    lesson.order(open, {Action::start, {}, {}});
    CHECK(one.last("command")["session_id"] == open.value());

    // The room's lesson takes its headsets over; by asking, they come back.
    lesson.order(Action::start);
    CHECK(one.last("command")["session_id"] == lesson.session.value());
    CHECK(lesson.services->places.session_of(lesson.device_1) == lesson.session);
    lesson.clock.advance(1s);
    join();
    CHECK(one.last("state")["session_id"] == open.value());
    CHECK(lesson.services->places.session_of(lesson.device_1) == open);
    lesson.order(Action::pause);
    CHECK(one.last("command")["action"] == "play"); // the room's commands no longer go to it
}

TEST_CASE("events without a run belong to the lesson that the headset is in", "[sessions]") {
    Lesson lesson;
    const auto send = [&](const std::string& batch_id) {
        std::string body = R"({"batch_id":")" + batch_id + R"(","events":[{"kind":"click","at_ms":1}]})";
        return lesson.write([&](store::Tx& tx) {
            return lesson.services->ingest.take_json(tx, {lesson.organisation, lesson.device_2}, {}, body)
                .run_id;
        });
    };
    const RunId before = send("a");
    lesson.order(Action::start); // the headset has no socket: it is not there
    CHECK(send("b") == before);
    Headset two(lesson, lesson.device_2);
    const RunId in_lesson = lesson.runs().at(0).id;
    CHECK(in_lesson != before);
    CHECK(send("c") == in_lesson);
}

TEST_CASE("the board shows what the contract names", "[sessions]") {
    Lesson lesson;
    const std::string organisation = "organisation/" + to_string(lesson.organisation);
    CHECK(lesson.device_entry(lesson.device_1)["state"] == "offline");
    CHECK(lesson.entry("room/" + to_string(lesson.room), "room")["name"] == "Room 2");
    Headset one(lesson, lesson.device_1);
    CHECK(lesson.device_entry(lesson.device_1)["state"] == "ready");
    CHECK(lesson.entry(organisation, "session/" + to_string(lesson.session)).is_null());
    lesson.order(Action::start);
    CHECK(lesson.entry(organisation, "session/" + to_string(lesson.session))["state"] == "running");
    CHECK(lesson.device_entry(lesson.device_1)["state"] == "playing");
    CHECK(lesson.device_entry(lesson.device_1)["session_id"] == lesson.session.value());
    lesson.clock.advance(6s);
    lesson.tick();
    CHECK(lesson.device_entry(lesson.device_1)["state"] == "away");
    devices::Report report;
    report.battery = 77;
    report.position_ms = 6'000;
    report.gaze = devices::Gaze{10, -5};
    lesson.services->presence.seen(lesson.device_1, report, lesson.clock.now_ms());
    lesson.run_posted();
    const auto shown = lesson.device_entry(lesson.device_1);
    CHECK(shown["state"] == "playing");
    CHECK(shown["battery"] == 77);
    CHECK(shown["position_ms"] == 6'000);
    CHECK(shown["gaze"]["yaw_deg"] == 10);
    lesson.order(Action::pause);
    CHECK(lesson.device_entry(lesson.device_1)["state"] == "paused");
    for (int i = 0; i < 6; ++i) {
        lesson.order(i % 2 == 0 ? Action::resume : Action::pause);
    }
    CHECK(lesson.command(3).is_null()); // the newest five
    CHECK(lesson.command(4)["number"] == 4);
    lesson.order(Action::stop);
    CHECK(lesson.entry(organisation, "session/" + to_string(lesson.session)).is_null());
    CHECK(lesson.device_entry(lesson.device_1)["state"] == "ready");
    CHECK(lesson.entry("session/" + to_string(lesson.session), "session")["state"] == "stopped");
    lesson.clock.advance(61min);
    lesson.tick();
    CHECK_FALSE(lesson.services->hub.is_open("session/" + to_string(lesson.session)));
}
