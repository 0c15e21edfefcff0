#include "courses/pace.h"

#include <algorithm>

namespace courses {

namespace {
// How much may leave at once after a pause.
constexpr std::chrono::milliseconds burst{20};
} // namespace

void Pace::set_lesson_runs(bool runs) {
    const std::lock_guard lock(mutex_);
    lesson_runs_ = runs;
}

void Pace::set_bytes_per_s(std::int64_t bytes_per_s) {
    const std::lock_guard lock(mutex_);
    bytes_per_s_ = bytes_per_s;
}

void Pace::take(std::size_t bytes) {
    std::unique_lock lock(mutex_);
    const std::int64_t rate =
        std::max<std::int64_t>(1, lesson_runs_ ? bytes_per_s_ * yield_to / 100 : bytes_per_s_);
    const auto cost = std::chrono::nanoseconds(static_cast<std::int64_t>(bytes) * 1'000'000'000 / rate);
    const auto start = std::max(free_at_, Clock::now() - burst);
    free_at_ = start + cost;
    changed_.wait_until(lock, start, [&] { return stopped_ || Clock::now() >= start; });
}

void Pace::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
    }
    changed_.notify_all();
}

} // namespace courses
