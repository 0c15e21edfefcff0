// Achievements are data: a figure, and how much of it is needed. A student who reaches one keeps it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace progress {

enum class Figure {
    runs,           // of scenarios, finished
    passed,         // different scenarios passed
    faultless_runs, // with the full score
    streak_days,    // longest series of days with a run
    helped,         // how often a teacher noted that this student helped others
    level,
};

struct Figures {
    std::int64_t runs = 0, passed = 0, faultless_runs = 0, streak_days = 0, helped = 0, level = 1;
    std::int64_t of(Figure figure) const;
};

struct Achievement {
    std::string_view id; // kept with the award, so it never changes
    std::string_view title, description;
    Figure figure;
    std::int64_t least;
};

std::span<const Achievement> all_achievements();
const Achievement* achievement_named(std::string_view id);
std::vector<const Achievement*> reached_with(const Figures& figures);

} // namespace progress
