// The store: one SQLite file with one writer. See writer.h for how writes share a transaction.
//
// Invariants:
// - Only the writer thread changes the file; nothing else ever opens it for writing while the folder's lock is held.
// - A job's `done` is called after the group that holds it is on disk (or has failed), never before.
// - Whoever waits for the store (write, read) must not be on the writer thread: that throws.
#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <type_traits>

#include "platform/clock.h"
#include "store/job.h"
#include "store/migrate.h"
#include "store/transaction.h"

namespace store {

struct Options {
    std::filesystem::path folder;   // holds lectern.db, lectern.lock, backups/
    int readers = 2;                // threads with a read-only connection each
    std::size_t queue_limit = 4096; // jobs waiting for the writer, and as many reads; more: Error unavailable
    std::size_t group_limit = 512;  // jobs in one transaction
    // Called on the writer thread when the disk fills, and when it has room again.
    std::function<void(bool full)> on_storage_full;
    std::optional<Schema> schema; // none: the one that the program carries
    std::string vfs;              // SQLite's file layer by name; "" is the system's
};

class Store {
public:
    // Takes the folder's lock, backs up and migrates when the schema is older, refuses a newer one by name
    // (Error conflict). Throws Error conflict when another process holds the lock.
    Store(Options options, platform::Clock& clock);
    ~Store(); // finishes what was accepted, checkpoints, releases the lock
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    // Finishes what was accepted and takes no more. For whoever is used by jobs and goes before the store.
    void stop();

    // Queues a job. Throws Error unavailable when the queue is full or the store stops; storage_full and unavailable
    // reach `done`.
    void submit(Job job);

    // Queues work for a reader. `done` as above, on the reader's thread.
    void submit_read(std::function<void(Read&)> work, std::function<void(std::exception_ptr)> done);

    // Runs `work(Tx&)` on the writer and waits until it is on disk. From workers, start-up and tests.
    template <class Work>
    auto write(std::string_view name, Work work) -> std::invoke_result_t<Work, Tx&>;
    // Runs `work(Read&)` on a reader and waits.
    template <class Work>
    auto read(Work work) -> std::invoke_result_t<Work, Read&>;

    struct Figures { // for metrics and the admin's page
        std::size_t queue = 0, group_last = 0;
        std::uint64_t jobs = 0, groups = 0;
        std::int64_t commit_last_us = 0, wal_bytes = 0;
        bool storage_full = false;
    };
    Figures figures() const;

    // A consistent copy of the database into `file`, which must not exist, on this thread; holds up neither the writer nor
    // the readers.
    void back_up(const std::filesystem::path& file);

private:
    template <class Handle, class Work, class Start>
    auto wait_for(Work& work, Start start);
    void check_may_wait() const; // throws on the store's own threads

    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// ---- templates ----

template <class Handle, class Work, class Start>
auto Store::wait_for(Work& work, Start start) {
    check_may_wait();
    using Result = std::invoke_result_t<Work, Handle&>;
    struct Waiting {
        std::mutex mutex;
        std::condition_variable changed;
        bool finished = false;
        std::exception_ptr failure;
    } waiting;
    std::conditional_t<std::is_void_v<Result>, bool, std::optional<Result>> result{};
    auto run = [&](Handle& handle) {
        if constexpr (std::is_void_v<Result>)
            work(handle);
        else
            result.emplace(work(handle));
    };
    start(run, [&](std::exception_ptr failure) {
        std::lock_guard lock(waiting.mutex);
        waiting.failure = failure;
        waiting.finished = true;
        waiting.changed.notify_one();
    });
    std::unique_lock lock(waiting.mutex);
    waiting.changed.wait(lock, [&] { return waiting.finished; });
    if (waiting.failure) std::rethrow_exception(waiting.failure);
    if constexpr (!std::is_void_v<Result>) return std::move(*result);
}

template <class Work>
auto Store::write(std::string_view name, Work work) -> std::invoke_result_t<Work, Tx&> {
    return wait_for<Tx>(work, [&](auto& run, auto done) {
        submit(Job{name,
                   [&run](Tx& tx) {
                       run(tx);
                       return Verdict::keep;
                   },
                   done});
    });
}

template <class Work>
auto Store::read(Work work) -> std::invoke_result_t<Work, Read&> {
    return wait_for<Read>(
        work, [&](auto& run, auto done) { submit_read([&run](Read& read) { run(read); }, done); });
}

} // namespace store
