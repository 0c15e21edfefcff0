#include "simulation/bad_line.h"

#include <algorithm>

namespace simulation {

double BadLine::arrival_ms(double now_ms) {
    std::uniform_real_distribution<double> jitter(-traits_.jitter_ms, traits_.jitter_ms);
    double moment_ms = now_ms + std::max(0.0, traits_.delay_ms + jitter(random_));
    if (std::bernoulli_distribution(traits_.held_share)(random_)) moment_ms += traits_.held_ms;
    last_ms_ = std::max(last_ms_, after_burst_ms(moment_ms));
    return last_ms_;
}

double BadLine::after_burst_ms(double moment_ms) {
    if (traits_.bursts_per_minute <= 0) return moment_ms;
    std::exponential_distribution<double> pause(traits_.bursts_per_minute / 60'000);
    if (burst_from_ms_ < 0) burst_from_ms_ = moment_ms + pause(random_);
    while (burst_from_ms_ + traits_.burst_ms < moment_ms)
        burst_from_ms_ += traits_.burst_ms + pause(random_);
    return moment_ms < burst_from_ms_ ? moment_ms : burst_from_ms_ + traits_.burst_ms;
}

} // namespace simulation
