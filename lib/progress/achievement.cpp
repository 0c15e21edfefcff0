#include "progress/achievement.h"

#include <algorithm>
#include <array>

namespace progress {

namespace {

constexpr std::array achievements{
    Achievement{"first_run", "First steps", "Finish a scenario", Figure::runs, 1},
    Achievement{"ten_runs", "Practised", "Finish ten scenarios", Figure::runs, 10},
    Achievement{"fifty_runs", "Tireless", "Finish fifty scenarios", Figure::runs, 50},
    Achievement{"first_pass", "Passed", "Pass a scenario", Figure::passed, 1},
    Achievement{"five_passed", "All-rounder", "Pass five different scenarios", Figure::passed, 5},
    Achievement{"no_fault", "Without a fault", "Reach the full score", Figure::faultless_runs, 1},
    Achievement{"five_no_faults", "Steady hand", "Reach the full score five times", Figure::faultless_runs,
                5},
    Achievement{"streak_3", "Three in a row", "Train on three days in a row", Figure::streak_days, 3},
    Achievement{"streak_7", "A whole week", "Train on seven days in a row", Figure::streak_days, 7},
    Achievement{"helper", "Good neighbour", "Help somebody", Figure::helped, 1},
    Achievement{"five_times_helper", "Backbone of the class", "Help somebody five times", Figure::helped, 5},
    Achievement{"level_5", "Level 5", "Reach level 5", Figure::level, 5},
    Achievement{"level_10", "Level 10", "Reach level 10", Figure::level, 10},
};

} // namespace

std::int64_t Figures::of(Figure figure) const {
    switch (figure) {
        case Figure::runs:
            return runs;
        case Figure::passed:
            return passed;
        case Figure::faultless_runs:
            return faultless_runs;
        case Figure::streak_days:
            return streak_days;
        case Figure::helped:
            return helped;
        case Figure::level:
            return level;
    }
    return 0;
}

std::span<const Achievement> all_achievements() {
    return achievements;
}

const Achievement* achievement_named(std::string_view id) {
    const auto* found = std::ranges::find(achievements, id, &Achievement::id);
    return found == achievements.end() ? nullptr : found;
}

std::vector<const Achievement*> reached_with(const Figures& figures) {
    std::vector<const Achievement*> reached;
    for (const Achievement& achievement : achievements)
        if (figures.of(achievement.figure) >= achievement.least) reached.push_back(&achievement);
    return reached;
}

} // namespace progress
