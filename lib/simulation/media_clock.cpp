#include "simulation/media_clock.h"

#include <algorithm>
#include <cmath>

namespace simulation {

void MediaClock::set(double position_ms, bool runs, double now_ms) {
    position_ms_ = position_ms;
    since_ms_ = now_ms;
    runs_ = runs;
    rate_ = 1;
}

double MediaClock::position_ms(double now_ms) const {
    return runs_ ? position_ms_ + (now_ms - since_ms_) * rate_ * (1 + error_) : position_ms_;
}

void MediaClock::correct(double expected_ms, double now_ms) {
    if (!runs_) return;
    const double here_ms = position_ms(now_ms);
    const double off_ms = here_ms - expected_ms;
    if (std::abs(off_ms) > seek_beyond_ms) {
        set(expected_ms, true, now_ms);
        ++seeks_;
        return;
    }
    position_ms_ = here_ms;
    since_ms_ = now_ms;
    // Corrects the error in about two looks, but never so fast that somebody notices.
    rate_ = 1 - std::clamp(off_ms / (2 * correct_every_ms), -most_rate_change, most_rate_change);
}

} // namespace simulation
