#include <catch2/catch_test_macros.hpp>

#include "progress/achievement.h"
#include "progress/experience.h"

TEST_CASE("progress: levels", "[progress]") {
    struct {
        std::int64_t xp, level, to_next;
    } const rows[] = {{0, 1, 100}, {1, 1, 99},   {99, 1, 1},     {100, 2, 100},
                      {199, 2, 1}, {250, 3, 50}, {1000, 11, 100}};
    for (const auto& [xp, level, to_next] : rows) {
        INFO(xp);
        CHECK(progress::level_of(xp) == level);
        CHECK(progress::xp_to_next_level(xp) == to_next);
    }
}

TEST_CASE("progress: the experience of a run", "[progress]") {
    struct {
        std::int64_t reward;
        std::optional<double> score;
        std::int64_t xp;
    } const rows[] = {
        {50, 100, 50},  {50, 80, 40},  {50, 0, 0},   {50, {}, 50}, {0, 100, 0},
        {50, 33.3, 17}, {50, 150, 50}, {50, -20, 0}, {-10, 50, 0}, {1000, 99.9, 999},
    };
    for (const auto& [reward, score, xp] : rows) {
        INFO(reward << " " << score.value_or(-1));
        CHECK(progress::xp_of_run(reward, score) == xp);
    }
}

TEST_CASE("progress: days in a row", "[progress]") {
    struct {
        std::vector<std::int64_t> days;
        std::int64_t today, longest, current;
    } const rows[] = {
        {{}, 10, 0, 0},
        {{10}, 10, 1, 1},
        {{9}, 10, 1, 1}, // today is not over
        {{8}, 10, 1, 0},
        {{1, 2, 3, 7, 8}, 8, 3, 2},
        {{1, 2, 3, 5}, 9, 3, 0},
        {{0, 1}, 1, 2, 2},
        {{4, 5, 6, 7, 8, 9, 10}, 10, 7, 7},
    };
    for (const auto& [days, today, longest, current] : rows) {
        INFO(days.size() << " days, today " << today);
        const auto streak = progress::streak_of(days, today);
        CHECK(streak.longest == longest);
        CHECK(streak.current == current);
    }
}

TEST_CASE("progress: achievements follow from figures", "[progress]") {
    const auto ids = [](const progress::Figures& figures) {
        std::string all;
        for (const auto* achievement : progress::reached_with(figures))
            all += (all.empty() ? "" : " ") + std::string(achievement->id);
        return all;
    };
    struct {
        progress::Figures figures;
        const char* reached;
    } const rows[] = {
        {{}, ""},
        {{.runs = 1, .streak_days = 1}, "first_run"},
        {{.runs = 1, .passed = 1, .faultless_runs = 1, .streak_days = 1}, "first_run first_pass no_fault"},
        {{.runs = 10, .streak_days = 3}, "first_run ten_runs streak_3"},
        {{.streak_days = 7}, "streak_3 streak_7"},
        {{.helped = 1}, "helper"},
        {{.helped = 5}, "helper five_times_helper"},
        {{.level = 5}, "level_5"},
        {{.runs = 50, .passed = 5, .faultless_runs = 5, .streak_days = 2, .level = 10},
         "first_run ten_runs fifty_runs first_pass five_passed no_fault five_no_faults level_5 level_10"},
    };
    for (const auto& [figures, reached] : rows)
        CHECK(ids(figures) == reached);
    for (const auto& achievement : progress::all_achievements()) {
        CHECK(progress::achievement_named(achievement.id) == &achievement);
        CHECK(achievement.least > 0);
    }
    CHECK(progress::achievement_named("nonsense") == nullptr);
}
