#include "insights/measures.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

using Catch::Approx;
using insights::Figures;
using insights::Slices;
using insights::Target;
using runs::Slice;

namespace {

struct Look {
    double yaw_deg = 0, pitch_deg = 0;
    std::string target;
    int times = 1;
};

Slice slice(std::int64_t number, const std::vector<Look>& looks, int interactions = 0) {
    Slice made;
    made.number = number;
    for (const Look& look : looks) {
        for (int i = 0; i < look.times; ++i) {
            runs::Event event;
            event.kind = "gaze";
            event.yaw_deg = look.yaw_deg;
            event.pitch_deg = look.pitch_deg;
            event.target = look.target;
            made.add(event);
        }
    }
    for (int i = 0; i < interactions; ++i) {
        runs::Event event;
        event.kind = "interaction";
        made.add(event);
    }
    return made;
}

Slice sum(std::vector<Slice> slices) {
    Slice all;
    all.number = slices.front().number;
    for (const Slice& one : slices)
        all.add(one);
    return all;
}

} // namespace

TEST_CASE("a slice adds up looks, interactions, targets and the mean direction", "[insights]") {
    const Slice one = slice(3, {{170, 0, "fish", 2}, {-170, 0, "", 2}}, 1);
    CHECK(one.events == 5);
    CHECK(one.looks == 4);
    CHECK(one.interactions == 1);
    CHECK(one.cells.size() == 2);
    CHECK(one.targets.at("fish") == 2);
    REQUIRE(one.mean_direction());
    CHECK(std::abs(one.mean_direction()->yaw_deg) == Approx(180));            // behind, not ahead
    CHECK_FALSE(slice(0, {{0, 0, "", 1}, {180, 0, "", 1}}).mean_direction()); // they cancel each other out
    CHECK_FALSE(slice(0, {}).mean_direction());
    const Slice up = slice(0, {{40, 60, "", 1}});
    CHECK(up.mean_direction()->yaw_deg == Approx(40));
    CHECK(up.mean_direction()->pitch_deg == Approx(60));
    CHECK(runs::slice_number(-5) == 0);
    CHECK(runs::slice_number(4'999) == 0);
    CHECK(runs::slice_number(5'000) == 1);
    CHECK(runs::slice_number(1'000'000'000'000) == runs::slices_limit - 1);
}

TEST_CASE("a student is engaged who interacts, looks around, or looks where the class looks", "[insights]") {
    const Slice crowd = slice(0, {{5, 5, "", 30}, {95, 5, "", 10}});
    struct Case {
        const char* name;
        Slice student;
        bool engaged;
    };
    const std::vector<Case> cases = {
        {"interacts", slice(0, {}, 1), true},
        {"looks around", slice(0, {{-90, 0, "", 5}, {-60, 0, "", 5}}), true},
        {"with the crowd", slice(0, {{5, 5, "", 10}}), true},
        {"stares at a wall", slice(0, {{-150, -40, "", 10}}), false},
        {"does nothing", slice(0, {}), false},
    };
    for (const Case& each : cases) {
        INFO(each.name);
        CHECK(insights::is_engaged(each.student, sum({crowd, each.student})) == each.engaged);
    }
}

TEST_CASE("agreement is the part that two students share, place by place", "[insights]") {
    const Slice left = slice(0, {{-90, 0, "", 10}}), right = slice(0, {{90, 0, "", 10}});
    const Slice half = slice(0, {{-90, 0, "", 5}, {90, 0, "", 5}});
    CHECK(insights::agreement(left, sum({left, right})) == Approx(0.0));
    CHECK(insights::agreement(left, sum({left, left})) == Approx(1.0));
    CHECK(insights::agreement(left, sum({left, half})) == Approx(0.5));
    CHECK_FALSE(insights::agreement(left, left)); // alone
    CHECK_FALSE(insights::agreement(slice(0, {}), left));
}

TEST_CASE("attention is the share of looks at what the teacher named", "[insights]") {
    const Slice one = slice(0, {{0, 0, "turtle", 3}, {90, 0, "", 1}});
    CHECK(insights::looks_at(one, Target{"turtle", {}, 0}) == 3);
    CHECK(insights::looks_at(one, Target{"shark", {}, 0}) == 0);
    CHECK(insights::looks_at(one, Target{"", {90, 5}, 20}) == 1);
    CHECK(insights::looks_at(one, Target{"", {45, 5}, 20}) == 0);
    CHECK(insights::looks_at(one, Target{"", {45, 5}, 60}) == 4);
    CHECK(insights::looks_at(slice(0, {{175, 0, "", 1}}), Target{"", {-175, 0}, 20}) == 1); // across the back
}

TEST_CASE("a student is measured over all of the class's lesson", "[insights]") {
    const Slices anna = {slice(0, {{5, 5, "", 10}}), slice(1, {{5, 5, "", 10}}), slice(2, {{5, 5, "", 10}})};
    const Slices ben = {slice(0, {{5, 5, "", 10}}, 2)};
    Slices both = anna;
    insights::add_to(both, ben);
    REQUIRE(both.size() == 3);
    const auto of_ben = insights::measures_of(ben, both, Target{"", {0, 0}, 20});
    CHECK(of_ben.engagement == Approx(1.0 / 3)); // he left after the first slice
    CHECK(of_ben.agreement == Approx(1.0));
    CHECK(of_ben.attention == Approx(1.0));
    CHECK(of_ben.interactions == 2);
    CHECK(of_ben.looks == 10);
    const auto nobody = insights::measures_of({}, both, {});
    CHECK_FALSE(nobody.engagement);
    CHECK_FALSE(nobody.attention);
    CHECK(insights::median({}) == std::nullopt);
    CHECK(insights::median({3, 1}) == 2.0);
    CHECK(insights::median({3, 1, 7}) == 3.0);
}

TEST_CASE("students to look at first come with reasons, the heaviest first", "[insights]") {
    Figures of_class;
    of_class.took_part = of_class.completed = true;
    of_class.time_in_lesson_ms = 100'000;
    of_class.engagement = 0.8;
    of_class.agreement = 0.4;
    of_class.attention = 0.5;
    Figures good = of_class;
    CHECK(insights::reasons_for(good, of_class).empty());
    CHECK(insights::reasons_for(Figures{}, of_class).front().code == "not_there");
    const auto codes = [&](const Figures& figures) {
        std::string text;
        for (const auto& reason : insights::reasons_for(figures, of_class))
            text.append(reason.code).append(" ");
        return text;
    };
    Figures poor = of_class;
    poor.time_in_lesson_ms = 50'000;
    poor.engagement = 0.3;
    poor.agreement = 0.1;
    poor.attention = 0.0;
    poor.completed = false;
    poor.missing_events = 12;
    poor.is_named = false;
    CHECK(codes(poor) ==
          "short_time not_completed low_engagement missed_target looked_elsewhere events_missing not_named ");
    poor = of_class;
    poor.engagement = 0.49;
    CHECK(codes(poor).empty()); // a little below is no reason
}
