// A circuit breaker: after some failures in a row an endpoint is left alone for a while, so that nobody waits
// for a dead one. Then one call may try it again; if that fails too, the next pause is twice as long.
#pragma once

#include <algorithm>
#include <cstdint>
#include <mutex>

namespace chat {

struct BreakerRule {
    int failures = 3; // in a row
    std::int64_t first_pause_ms = 30'000;
    std::int64_t longest_pause_ms = 5 * 60'000;
};

class Breaker {
public:
    explicit Breaker(const BreakerRule& rule = {}) : rule_(rule) {}

    // Whether a call may try. After a pause one call may, and no other until its outcome is known.
    bool allows(std::int64_t now_ms) {
        const std::lock_guard lock(mutex_);
        if (failures_ < rule_.failures) return true;
        if (now_ms < closed_from_ms_ || trying_) return false;
        trying_ = true;
        return true;
    }
    void succeeded() {
        const std::lock_guard lock(mutex_);
        failures_ = 0;
        pause_ms_ = 0;
        trying_ = false;
    }
    void failed(std::int64_t now_ms) {
        const std::lock_guard lock(mutex_);
        trying_ = false;
        if (++failures_ < rule_.failures) return;
        pause_ms_ = pause_ms_ == 0 ? rule_.first_pause_ms : std::min(pause_ms_ * 2, rule_.longest_pause_ms);
        closed_from_ms_ = now_ms + pause_ms_;
    }
    // The call that was allowed did not try after all.
    void let_go() {
        const std::lock_guard lock(mutex_);
        trying_ = false;
    }
    bool is_open(std::int64_t now_ms) const { // open: no call is let through
        const std::lock_guard lock(mutex_);
        return failures_ >= rule_.failures && now_ms < closed_from_ms_;
    }

private:
    const BreakerRule rule_;
    mutable std::mutex mutex_;
    int failures_ = 0;
    bool trying_ = false;
    std::int64_t pause_ms_ = 0, closed_from_ms_ = 0;
};

} // namespace chat
