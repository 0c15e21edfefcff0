// Group commit: many jobs in one transaction, so that they share one flush of the disk.
//
//   BEGIN IMMEDIATE
//     SAVEPOINT job   the job's work   RELEASE, or ROLLBACK TO when it threw or said discard
//     SAVEPOINT job   each `regardless` of the job, likewise
//     ... the next job ...
//   COMMIT            here the disk is flushed
//   job by job in their order: its after_commit if it was kept, then its `done`
//
// So whoever hears of several jobs hears of them in the order of their commits: the answer to one that looked
// before another's change leaves before what that change tells.
//
// Invariants:
// - `done` of every job is called exactly once, and after COMMIT has returned.
// - A job that fails changes nothing of another job's work. A group that fails fails every job in it: on a
//   full disk, an I/O error or when it is out of memory, SQLite itself ends the whole transaction. Nothing
//   more may run then, because it would run outside a transaction. If a job swallows such an error and goes
//   on writing, the commit hook refuses the commit.
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
        std::size_t jobs = 0; // how many of the given jobs, from the first
        bool committed = false;
        Connection::Trouble trouble = Connection::Trouble::none;
        std::int64_t commit_us = 0;
    };
    // Runs as many of `jobs` as fit into a fair time, at least one, and commits.
    Result run(std::span<Job> jobs);
    // Runs the hooks and answers the callers; `jobs` are the ones that were run. Follows every run().
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
    bool committing_ = false;                   // the commit hook looks at it
    std::optional<Connection::Trouble> failed_; // of the whole group
    std::vector<std::exception_ptr> failures_;  // one for each job run so far
    std::vector<std::function<void()>> after_commit_;
    std::vector<std::size_t> hooks_until_; // of after_commit_, one for each job run so far
    std::vector<std::function<void()>> on_rollback_;
    std::chrono::steady_clock::time_point logged_slow_{};
};

// Answers jobs that were not run. Each gets an error object of its own, because as many threads will read
// them.
void refuse(std::span<Job> jobs, std::exception_ptr (*why)());

} // namespace store
