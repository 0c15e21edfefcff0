// Controls, hands, and the list of those who need help.
#include "sessions/controls.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>

#include "platform/error.h"
#include "sessions/shown/help.h"
#include "support/lesson.h"

using namespace std::chrono_literals;
using Catch::Approx;
using sessions::Action;
using sessions::Order;
using sessions::Target;
using support::Headset;
using support::Lesson;
using Json = nlohmann::json;

namespace {

Order control(Action action, const Json& arguments = Json::object(), Target target = {}) {
    Order order;
    order.action = action;
    order.arguments = arguments.dump();
    order.target = std::move(target);
    return order;
}

Target only(DeviceId device_id) {
    return {Target::Kind::devices, 0, {}, {device_id}};
}

Json controls_of(const Headset& headset) {
    return headset.last("welcome")["session"]["controls"];
}

} // namespace

TEST_CASE("the angle between two directions", "[sessions]") {
    CHECK(sessions::degrees_between({10, 20}, {10, 20}) == Approx(0).margin(1e-5));
    CHECK(sessions::degrees_between({170, 0}, {-170, 0}) == Approx(20));
    CHECK(sessions::degrees_between({0, 90}, {123, 90}) ==
          Approx(0).margin(1e-5)); // straight up is one direction
    CHECK(sessions::degrees_between({0, 45}, {0, -45}) == Approx(90));
}

TEST_CASE("a control goes to all, to a row, to a group or to one headset", "[sessions]") {
    Lesson lesson;                          // both headsets stand in row 1
    lesson.put_on_seat(5, lesson.device_2); // row 2
    lesson.write([&](store::Tx& tx) {
        tx.run("UPDATE devices SET group_name = 'Trolley A' WHERE id = ?", lesson.device_2);
    });
    Headset one(lesson, lesson.device_1), two(lesson, lesson.device_2);
    lesson.order(Action::start);
    struct Case {
        Target target;
        std::size_t one, two; // how many commands each has had by then, with the play
    };
    const std::vector<Case> cases = {
        {{}, 2, 2},
        {only(lesson.device_1), 3, 2},
        {{Target::Kind::row, 2, {}, {}}, 3, 3},
        {{Target::Kind::group, 0, "trolley a", {}}, 3, 4},
    };
    for (const Case& each : cases) {
        lesson.order(lesson.session, control(Action::identify, {{"seconds", 5}}, each.target));
        CHECK(one.count("command") == each.one);
        CHECK(two.count("command") == each.two);
    }
    for (const Target& nobody :
         {only(DeviceId(99)), Target{Target::Kind::row, 9, {}, {}}, Target{Target::Kind::group, 0, "B", {}}})
        CHECK_THROWS_AS(lesson.order(lesson.session, control(Action::recenter, Json::object(), nobody)),
                        platform::Error);
    CHECK(lesson.now().transport.state == sessions::State::running);
}

TEST_CASE("a headset that comes later or comes back is told what controls left, also after a kill",
          "[sessions]") {
    Lesson lesson;
    Headset one(lesson, lesson.device_1);
    lesson.order(Action::start);
    lesson.order(lesson.session, control(Action::eyes_on_me, {{"message", "Listen"}, {"seconds", 60}}));
    lesson.order(lesson.session, control(Action::volume, {{"percent", 30}}, only(lesson.device_1)));
    lesson.order(lesson.session,
                 control(Action::launch, {{"kind", "web"}, {"content", "https://reef.example"}}));
    CHECK(one.last("command")["action"] == "launch");
    const std::int64_t until_ms = one.last("command")["at_ms"].get<std::int64_t>() + 60'000;

    SECTION("at once") {}
    SECTION("after a kill") {
        one.disconnect();
        lesson.restart();
        one.connect();
    }
    Headset late(lesson, lesson.device_2);
    one.connect();
    CHECK(controls_of(late)["eyes_on_me"]["message"] == "Listen");
    CHECK(controls_of(late)["eyes_on_me"]["until_ms"] == until_ms);
    CHECK(controls_of(late)["volume"].is_null()); // that was for the other one only
    CHECK(controls_of(one)["volume"] == 30);
    CHECK(controls_of(one)["launch"]["content"] == "https://reef.example");
    CHECK(one.last("welcome")["session"]["number"] == 1); // of what plays
    CHECK(lesson.device_entry(lesson.device_1)["eyes_on_me"]["until_ms"] == until_ms);

    lesson.order(lesson.session, control(Action::release));
    lesson.order(Action::start, 1); // another lesson ends what was launched
    late.connect();
    CHECK(controls_of(late)["eyes_on_me"].is_null());
    CHECK(controls_of(late)["launch"].is_null());
    lesson.order(lesson.session, control(Action::eyes_on_me, {{"seconds", 3}}));
    lesson.clock.advance(4s);
    late.connect();
    CHECK(controls_of(late)["eyes_on_me"].is_null()); // ended by itself
}

