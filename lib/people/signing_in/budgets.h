// Budgets of wrong tries: so many at once, then one more each so long. A right try costs nothing.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace people {

struct Budget {
    std::int64_t at_once, each_ms;
};

// One time says how much of a budget is spent: when all of it will be there again.
std::int64_t full_after_one_more(const Budget& budget, std::int64_t full_ms, std::int64_t now_ms);
// How long until another try is looked at; 0: at once. Never longer than one that was spent entirely, even if
// the clock was set back.
std::int64_t wait_ms(const Budget& budget, std::int64_t full_ms, std::int64_t now_ms);

[[noreturn]] void throw_locked(std::int64_t for_ms); // Error too_many_requests

// The same budget for each of many subjects, in memory and with a bound. When that is reached, subjects with
// a whole budget go, or else the one that will have it soonest. Any thread.
class MemoryBudgets {
public:
    explicit MemoryBudgets(const Budget& budget, std::size_t most = 4096) : budget_(budget), most_(most) {}
    std::int64_t wait_ms(const std::string& subject, std::int64_t now_ms) const;
    void spend(const std::string& subject, std::int64_t now_ms);
    void forget(const std::string& subject);

private:
    const Budget budget_;
    const std::size_t most_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::int64_t> full_ms_;
};

} // namespace people
