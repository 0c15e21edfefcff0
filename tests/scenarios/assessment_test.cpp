#include "scenarios/assessment.h"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

using namespace scenarios;

namespace {

Criterion item(const std::string& key, double weight = 1, bool must = false) {
    Criterion criterion;
    criterion.title = key;
    criterion.of = key;
    criterion.weight = weight;
    criterion.must = must;
    return criterion;
}

Criterion metric(const std::string& key, double weight, double full_at, std::optional<double> none_at = {},
                 bool less_is_better = false) {
    Criterion criterion = item(key, weight);
    criterion.kind = CriterionKind::metric;
    criterion.full_at = full_at;
    criterion.none_at = none_at;
    criterion.less_is_better = less_is_better;
    return criterion;
}

Criterion time(double weight, double full_at, std::optional<double> none_at = {}) {
    Criterion criterion = metric("", weight, full_at, none_at);
    criterion.kind = CriterionKind::time;
    return criterion;
}

Criterion resolution(std::vector<std::string> words) {
    Criterion criterion = item("", 1);
    criterion.kind = CriterionKind::resolution;
    criterion.words = std::move(words);
    return criterion;
}

} // namespace

TEST_CASE("assessment: the points of one criterion, and the reason", "[scenarios]") {
    Performance done;
    done.metrics = {{"speed", 80}, {"errors", 3}, {"zero", 0}};
    done.checklist = {{"call", true}, {"door", false}};
    done.time_s = 90;
    done.resolution = "Reset the ROUTER, then renewed the lease.";
    const struct {
        const char* name;
        Criterion criterion;
        double percent;
        const char* reason;
    } rows[] = {
        {"an item that is done", item("call"), 100, "done"},
        {"an item that is not", item("door"), 0, "not_done"},
        {"an item that nobody reported", item("alarm"), 0, "missing"},
        {"more is better, and enough", metric("speed", 1, 80), 100, "full"},
        {"more is better, and too little", metric("speed", 1, 81), 0, "none"},
        {"more is better, half way", metric("speed", 1, 100, 60), 50, "partly"},
        {"more is better, beyond full", metric("speed", 1, 70, 60), 100, "full"},
        {"more is better, at none", metric("speed", 1, 100, 80), 0, "none"},
        {"less is better, within", metric("errors", 1, 3, 10), 100, "full"},
        {"less is better, part of the way", metric("errors", 1, 1, 5), 50, "partly"},
        {"less is better, beyond none", metric("errors", 1, 0, 2), 0, "none"},
        {"less is better, a step", metric("errors", 1, 2, {}, true), 0, "none"},
        {"less is better, a step, kept", metric("errors", 1, 3, {}, true), 100, "full"},
        {"a figure of nothing", metric("zero", 1, 0, {}, true), 100, "full"},
        {"a figure that was not measured", metric("height", 1, 1), 0, "missing"},
        {"within the time", time(1, 90), 100, "full"},
        {"half a minute late of a minute", time(1, 60, 120), 50, "partly"},
        {"too late", time(1, 60), 0, "none"},
        {"all points named", resolution({"router", "lease"}), 100, "full"},
        {"one of two named", resolution({"router", "cable"}), 50, "partly"},
        {"another word for it", resolution({"modem|router"}), 100, "full"},
        {"nothing named", resolution({"cable"}), 0, "none"},
    };
    for (const auto& row : rows) {
        INFO(row.name);
        const Score score = assess({60, {row.criterion}}, done);
        REQUIRE(score.lines.size() == 1);
        CHECK(score.percent == row.percent);
        CHECK(score.passed == (row.percent >= 60));
        CHECK(score.lines[0].reason == row.reason);
        CHECK(score.lines[0].points == row.percent);
        CHECK(score.lines[0].most == 100);
        CHECK_FALSE(score.lines[0].explanation.empty());
    }
}

TEST_CASE("assessment: weights, must-do items and the mark that passes", "[scenarios]") {
    Performance done;
    done.checklist = {{"a", true}, {"b", true}, {"c", false}};
    const struct {
        const char* name;
        AssessmentRules rules;
        double percent;
        bool passed, held;
    } rows[] = {
        {"equal weights", {60, {item("a"), item("b"), item("c")}}, 66.7, true, false},
        {"a heavy one is missing", {60, {item("a"), item("b"), item("c", 8)}}, 20, false, false},
        {"one without weight counts nothing", {60, {item("a"), item("b"), item("c", 0)}}, 100, true, false},
        {"a must is missing", {60, {item("a", 5), item("b", 4), item("c", 1, true)}}, 59, false, true},
        {"a must is missing, and little else is there",
         {60, {item("a", 2), item("c", 8, true)}},
         20,
         false,
         false},
        {"a must without weight", {60, {item("a"), item("c", 0, true)}}, 59, false, true},
        {"a must that is met", {60, {item("a", 1, true), item("b")}}, 100, true, false},
        {"exactly the mark", {50, {item("a"), item("c")}}, 50, true, false},
        {"musts alone, all met", {60, {item("a", 0, true), item("b", 0, true)}}, 100, true, false},
        {"musts alone, one missing", {60, {item("a", 0, true), item("c", 0, true)}}, 59, false, true},
        {"no mark to pass holds nobody", {0, {item("c")}}, 0, true, false},
    };
    for (const auto& row : rows) {
        INFO(row.name);
        const Score score = assess(row.rules, done);
        CHECK(score.percent == row.percent);
        CHECK(score.passed == row.passed);
        CHECK(score.held_below_pass == row.held);
    }
    const Score nothing = assess({60, {}}, done);
    CHECK_FALSE(nothing.percent.has_value());
    CHECK(nothing.passed);
}

TEST_CASE("assessment: the lines of a score add up to it", "[scenarios]") {
    Performance done;
    done.checklist = {{"a", true}, {"b", false}};
    done.metrics = {{"m", 5}};
    const Score score = assess({60, {item("a", 30), item("b", 20), metric("m", 50, 10, 0)}}, done);
    double sum = 0, most = 0;
    for (const ScoreLine& line : score.lines) {
        sum += line.points;
        most += line.most;
    }
    CHECK(sum == 55);
    CHECK(most == 100);
    CHECK(score.percent == 55);
    CHECK(json_of(score.lines[2])["value"] == 5);
    CHECK(score.lines[2].explanation == "5, wanted at least 10; part of the points up to 0");
}
