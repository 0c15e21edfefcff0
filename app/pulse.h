// Tells whether the box is alive and well. The io thread beats, and with each beat it puts a job into the
// writer's queue, so that an idle writer has something to take too. A thread that has not turned for too long
// hangs.
//
// A monitor gets all of it (/readyz). The watchdog and /healthz look only at whether the threads turn,
// because a restart mends neither a full disk nor a failing one, and would end the lesson.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "store/store.h"

namespace app {

struct Vitals {
    bool io_turns = false, writer_turns = false;
    std::vector<std::string> faults; // in words for an administrator; empty: ready

    bool alive() const { return io_turns && writer_turns; }
    bool ready() const { return faults.empty(); }
};

class Pulse {
public:
    Pulse(store::Store& store, std::filesystem::path folder, std::chrono::milliseconds turn_within)
        : store_(store), folder_(std::move(folder)), turn_within_(turn_within) {}

    void start();        // just before the io thread starts, when the writer has shown that it turns
    void beat();         // on the io thread, several times within `turn_within`
    Vitals look() const; // from any thread

private:
    using Clock = std::chrono::steady_clock;
    static Clock::rep now() { return Clock::now().time_since_epoch().count(); }
    void look_at_disk();
    bool is_recent(const std::atomic<Clock::rep>& turned) const;

    store::Store& store_;
    std::filesystem::path folder_;
    std::chrono::milliseconds turn_within_;
    std::atomic<Clock::rep> io_turned_{0}, writer_turned_{0};
    std::atomic<bool> job_waits_{false};
    std::atomic<std::int64_t> free_bytes_{INT64_MAX};
};

} // namespace app
