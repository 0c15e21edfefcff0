#include "store/writer.h"

#include <sqlite3.h>

#include <algorithm>
#include <string>
#include <utility>

#include "platform/error.h"
#include "platform/log.h"
#include "store/mend.h"

namespace store {
namespace {

using platform::Error;
using platform::ErrorKind;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr int frame_bytes = 4096 + 24;
constexpr int checkpoint_frames = 1000;     // about 4 MB
constexpr int large_log_frames = 16 * 1024; // about 64 MB: some reader keeps the log from restarting
constexpr auto idle_before_checkpoint =
    30s; // rare: flushing the database wears the card, and the log is just as safe
constexpr auto flush_worth_sharing = 200us;
constexpr auto longest_gathering = 2ms;
constexpr auto room_pause = 1s; // between looks whether the disk has room again
constexpr auto first_doubt_pause = 100ms;
constexpr auto longest_doubt_pause = 30s;
constexpr auto doubt_comes_back = 60s;

std::exception_ptr doubt_error() {
    return std::make_exception_ptr(
        Error(ErrorKind::unavailable, "The box's disk has failed; it is being checked.", 5));
}

} // namespace

Writer::Writer(const Folder& folder, std::unique_ptr<Connection> connection, Readers& readers,
               const platform::Clock& clock, const Options& options)
    : folder_(folder), readers_(readers), clock_(clock), options_(options) {
    open(std::move(connection));
    thread_ = std::thread([this] { run(); });
}

Writer::~Writer() {
    stop();
    close();
}

void Writer::submit(Job job) {
    bool wake = false;
    {
        const std::lock_guard lock(mutex_);
        if (stopping_) throw Error(ErrorKind::unavailable, "The server is stopping.", 5);
        if (disk_.load(std::memory_order_relaxed) == Disk::doubt) std::rethrow_exception(doubt_error());
        if (queue_.size() >= options_.queue_limit)
            throw Error(ErrorKind::unavailable, "Too many writes are waiting.", 1);
        queue_.push_back(std::move(job));
        waiting_.store(queue_.size(), std::memory_order_relaxed);
        if (sleeping_ && queue_.size() >= wanted_) {
            sleeping_ = false;
            wake = true;
        }
    }
    if (wake) changed_.notify_one();
}

void Writer::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        sleeping_ = false;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

Store::Figures Writer::figures() const {
    Store::Figures figures;
    figures.queue = waiting_;
    figures.group_last = group_last_;
    figures.jobs = jobs_done_;
    figures.groups = groups_;
    figures.commit_last_us = commit_last_us_;
    figures.wal_bytes = wal_bytes_;
    figures.storage_full = disk_ == Disk::full;
    figures.in_doubt = disk_ == Disk::doubt;
    return figures;
}

void Writer::run() {
    while (take_jobs()) {
        work_through();
        jobs_.clear();
    }
    if (disk_ != Disk::doubt && wal_frames_ > 0) checkpoint(SQLITE_CHECKPOINT_TRUNCATE);
}

// Waits for jobs and does the chores that fall due meanwhile. False: no jobs are left and none will come.
bool Writer::take_jobs() {
    std::unique_lock lock(mutex_);
    while (queue_.empty()) {
        if (stopping_) return false;
        sleeping_ = true;
        const auto woken = [&] { return !sleeping_; };
        const std::optional<Time> chore = next_chore();
        if (!chore) {
            changed_.wait(lock, woken);
        } else if (!changed_.wait_until(lock, *chore, woken)) {
            sleeping_ = false;
            lock.unlock();
            do_chores();
            lock.lock();
        }
    }
    gather(lock);
    std::swap(jobs_, queue_);
    waiting_.store(0, std::memory_order_relaxed);
    return true;
}

// Clients that were answered together ask again within microseconds of each other. Starting with the first of
// them would make every other group a small one. So the writer waits until as many have come as last time,
// but only for a small part of the time that a flush takes. A lone job has no company to wait for.
void Writer::gather(std::unique_lock<std::mutex>& lock) {
    const std::size_t last = group_last_.load(std::memory_order_relaxed);
    const std::chrono::microseconds flush(commit_last_us_.load(std::memory_order_relaxed));
    if (queue_.size() >= last || stopping_ || flush < flush_worth_sharing) return;
    wanted_ = last;
    sleeping_ = true;
    changed_.wait_for(lock, std::min<std::chrono::microseconds>(flush / 8, longest_gathering),
                      [&] { return !sleeping_; });
    sleeping_ = false;
    wanted_ = 1;
}

void Writer::work_through() {
    std::span<Job> rest(jobs_);
    while (!rest.empty()) {
        if (disk_ == Disk::doubt) return refuse(rest, doubt_error);
        const std::size_t limit = std::max<std::size_t>(options_.group_limit, 1);
        const Group::Result result = group_->run(rest.first(std::min(rest.size(), limit)));
        count(result);
        group_->answer(rest.first(result.jobs));
        rest = rest.subspan(result.jobs);
        look_after(result);
    }
}

void Writer::count(const Group::Result& result) {
    groups_.fetch_add(1, std::memory_order_relaxed);
    jobs_done_.fetch_add(result.jobs, std::memory_order_relaxed);
    group_last_.store(result.jobs, std::memory_order_relaxed);
    commit_last_us_.store(result.commit_us, std::memory_order_relaxed);
    if (result.trouble == Connection::Trouble::full) enter(Disk::full);
    if (result.trouble == Connection::Trouble::doubt) enter(Disk::doubt);
}

// Called after the answers, which it would only delay.
void Writer::look_after(const Group::Result& result) {
    if (result.trouble != Connection::Trouble::none) return;
    if (disk_ == Disk::full && steady_clock::now() >= next_try_) probe_for_room();
    checkpoint_if_large();
}

std::optional<Writer::Time> Writer::next_chore() const {
    if (disk_ != Disk::good) return next_try_;
    if (wal_frames_ > 0) return last_change_ + idle_before_checkpoint;
    return std::nullopt;
}

void Writer::do_chores() {
    const Time now = steady_clock::now();
    switch (disk_.load()) {
        case Disk::good:
            if (wal_frames_ > 0 && now >= last_change_ + idle_before_checkpoint) {
                last_change_ = now;
                checkpoint(SQLITE_CHECKPOINT_TRUNCATE);
            }
            return;
        case Disk::full:
            if (now >= next_try_) probe_for_room();
            return;
        case Disk::doubt:
            if (now >= next_try_) reopen();
            return;
    }
}

void Writer::open(std::unique_ptr<Connection> connection) {
    connection_ = std::move(connection);
    group_.emplace(*connection_, clock_);
    wal_frames_ = 0;
    checkpoint_at_ = checkpoint_frames;
    // After each commit SQLite says how long the log is: its size since it last restarted.
    sqlite3_wal_hook(
        connection_->handle(),
        [](void* self, sqlite3*, const char*, int frames) {
            auto* const writer = static_cast<Writer*>(self);
            if (frames < writer->wal_frames_) writer->checkpoint_at_ = checkpoint_frames;
            writer->wal_frames_ = frames;
            writer->last_change_ = steady_clock::now();
            writer->wal_bytes_.store(std::int64_t{frames} * frame_bytes, std::memory_order_relaxed);
            return SQLITE_OK;
        },
        this);
}

void Writer::close() {
    group_.reset();
    connection_.reset();
}

void Writer::checkpoint_if_large() {
    if (wal_frames_ < checkpoint_at_) return;
    if (wal_frames_ < large_log_frames) return checkpoint(SQLITE_CHECKPOINT_PASSIVE);
    // Wait a little for readers that look at old rows. Where some always do, the log would otherwise keep
    // growing.
    sqlite3_busy_timeout(connection_->handle(), 100);
    checkpoint(SQLITE_CHECKPOINT_RESTART);
    sqlite3_busy_timeout(connection_->handle(), 1000);
}

void Writer::checkpoint(int mode) {
    int frames = 0;
    int moved = 0;
    const int code = sqlite3_wal_checkpoint_v2(connection_->handle(), nullptr, mode, &frames, &moved);
    checkpoint_at_ =
        std::max(wal_frames_, 0) + (wal_frames_ < large_log_frames ? checkpoint_frames : large_log_frames);
    if (code == SQLITE_OK && mode == SQLITE_CHECKPOINT_TRUNCATE) {
        wal_frames_ = 0;
        wal_bytes_ = 0;
        checkpoint_at_ = checkpoint_frames;
    }
    if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY) return;
    try {
        connection_->fail(code);
    } catch (const Error& error) {
        platform::log_error(std::string("store: a checkpoint failed: ") + error.what());
    }
    const Connection::Trouble trouble = connection_->take_trouble();
    if (trouble == Connection::Trouble::full) enter(Disk::full);
    if (trouble == Connection::Trouble::doubt) enter(Disk::doubt);
}

