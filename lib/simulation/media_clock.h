// What plays on a headset, and how it is kept where it should be.
//
// A video runs by the clock of its decoder, which is never quite that of the class. Each half second it is
// compared with the position that the lesson should have: what is off a little is taken away by playing a
// little faster or slower, which nobody notices; what is off by more than 80 ms, after a stall, by a seek,
// which everybody does.
#pragma once

#include <cstdint>

namespace simulation {

inline constexpr double seek_beyond_ms = 80;
inline constexpr double correct_every_ms = 500;
inline constexpr double most_rate_change = 0.03;

class MediaClock {
public:
    explicit MediaClock(double error_ppm = 0) : error_(error_ppm * 1e-6) {}

    void set(double position_ms, bool runs, double now_ms);
    double position_ms(double now_ms) const;
    // `expected_ms`: where it should be now.
    void correct(double expected_ms, double now_ms);
    double rate() const { return rate_; }
    std::uint64_t seeks() const { return seeks_; } // that a correction made

private:
    double error_;
    double position_ms_ = 0, since_ms_ = 0, rate_ = 1;
    bool runs_ = false;
    std::uint64_t seeks_ = 0;
};

} // namespace simulation
