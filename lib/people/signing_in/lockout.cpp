#include "people/signing_in/lockout.h"

#include <algorithm>

#include "people/signing_in/guesses.h"
#include "platform/text.h"

namespace people {

Tries after_failure(const Tries& tries, const LockoutRule& rule, std::int64_t now_ms) {
    Tries after = tries;
    if (now_ms - tries.last_failure_ms >= rule.forgotten_after_ms) after.failures = 0;
    ++after.failures;
    after.last_failure_ms = now_ms;
    after.locked_until_ms = 0;
    if (after.failures < rule.free_tries) return after;
    std::int64_t lock_ms = rule.first_ms;
    for (std::int64_t n = rule.free_tries; n < after.failures && lock_ms < rule.longest_ms; ++n)
        lock_ms *= 2;
    after.locked_until_ms = now_ms + std::min(lock_ms, rule.longest_ms);
    return after;
}

std::int64_t locked_for_ms(const Tries& tries, const LockoutRule& rule, std::int64_t now_ms) {
    return std::clamp<std::int64_t>(tries.locked_until_ms - now_ms, 0, rule.longest_ms);
}

void MemoryLockouts::refuse_if_locked(std::string_view subject, std::int64_t now_ms) const {
    std::int64_t locked_ms = 0;
    {
        std::lock_guard lock(mutex_);
        auto found = tries_.find(platform::lower_ascii(subject));
        if (found != tries_.end()) locked_ms = locked_for_ms(found->second, rule_, now_ms);
    }
    if (locked_ms > 0) throw_locked(locked_ms);
}

void MemoryLockouts::count_failure(std::string_view subject, std::int64_t now_ms) {
    std::lock_guard lock(mutex_);
    std::string key = platform::lower_ascii(subject);
    auto found = tries_.find(key);
    if (found == tries_.end() && tries_.size() >= most_) make_room(now_ms);
    Tries& tries = tries_[key];
    tries = after_failure(tries, rule_, now_ms);
}

void MemoryLockouts::forget(std::string_view subject) {
    std::lock_guard lock(mutex_);
    tries_.erase(platform::lower_ascii(subject));
}

// Removes all entries that are forgotten by now, or at least the oldest.
void MemoryLockouts::make_room(std::int64_t now_ms) {
    std::erase_if(tries_, [&](const auto& entry) {
        return now_ms - entry.second.last_failure_ms >= rule_.forgotten_after_ms;
    });
    if (tries_.size() < most_) return;
    tries_.erase(std::min_element(tries_.begin(), tries_.end(), [](const auto& a, const auto& b) {
        return a.second.last_failure_ms < b.second.last_failure_ms;
    }));
}

} // namespace people
