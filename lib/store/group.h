// Group commit: many jobs in one transaction, so that they share one flush of the disk.
//
//   BEGIN IMMEDIATE
//     SAVEPOINT job   the job's work   RELEASE, or ROLLBACK TO when it threw or said discard
//     SAVEPOINT job   each `regardless` of the job, likewise
//     ... the next job ...
//   COMMIT            here the disk is flushed
//   after_commit of all kept jobs in their order, then `done` of all jobs
//
// Invariants:
// - `done` of every job is called exactly once, and after COMMIT has returned.
// - A job's failure changes nothing of another's work. A failure of the group is every job's failure: SQLite ends the whole
//   transaction by itself on a full disk, an I/O error or when it is out of memory, and then nothing more may run, for it
//   would run outside a transaction. Should a job swallow such an error and go on writing, the commit hook refuses.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "platform/clock.h"
#include "store/connection.h"
#include "store/job.h"

namespace store {

class Group {
public:
    Group(Connection& connection, const platform::Clock& clock);
    ~Group();
    Group(const Group&) = delete;
    Group& operator=(const Group&) = delete;

    struct Result {
        std::size_t jobs = 0; // of those given, from the first
        bool committed = false;
        Connection::Trouble trouble = Connection::Trouble::none;
        std::int64_t commit_us = 0;
    };
    // Runs as many of `jobs` as fit into a fair time, at least one, and commits.
    Result run(std::span<Job> jobs);
    // Tells the world and those who asked; `jobs` are the ones that were run. Follows every run().
    void answer(std::span<Job> jobs);

private:
    void begin();
    std::size_t work_through(std::span<Job> jobs);
    void run_job(Job& job);
    std::exception_ptr run_in_savepoint(const std::function<Verdict(Tx&)>& work, std::int64_t now_ms,
                                        std::vector<std::function<void(Tx&)>>& regardless);
    void commit();
    void undo();
    void note_time(std::string_view name, std::chrono::steady_clock::time_point started);

    Connection& connection_;
    const platform::Clock& clock_;
    bool committing_ = false;                   // what the commit hook looks at
    std::optional<Connection::Trouble> failed_; // of the whole group
    std::vector<std::exception_ptr> failures_;  // of each job run so far
    std::vector<std::function<void()>> after_commit_;
    std::vector<std::function<void()>> on_rollback_;
    std::chrono::steady_clock::time_point logged_slow_{};
};

// Answers jobs that were not run. Each is told by an error of its own: they are read on as many threads.
void refuse(std::span<Job> jobs, std::exception_ptr (*why)());

} // namespace store
