// The end of a lesson, which comes by itself: what pages see then, what counts, and when the session is over.
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <nlohmann/json.hpp>

#include "support/lesson.h"

using namespace std::chrono_literals;
using sessions::Action;
using sessions::State;
using support::Headset;
using support::Lesson;

namespace {

// Both headsets of the class are on, in a lesson of ten minutes that has just begun to play.
struct Started : Lesson {
    Started() {
        order(Action::start);
        for (const DeviceId device_id : {device_1, device_2})
            answer(device_id, 1, sessions::AnswerState::done);
        clock.advance(50ms); // until it takes effect
    }

    // What a headset says of itself each second.
    void report(DeviceId device_id, std::int64_t position_ms, double skew_ms = 300) {
        devices::Report report;
        report.position_ms = position_ms;
        report.skew_ms = skew_ms;
        report.content = "Coral reef.mp4";
        services->presence.seen(device_id, report, clock.now_ms());
    }
    void report_both(std::int64_t position_ms) {
        report(device_1, position_ms);
        report(device_2, position_ms);
        tick();
    }
    nlohmann::json help() const { return entry("session/" + to_string(session), "help"); }
    nlohmann::json shown() const { return entry("session/" + to_string(session), "session"); }

    Headset one{*this, device_1}, two{*this, device_2};
};

} // namespace

TEST_CASE("a lesson at its end is finished, for everybody, and nobody is called out of time", "[sessions]") {
    Started lesson;
    lesson.clock.advance(599s);
    lesson.report_both(598'700);
    CHECK(lesson.device_entry(lesson.device_1)["state"] == "playing");
    CHECK(lesson.device_entry(lesson.device_1)["skew_ms"] == 300);
    CHECK(lesson.shown()["finishes_ms"] == lesson.clock.now_ms() + 1'000);
    CHECK(lesson.shown()["ends_ms"] == lesson.clock.now_ms() + 1'000 + sessions::ends_after_ms);

    for (int second = 0; second < 30; ++second) {
        lesson.clock.advance(1s);
        lesson.report(lesson.device_1, 600'000);
        lesson.report(lesson.device_2, 590'000); // stalled for ten seconds, and still on the way
        lesson.tick();
    }
    CHECK(lesson.device_entry(lesson.device_1)["state"] == "finished");
    CHECK(lesson.device_entry(lesson.device_1)["skew_ms"].is_null());
    CHECK(lesson.device_entry(lesson.device_2)["state"] == "playing");
    lesson.one.disconnect(); // taken off and put down
    lesson.clock.advance(20s);
    lesson.tick();
    CHECK(lesson.help().empty());
}

TEST_CASE("what a headset waits at the end is not time in the lesson, a second look is", "[sessions]") {
    Started lesson;
    const auto time_in_lesson = [&] {
        for (const runs::Run& run : lesson.runs())
            if (run.device_id == lesson.device_1) return run.time_in_lesson_at(lesson.clock.now_ms());
        return std::int64_t{-1};
    };
    lesson.clock.advance(600s + 5min);
    lesson.tick();
    CHECK(time_in_lesson() == 600'000);
    lesson.order(Action::seek, {}, 570'000);
    lesson.clock.advance(50ms + 20s);
    lesson.tick();
    CHECK(time_in_lesson() == 620'000);
    lesson.one.disconnect();
    lesson.clock.advance(30s); // of which the lesson plays ten
    lesson.one.connect();
    lesson.clock.advance(1min);
    lesson.tick();
    CHECK(time_in_lesson() == 620'000);
}

TEST_CASE("a finished session ends by itself after a while, unless the teacher goes on", "[sessions]") {
    Started lesson;
    lesson.clock.advance(600s + 9min);
    lesson.tick();
    CHECK(lesson.now().transport.state == State::running);
    lesson.order(Action::start, 1); // the next lesson, of five minutes
    lesson.clock.advance(2min);
    lesson.tick();
    CHECK(lesson.now().transport.state == State::running);
    lesson.clock.advance(3min + 9min);
    lesson.tick();
    CHECK(lesson.now().transport.state == State::running);
    lesson.clock.advance(1min + 1s);
    lesson.tick();
    CHECK(lesson.now().transport.state == State::stopped);
    CHECK(lesson.one.last("command")["action"] == "stop");
    CHECK(lesson.entry("organisation/" + to_string(lesson.organisation), "session/1").is_null());
    for (const runs::Run& run : lesson.runs()) {
        CHECK(run.state == runs::RunState::finished);
        CHECK(run.completed);
    }
}

TEST_CASE("a session that was finished when the server was killed ends all the same", "[sessions]") {
    Started lesson;
    lesson.clock.advance(600s);
    lesson.tick();
    lesson.restart();
    lesson.clock.advance(24h);
    lesson.tick();
    CHECK(lesson.now().transport.state == State::stopped);
}

TEST_CASE("a lesson that is paused before its end waits for ever, at its end only for a while",
          "[sessions]") {
    Started lesson;
    lesson.order(Action::pause);
    lesson.clock.advance(24h);
    lesson.tick();
    CHECK(lesson.now().transport.state == State::paused);
    lesson.order(Action::seek, {}, 600'000);
    lesson.clock.advance(11min);
    lesson.tick();
    CHECK(lesson.now().transport.state == State::stopped);
}

TEST_CASE("an app plays on over its planned time, and the clock never ends it", "[sessions]") {
    Lesson lesson;
    const LessonId app = lesson.write([&](store::Tx& tx) {
        return lesson.services->lessons
            .add(tx, lesson.organisation,
                 {"Beat Saber", courses::LessonKind::app, "com.beatgames.beatsaber", 60'000})
            .id;
    });
    lesson.write([&](store::Tx& tx) {
        lesson.services->director.add_lesson(tx, lesson.organisation, lesson.session, app);
    });
    Headset one(lesson, lesson.device_1);
    lesson.order(Action::start, 2);
    lesson.answer(lesson.device_1, 1, sessions::AnswerState::done);
    lesson.clock.advance(50ms + 90s);
    CHECK(lesson.position() == 90'000);
    devices::Report report;
    for (int second = 0; second < 20; ++second) {
        lesson.clock.advance(1s);
        report.position_ms = 60'000; // some apps count no further than they were told
        report.skew_ms = -40'000;
        lesson.services->presence.seen(lesson.device_1, report, lesson.clock.now_ms());
        lesson.tick();
    }
    CHECK(lesson.device_entry(lesson.device_1)["state"] == "playing");
    CHECK(lesson.device_entry(lesson.device_1)["skew_ms"].is_null());
    const auto help = lesson.entry("session/" + to_string(lesson.session), "help");
    for (const auto& need : help)
        CHECK(need["reason"] != "behind");
    lesson.clock.advance(12h);
    lesson.tick();
    CHECK(lesson.now().transport.state == State::running);
}
