// The writer: the one thread that changes the database. It takes everything that is queued as one group
// (group.h), so groups grow with the load by themselves. Between groups it moves the log into the database
// (checkpoints). It also watches the disk:
//
// - full: the group failed with storage_full. Jobs are still tried; `on_storage_full(false)` follows when
//   there is room.
// - in doubt (an I/O error, or a damaged page): after a failed flush the system may have dropped the data,
//   and it says so only once. Nothing is written and jobs are answered unavailable until the disk takes
//   writes again and everybody has closed the database, and it has been reopened and checked. The writer
//   keeps trying, less and less often. If a page is damaged, it builds the indexes again (mend.h): a box whose
//   tables are whole goes on by itself.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "platform/clock.h"
#include "store/folder.h"
#include "store/group.h"
#include "store/readers.h"
#include "store/store.h"

namespace store {

class Writer {
public:
    Writer(const Folder& folder, std::unique_ptr<Connection> connection, Readers& readers,
           const platform::Clock& clock, const Options& options);
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    void submit(Job job);
    bool is_this_thread() const { return thread_.get_id() == std::this_thread::get_id(); }
    void stop(); // finishes what was accepted
    Store::Figures figures() const;

private:
    using Time = std::chrono::steady_clock::time_point;
    enum class Disk { good, full, doubt };

    void run();
    bool take_jobs();
    void gather(std::unique_lock<std::mutex>& lock);
    void work_through();
    void count(const Group::Result& result);
    void look_after(const Group::Result& result);
    std::optional<Time> next_chore() const;
    void do_chores();

    void open(std::unique_ptr<Connection> connection);
    void close();
    void checkpoint(int mode);
    void checkpoint_if_large();
    void enter(Disk disk);
    void probe_for_room();
    void reopen();
    std::string verdict(Connection& connection);

    const Folder& folder_;
    Readers& readers_;
    const platform::Clock& clock_;
    const Options& options_;

    std::mutex mutex_; // guards the next five
    std::condition_variable changed_;
    std::vector<Job> queue_;
    std::size_t wanted_ = 1; // how many jobs to be woken for
    bool sleeping_ = false;
    bool stopping_ = false;

    // The writer thread's own.
    std::unique_ptr<Connection> connection_;
    std::optional<Group> group_;
    std::vector<Job> jobs_;
    int wal_frames_ = 0;    // frames in the log, including those already moved
    int checkpoint_at_ = 0; // frames
    Time last_change_{};    // when a group last wrote something
    Time next_try_{};       // when to try the disk next
    std::chrono::milliseconds pause_{};
    Time reopened_at_{};         // when the database was last found to be good after a doubt
    bool mending_tried_ = false; // once is enough: what an index can't explain, the next try won't mend

    // Read by figures() on any thread.
    std::atomic<Disk> disk_{Disk::good};
    std::atomic<std::size_t> waiting_{0}, group_last_{0};
    std::atomic<std::uint64_t> jobs_done_{0}, groups_{0};
    std::atomic<std::int64_t> commit_last_us_{0}, wal_bytes_{0};

    std::thread thread_;
};

} // namespace store
