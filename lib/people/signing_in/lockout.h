// Lock-out: wrong tries make one wait, longer each time. For the serial numbers that headsets pair with.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace people {

struct Tries {
    std::int64_t failures = 0;
    std::int64_t last_failure_ms = 0;
    std::int64_t locked_until_ms = 0;
};

struct LockoutRule {
    std::int64_t free_tries =
        5; // this many wrong ones lock for `first_ms`, each further one for twice as long
    std::int64_t first_ms = 30'000;
    std::int64_t longest_ms = 15 * 60'000;
    std::int64_t forgotten_after_ms = 60 * 60'000; // this long without a wrong try resets the count
};

Tries after_failure(const Tries& tries, const LockoutRule& rule, std::int64_t now_ms);
// How much longer it is locked; 0: not locked. Never longer than the rule's longest, even if the clock was
// set back.
std::int64_t locked_for_ms(const Tries& tries, const LockoutRule& rule, std::int64_t now_ms);

// For subjects that strangers choose. In memory and bounded, so that they cannot fill the disk.
class MemoryLockouts {
public:
    explicit MemoryLockouts(const LockoutRule& rule, std::size_t most = 4096) : rule_(rule), most_(most) {}
    void refuse_if_locked(std::string_view subject, std::int64_t now_ms) const;
    void count_failure(std::string_view subject, std::int64_t now_ms);
    void forget(std::string_view subject);

private:
    void make_room(std::int64_t now_ms);

    LockoutRule rule_;
    std::size_t most_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Tries> tries_; // by subject in lower case
};

} // namespace people
