// Bad Wi-Fi, as one direction of a socket feels it: every message takes a while, some are held up, and now
// and then nothing passes at all for a moment. As with TCP, messages arrive in the order in which they were
// sent, so a message that is held up holds those behind it. Pure: it only computes when a message arrives.
#pragma once

#include <cstdint>
#include <random>

namespace simulation {

struct LineTraits {
    double delay_ms = 0, jitter_ms = 0;         // each message: delay +- jitter, evenly
    double bursts_per_minute = 0, burst_ms = 0; // how often nothing passes, and for how long
    double held_share = 0, held_ms = 0;         // share of the messages that are held up, and for how long
    bool is_perfect() const { return delay_ms + jitter_ms + bursts_per_minute + held_share == 0; }
};

// The school's Wi-Fi for the measurements in tests/bench: 5 +- 4 ms each way, bursts of 80 ms, and one
// message in a hundred held for 200 ms.
inline constexpr LineTraits bad_wifi{5, 4, 6, 80, 0.01, 200};

class BadLine {
public:
    BadLine(LineTraits traits, std::uint64_t seed) : traits_(traits), random_(seed) {}
    // When a message that is sent now arrives; never before one that was sent earlier.
    double arrival_ms(double now_ms);

private:
    double after_burst_ms(double moment_ms);

    LineTraits traits_;
    std::mt19937_64 random_;
    double last_ms_ = 0, burst_from_ms_ = -1;
};

} // namespace simulation
