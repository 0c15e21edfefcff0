#include "dialects/trainer/tries.h"

#include <algorithm>

#include "platform/error.h"
#include "platform/text.h"

namespace dialects::trainer {

namespace {

constexpr std::int64_t minute_ms = 60'000;

} // namespace

void Tries::take(std::string_view subject, std::int64_t now_ms) {
    const std::lock_guard lock(mutex_);
    std::string key = platform::lower_ascii(platform::trimmed(subject).substr(0, 200));
    if (times_.size() >= most_subjects && !times_.contains(key)) make_room(now_ms);
    // cppcheck-suppress iterators3
    Times& times = times_.try_emplace(std::move(key), Times{}).first->second;
    const std::int64_t waited = now_ms - times.front();
    if (times.front() != 0 && waited >= 0 && waited < minute_ms)
        throw platform::Error(platform::ErrorKind::too_many_requests, "Too many login attempts",
                              static_cast<int>((minute_ms - waited + 999) / 1000));
    std::rotate(times.begin(), times.begin() + 1, times.end());
    times.back() = now_ms;
}

// Keeps those of the last minute; if that is all of them, forgets everything.
void Tries::make_room(std::int64_t now_ms) {
    std::erase_if(times_, [&](const auto& entry) { return now_ms - entry.second.back() >= minute_ms; });
    if (times_.size() >= most_subjects) times_.clear();
}

} // namespace dialects::trainer