TEST_CASE("a control is sent again to headsets that have not done it, unless a newer one of its kind came",
          "[sessions]") {
    Lesson lesson;
    Headset one(lesson, lesson.device_1), two(lesson, lesson.device_2);
    lesson.order(Action::start);
    lesson.order(lesson.session, control(Action::volume, {{"percent", 30}}));
    lesson.order(lesson.session, control(Action::message, {{"text", "Look up"}}));
    lesson.answer(lesson.device_1, 2, sessions::AnswerState::done);
    lesson.answer(lesson.device_2, 2, sessions::AnswerState::failed, {}, "no speaker");
    CHECK(lesson.device_entry(lesson.device_2)["state"] == "needs_help");
    const auto retry = [&](std::int64_t number) {
        auto ordered = lesson.write([&](store::Tx& tx) {
            return lesson.services->director.retry(tx, lesson.organisation, lesson.session, number, {},
                                                   lesson.teacher);
        });
        lesson.run_posted();
        return ordered;
    };
    CHECK(retry(2)->command.answers.size() == 1);
    CHECK(two.last("command")["action"] == "volume");
    CHECK(one.last("command")["action"] == "message");
    lesson.order(lesson.session, control(Action::volume, {{"percent", 50}}));
    CHECK_THROWS_AS(retry(4), platform::Error);
    CHECK(retry(3)->command.answers.size() == 2);
}

TEST_CASE("the teacher sees who has turned where to look", "[sessions]") {
    Lesson lesson;
    Headset one(lesson, lesson.device_1);
    lesson.order(Action::start);
    lesson.order(lesson.session, control(Action::look, {{"yaw_deg", 90}, {"pitch_deg", 0}, {"seconds", 30}}));
    const auto looks = [&](double yaw_deg) {
        devices::Report report;
        report.position_ms = 0;
        report.gaze = devices::Gaze{yaw_deg, 0};
        lesson.services->presence.seen(lesson.device_1, report, lesson.clock.now_ms());
        lesson.run_posted();
        return lesson.device_entry(lesson.device_1)["look"];
    };
    CHECK(looks(0)["turned"] == false);
    CHECK(looks(0)["off_deg"] == 90);
    CHECK(looks(75)["turned"] == true);
    lesson.clock.advance(31s);
    CHECK(looks(75).is_null());
}

TEST_CASE("hands wait in their order, the unwell first, and a kill forgets nobody", "[sessions]") {
    using sessions::HandMove;
    Lesson lesson;
    Headset one(lesson, lesson.device_1), two(lesson, lesson.device_2);
    const auto move = [&](DeviceId device_id, HandMove what, const std::string& question = "") {
        lesson.write([&](store::Tx& tx) {
            lesson.services->director.move_hand(tx, lesson.organisation, device_id, what, question);
        });
        lesson.run_posted();
    };
    const auto queue = [&] { return lesson.entry("session/" + to_string(lesson.session), "hands"); };
    CHECK_THROWS_AS(move(lesson.device_1, HandMove::raise), platform::Error); // there is no lesson
    lesson.order(Action::start);
    move(lesson.device_1, HandMove::raise, "Is it a shark?");
    lesson.clock.advance(1s);
    move(lesson.device_2, HandMove::raise);
    CHECK(queue()[0]["person"]["nickname"] == "Ada");
    CHECK(queue()[0]["question"] == "Is it a shark?");
    lesson.clock.advance(1s);
    move(lesson.device_2, HandMove::unwell);
    CHECK(queue()[0]["device_id"] == lesson.device_2.value());
    CHECK(queue()[0]["unwell"] == true);
    CHECK(two.last("hand")["unwell"] == true);
    CHECK(lesson.device_entry(lesson.device_2)["state"] == "needs_help");

    lesson.restart();
    CHECK(queue().size() == 2);
    one.connect();
    CHECK(one.last("welcome")["hand"]["question"] == "Is it a shark?");
    const auto lowered = lesson.write([&](store::Tx& tx) {
        return lesson.services->director.lower_hands(tx, lesson.organisation, lesson.session, {});
    });
    lesson.run_posted();
    CHECK(lowered.size() == 2);
    CHECK(queue().empty());
    CHECK(one.last("hand")["raised"] == false);
}