void Writer::enter(Disk disk) {
    const Disk before = disk_.exchange(disk);
    const Time now = steady_clock::now();
    if (disk == Disk::doubt) {
        if (before != Disk::doubt)
            platform::log_error("store: the disk failed; nothing is written until it has been checked");
        pause_ = first_doubt_pause;
        next_try_ = now + pause_;
    }
    if (disk == Disk::full) next_try_ = now + room_pause;
    if ((before == Disk::full) == (disk == Disk::full)) return;
    if (disk == Disk::full) platform::log_error("store: the disk is full");
    if (before == Disk::full) platform::log_info("store: the disk is no longer full");
    try {
        if (options_.on_storage_full) options_.on_storage_full(disk == Disk::full);
    } catch (const std::exception& error) {
        platform::log_error(std::string("store: on_storage_full failed: ") + error.what());
    }
}

void Writer::probe_for_room() {
    next_try_ = steady_clock::now() + room_pause;
    if (folder_.takes_writes()) enter(Disk::good);
}

// A quick check reads every page, but doesn't compare indexes with their tables. A doubt that comes back at once is
// likely such a difference.
std::string Writer::verdict(Connection& connection) {
    const bool again = steady_clock::now() - reopened_at_ < doubt_comes_back;
    const std::string found = connection.text(again ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)");
    if (found == "ok" || mending_tried_) return found;
    mending_tried_ = true;
    platform::log_error("store: the database is damaged; its indexes are built again: " + found);
    if (!mend_indexes(connection))
        return "the database is damaged, and not only its indexes: restore the newest backup (" + found + ")";
    mending_tried_ = false;
    platform::log_warning("store: the indexes have been built again, and the database is whole");
    return "ok";
}

// Closing moves the committed part of the log into the database and drops the rest, because we can't know how
// much of that reached the disk.
void Writer::reopen() {
    pause_ = std::min<std::chrono::milliseconds>(pause_ * 2, longest_doubt_pause);
    next_try_ = steady_clock::now() + pause_;
    if (!folder_.takes_writes()) return; // until then the readers go on
    try {
        readers_.pause();
        close();
        auto connection = folder_.open(Connection::Mode::read_write);
        const std::string found = verdict(*connection);
        open(std::move(connection));
        readers_.resume();
        if (found != "ok") throw Error(ErrorKind::unavailable, found);
        reopened_at_ = steady_clock::now();
        enter(Disk::good);
        platform::log_info("store: the database has been reopened and checked; writing goes on");
    } catch (const Error& error) {
        platform::log_error(std::string("store: the database cannot be reopened yet: ") + error.what());
    }
}

} // namespace store
