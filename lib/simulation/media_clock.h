// What plays on a headset, and how it is kept where it should be.
//
// A video runs by the clock of its decoder, which never quite agrees with that of the class. Each half second
// its position is compared with the lesson's. A small error is corrected by playing a little faster or
// slower, which nobody notices. An error of more than 80 ms, after a stall, is corrected by a seek, which
// everybody notices.
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
    std::uint64_t seeks() const { return seeks_; } // seeks made by a correction

private:
    double error_;
    double position_ms_ = 0, since_ms_ = 0, rate_ = 1;
    bool runs_ = false;
    std::uint64_t seeks_ = 0;
};

} // namespace simulation