TEST_CASE("at the end students are signed out, but a colleague who wears a headset is not", "[sessions]") {
    Lesson lesson;
    Headset one(lesson, lesson.device_1), two(lesson, lesson.device_2);
    lesson.sign_in(lesson.device_1, lesson.ada);
    lesson.sign_in(lesson.device_2, lesson.teacher);
    lesson.order(Action::start);
    lesson.order(Action::stop);
    const auto on = [&](DeviceId device_id) {
        return lesson.read([&](store::Read& read) {
            return lesson.services->logins.person_on_device(read, lesson.organisation, device_id);
        });
    };
    CHECK_FALSE(on(lesson.device_1));
    CHECK(on(lesson.device_2));
    CHECK(one.last("person")["person"].is_null());
    CHECK(lesson.runs().size() == 2);
    for (const runs::Run& run : lesson.runs())
        CHECK(run.person); // the lesson was hers
}

TEST_CASE("the list of those who need help, why, and what helps", "[sessions]") {
    Lesson lesson;
    Headset one(lesson, lesson.device_1), two(lesson, lesson.device_2);
    lesson.order(Action::start);
    const auto report = [&](DeviceId device_id, std::optional<std::int64_t> behind_ms,
                            std::int64_t battery = 80) {
        devices::Report said;
        said.battery = battery;
        if (behind_ms) said.position_ms = lesson.position() - *behind_ms;
        lesson.services->presence.seen(device_id, said, lesson.clock.now_ms());
        lesson.run_posted();
    };
    const auto help = [&] { return lesson.entry("session/" + to_string(lesson.session), "help"); };
    const auto go_on = [&](int seconds, auto&& each) {
        for (int i = 0; i < seconds; ++i) {
            lesson.clock.advance(1s);
            each();
            lesson.tick();
        }
    };
    go_on(20, [&] {
        report(lesson.device_1, 0);
        report(lesson.device_2, 0);
    });
    CHECK(help().empty());
    go_on(4, [&] { report(lesson.device_1, 5000); });
    CHECK(help().empty()); // a short moment is no reason
    go_on(3, [&] {
        report(lesson.device_1, 5000);
        report(lesson.device_2, 0, 12);
    });
    REQUIRE(help().size() == 2);
    CHECK(help()[0]["reason"] == "behind");
    CHECK(help()[0]["value"] == -5000);
    CHECK(help()[0]["action"] == "catch_up");
    CHECK(help()[1]["reason"] == "battery_low");
    CHECK(help()[1]["threshold"] == 20);

    lesson.order(lesson.session, control(Action::catch_up, Json::object(), only(lesson.device_1)));
    CHECK(one.last("command")["position_ms"] == lesson.now().position_at(one.last("command")["at_ms"]));
    two.disconnect();
    go_on(6, [&] { report(lesson.device_1, 0); });
    REQUIRE(help().size() == 1);
    CHECK(help()[0]["reason"] == "disconnected");
    CHECK(help()[0]["device_id"] == lesson.device_2.value());
}

TEST_CASE("a colleague takes over, and all of one's own stops at once", "[sessions]") {
    Lesson lesson;
    Headset one(lesson, lesson.device_1);
    const PersonId colleague = lesson.write([&](store::Tx& tx) {
        people::NewPerson person;
        person.role = platform::Role::teacher;
        person.nickname = "Mr Bianchi";
        return lesson.services->people.add(tx, lesson.organisation, person).id;
    });
    lesson.order(Action::start);
    const auto stop_all = [&](std::optional<PersonId> teacher) {
        const auto stopped = lesson.write([&](store::Tx& tx) {
            return lesson.services->director.stop_all(tx, lesson.organisation, teacher, teacher);
        });
        lesson.run_posted();
        return stopped.size();
    };
    CHECK(stop_all(colleague) == 0);
    lesson.write([&](store::Tx& tx) {
        lesson.services->director.take_over(tx, lesson.organisation, lesson.session, colleague);
    });
    lesson.run_posted();
    CHECK(lesson.entry("session/" + to_string(lesson.session), "session")["teacher"]["nickname"] ==
          "Mr Bianchi");
    CHECK(stop_all(colleague) == 1);
    CHECK(one.last("command")["action"] == "stop");
    CHECK_THROWS_AS(lesson.write([&](store::Tx& tx) {
        lesson.services->director.take_over(tx, lesson.organisation, lesson.session, lesson.ada);
    }),
                    platform::Error); // a student
}
