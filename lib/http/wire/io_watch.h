// How the io thread spends its time: how long it was busy, and the longest single piece of work, by name. One
// slow piece is what every headset of a lesson feels at once, so tests and `/metrics` look at it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace http {

class IoWatch {
public:
    using Time = std::chrono::steady_clock::time_point;

    // One piece of work, from its beginning to its end. Pieces don't overlap: there is one io thread.
    class Piece {
    public:
        Piece(IoWatch& watch, const char* name) : watch_(watch), name_(name), began_(now()) {}
        ~Piece() { watch_.did(name_, began_, now()); }
        Piece(const Piece&) = delete;
        Piece& operator=(const Piece&) = delete;
        Time began() const { return began_; }

    private:
        IoWatch& watch_;
        const char* name_;
        Time began_;
    };

    // A few times a second. On a busy machine a piece takes as long as others have the processor; it never took
    // more than this thread used since we last looked.
    void look() { used_us_ = thread_us(); }

    struct Figures {
        std::int64_t busy_us = 0, longest_us = 0;
        const char* longest = ""; // by name
    };
    Figures figures() const { return {busy_us_, longest_us_, longest_}; } // from any thread

private:
    static Time now() { return std::chrono::steady_clock::now(); }
    static std::int64_t thread_us();
    void did(const char* name, Time began, Time ended) {
        const std::int64_t took =
            std::chrono::duration_cast<std::chrono::microseconds>(ended - began).count();
        busy_us_.store(busy_us_.load(std::memory_order_relaxed) + took, std::memory_order_relaxed);
        if (took > longest_us_.load(std::memory_order_relaxed)) took_longest(name, took);
    }
    void took_longest(const char* name, std::int64_t took);

    std::int64_t used_us_ = 0;
    std::atomic<std::int64_t> busy_us_{0}, longest_us_{0};
    std::atomic<const char*> longest_{""};
};

} // namespace http
