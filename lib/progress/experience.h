// The rules of experience points, as pure functions.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>

namespace progress {

constexpr std::int64_t xp_a_level = 100;
constexpr std::int64_t day_ms = 24LL * 3600 * 1000;

constexpr std::int64_t level_of(std::int64_t xp) {
    return xp / xp_a_level + 1;
}
constexpr std::int64_t xp_to_next_level(std::int64_t xp) {
    return xp_a_level - xp % xp_a_level;
}

// A finished run gives as many percent of its scenario's reward as its score; all of it where there is
// nothing to score.
inline std::int64_t xp_of_run(std::int64_t reward, std::optional<double> score) {
    const double percent = score ? std::clamp(*score, 0.0, 100.0) : 100.0;
    return std::max<std::int64_t>(std::llround(static_cast<double>(reward) * percent / 100.0), 0);
}

// A series of days with a run. `days` are days since 1970 (UTC: the box knows no time zones), rising, each
// once.
struct Streak {
    std::int64_t longest = 0;
    std::int64_t current = 0; // up to today, or up to yesterday: today is not over
};
inline Streak streak_of(std::span<const std::int64_t> days, std::int64_t today) {
    Streak streak;
    std::int64_t length = 0, before = 0;
    for (const std::int64_t day : days) {
        length = length > 0 && day == before + 1 ? length + 1 : 1;
        before = day;
        streak.longest = std::max(streak.longest, length);
    }
    if (length > 0 && before >= today - 1) streak.current = length;
    return streak;
}

} // namespace progress
