#include "people/signing_in/budgets.h"

#include <algorithm>

#include "platform/error.h"

namespace people {

std::int64_t full_after_one_more(const Budget& budget, std::int64_t full_ms, std::int64_t now_ms) {
    const std::int64_t whole_ms = budget.at_once * budget.each_ms;
    return std::min(std::max(full_ms, now_ms) + budget.each_ms, now_ms + whole_ms);
}

std::int64_t wait_ms(const Budget& budget, std::int64_t full_ms, std::int64_t now_ms) {
    return std::clamp<std::int64_t>(full_ms - now_ms - (budget.at_once - 1) * budget.each_ms, 0,
                                    budget.each_ms);
}

void throw_locked(std::int64_t for_ms) {
    const int seconds = static_cast<int>((for_ms + 999) / 1000);
    throw platform::Error(platform::ErrorKind::too_many_requests,
                          "Too many wrong tries: wait " + std::to_string(seconds) + " s.", seconds);
}

std::int64_t MemoryBudgets::wait_ms(const std::string& subject, std::int64_t now_ms) const {
    const std::lock_guard lock(mutex_);
    const auto found = full_ms_.find(subject);
    return found == full_ms_.end() ? 0 : people::wait_ms(budget_, found->second, now_ms);
}

void MemoryBudgets::spend(const std::string& subject, std::int64_t now_ms) {
    const std::lock_guard lock(mutex_);
    if (full_ms_.size() >= most_ && !full_ms_.contains(subject)) {
        std::erase_if(full_ms_, [now_ms](const auto& entry) { return entry.second <= now_ms; });
        if (full_ms_.size() >= most_)
            full_ms_.erase(
                std::ranges::min_element(full_ms_, {}, [](const auto& entry) { return entry.second; }));
    }
    std::int64_t& full_ms = full_ms_[subject];
    full_ms = full_after_one_more(budget_, full_ms, now_ms);
}

void MemoryBudgets::forget(const std::string& subject) {
    const std::lock_guard lock(mutex_);
    full_ms_.erase(subject);
}

} // namespace people
