// A clock that moves only when a test says so. Starts at 2026-09-01T08:00:00Z, a school morning.
#pragma once

#include <atomic>
#include <chrono>

#include "platform/clock.h"

namespace support {

class ManualClock final : public platform::Clock {
public:
    std::int64_t now_us() const override { return now_us_.load(); }
    void advance(std::chrono::microseconds by) { now_us_ += by.count(); }
    void set_ms(std::int64_t now_ms) { now_us_ = now_ms * 1000; }

private:
    std::atomic<std::int64_t> now_us_{1788249600000000};
};

} // namespace support
