// Limits how fast content leaves the box for headsets: all downloads together get a share of the room's
// Wi-Fi, and a small part of that while a lesson runs, so that a class that fetches its videos never holds up
// a command.
//
// A token bucket: a sender takes as many tokens as it has bytes, and waits for them on its own (transfer)
// thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace courses {

class Pace {
public:
    static constexpr std::int64_t yield_to = 10; // percent of the rate, while a lesson runs

    explicit Pace(std::int64_t bytes_per_s) : bytes_per_s_(bytes_per_s) {}

    // ---- any thread ----
    void set_lesson_runs(bool runs);
    void set_bytes_per_s(std::int64_t bytes_per_s);
    // Waits until this many bytes may leave.
    void take(std::size_t bytes);
    // Ends all waiting, because the box stops.
    void stop();

private:
    using Clock = std::chrono::steady_clock;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::int64_t bytes_per_s_;
    bool lesson_runs_ = false, stopped_ = false;
    Clock::time_point free_at_{}; // when everything taken so far has left
};

} // namespace courses
