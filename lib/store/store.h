// The store: one SQLite file with one writer. See writer.h for how writes share a transaction.
//
// Invariants:
// - Only the writer thread changes the file; nothing else opens it for writing while the folder's lock is
//   held.
// - A job's `done` is called after its group is on disk (or has failed), never before.
// - A thread that waits for the store (write, read) must not be the writer thread: that throws.
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
    std::filesystem::path folder; // holds lectern.db, lectern.lock, backups/
    int readers = 2;              // threads with a read-only connection each
    // jobs waiting for the writer, and as many reads; more: Error unavailable
    std::size_t queue_limit = 4096;
    std::size_t group_limit = 512; // jobs in one transaction
    // Called on the writer thread when the disk fills up, and when it has room again.
    std::function<void(bool full)> on_storage_full;
    // Why no new database may be made here: there is other data. The UnfitDatabase says it. "": it may.
    std::string refuse_new;
    std::optional<Schema> schema; // nullopt: the one that the program carries
    std::string vfs;              // the name of SQLite's file layer; "" is the system's
};

class Store {
public:
    // Takes the folder's lock. Backs up and migrates a database with an older schema; refuses one with a
    // newer schema, by name (Error conflict), and one whose log was taken away. Throws FolderInUse (folder.h)
    // when another process holds the lock.
    Store(Options options, platform::Clock& clock);
    ~Store(); // finishes what was accepted, checkpoints, releases the lock
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    // Finishes what was accepted and takes no more. For owners of things that jobs use and that go before the
    // store.
    void stop();

    // Queues a job. Throws Error unavailable when the queue is full or the store is stopping; storage_full
    // and unavailable can also reach `done`.
    void submit(Job job);

    // Queues work for a reader. `done` is as above, but on the reader's thread.
    void submit_read(std::function<void(Read&)> work, std::function<void(std::exception_ptr)> done);

    // Runs `work(Tx&)` on the writer and waits until it is on disk. For workers, start-up and tests.
    template <class Work>
    auto write(std::string_view name, Work work) -> std::invoke_result_t<Work, Tx&>;
    // Runs `work(Read&)` on a reader and waits.
    template <class Work>
    auto read(Work work) -> std::invoke_result_t<Work, Read&>;

    struct Figures { // for the metrics and the administrator's page
        std::size_t queue = 0, group_last = 0;
        std::uint64_t jobs = 0, groups = 0;
        std::int64_t commit_last_us = 0, wal_bytes = 0;
        bool storage_full = false;
        bool in_doubt = false; // the disk failed, and nothing is written until it has been checked
    };
    Figures figures() const;

    // Copies the database, consistently, into `file`, which must not exist. Runs on this thread and holds up
    // neither the writer nor the readers.
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
