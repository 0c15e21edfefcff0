// Counts lines that come again and again: on a full disk one fault may be logged a hundred times a second, and the
// journal would forget everything else for it.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace platform {

class LogRepeats {
public:
    using Time = std::chrono::steady_clock::time_point;

    // Within this time a line is written so many times, and then how often it came besides. The first ones all
    // appear, because fail2ban counts refused sign-ins.
    static constexpr std::chrono::seconds window{60};
    static constexpr std::size_t written = 10;
    static constexpr std::size_t most = 64; // different lines that are remembered

    // What to write now, in order: counts that have fallen due, and the line itself unless it came too often.
    // `level` comes back with each.
    struct Line {
        int level = 0;
        std::string text;
    };
    std::vector<Line> take(int level, std::string_view text, Time now);

private:
    struct Seen {
        Line line;
        Time since{};
        std::size_t times = 1;
    };
    std::vector<Seen> seen_; // oldest first
};

} // namespace platform
