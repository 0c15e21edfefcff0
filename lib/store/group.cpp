#include "store/group.h"

#include <sqlite3.h>

#include <cstdio>
#include <string>
#include <utility>

#include "platform/error.h"
#include "platform/log.h"

namespace store {
namespace {

using std::chrono::steady_clock;

// The first job of a group waits for the last. Many quick jobs may share a flush; a few long ones must not
// add up.
constexpr auto group_time = std::chrono::milliseconds(20);
constexpr auto slow_job = std::chrono::milliseconds(5);

std::string message_of(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        return error.what();
    } catch (...) {
        return "unknown failure";
    }
}

// Hooks and answers are other people's code; whatever they throw must not stop the writer.
template <class Call>
void guarded(const char* what, Call call) {
    try {
        call();
    } catch (...) {
        platform::log_error(std::string("store: ") + what +
                            " failed: " + message_of(std::current_exception()));
    }
}

void run_backwards(std::vector<std::function<void()>>& hooks) {
    for (auto hook = hooks.rbegin(); hook != hooks.rend(); ++hook)
        guarded("on_rollback", *hook);
    hooks.clear();
}

// What every job of a failed group is told. The cause may be one job's own business, so it goes to the
// journal only.
std::exception_ptr failure_of_all(Connection::Trouble trouble) {
    using platform::Error;
    using platform::ErrorKind;
    if (trouble == Connection::Trouble::full) {
        return std::make_exception_ptr(Error(ErrorKind::storage_full, "The box's disk is full."));
    }
    return std::make_exception_ptr(
        Error(ErrorKind::unavailable, "It could not be stored; please try again.", 1));
}

void move_to(std::vector<std::function<void()>>& all, std::vector<std::function<void()>>& some) {
    for (auto& hook : some)
        all.push_back(std::move(hook));
}

} // namespace

Group::Group(Connection& connection, const platform::Clock& clock) : connection_(connection), clock_(clock) {
    sqlite3_commit_hook(
        connection_.handle(), [](void* committing) { return *static_cast<bool*>(committing) ? 0 : 1; },
        &committing_);
}

Group::~Group() {
    sqlite3_commit_hook(connection_.handle(), nullptr, nullptr);
}

Group::Result Group::run(std::span<Job> jobs) {
    Result result;
    result.jobs = jobs.size();
    failed_.reset();
    failures_.clear();
    hooks_until_.clear();
    std::exception_ptr failure;
    try {
        begin();
        result.jobs = work_through(jobs);
        const auto started = steady_clock::now();
        commit();
        result.commit_us =
            std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - started).count();
        result.committed = true;
    } catch (...) {
        failure = std::current_exception();
        undo();
    }
    result.trouble = connection_.take_trouble();
    if (failure) {
        platform::log_error("store: a transaction failed: " + message_of(failure));
        failed_ = result.trouble;
    }
    return result;
}

void Group::answer(std::span<Job> jobs) {
    std::size_t hook = 0;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        for (; !failed_ && hook < hooks_until_[i]; ++hook)
            guarded("after_commit", after_commit_[hook]);
        if (!jobs[i].done) continue;
        guarded("done", [&] { jobs[i].done(failed_ ? failure_of_all(*failed_) : failures_[i]); });
    }
    after_commit_.clear();
    on_rollback_.clear();
}

void Group::begin() {
    connection_.prepared("BEGIN IMMEDIATE", Statement::Bytes::borrowed).step();
}

std::size_t Group::work_through(std::span<Job> jobs) {
    const auto until = steady_clock::now() + group_time;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        run_job(jobs[i]);
        if (steady_clock::now() > until) return i + 1;
    }
    return jobs.size();
}

void Group::run_job(Job& job) {
    const auto started = steady_clock::now();
    const std::int64_t now_ms = clock_.now_ms();
    std::vector<std::function<void(Tx&)>> regardless;
    failures_.push_back(run_in_savepoint(job.work, now_ms, regardless));
    for (std::size_t i = 0; i < regardless.size(); ++i) { // it may grow meanwhile
        const auto work = std::move(regardless[i]);
        const std::exception_ptr failure = run_in_savepoint(
            [&work](Tx& tx) {
                work(tx);
                return Verdict::keep;
            },
            now_ms, regardless);
        if (failure)
            platform::log_error("store: regardless of " + std::string(job.name) + ": " + message_of(failure));
    }
    hooks_until_.push_back(after_commit_.size());
    note_time(job.name, started);
}

// Returns the failure of the work itself; anything thrown from here is the failure of the group.
std::exception_ptr Group::run_in_savepoint(const std::function<Verdict(Tx&)>& work, std::int64_t now_ms,
                                           std::vector<std::function<void(Tx&)>>& regardless) {
    Tx tx(connection_, now_ms);
    std::exception_ptr failure;
    Verdict verdict = Verdict::discard;
    connection_.prepared("SAVEPOINT job", Statement::Bytes::borrowed).step();
    try {
        verdict = work(tx);
    } catch (...) {
        failure = std::current_exception();
    }
    if (!connection_.in_transaction()) {
        run_backwards(tx.on_rollback_);
        if (failure) std::rethrow_exception(failure);
        throw platform::Error(platform::ErrorKind::unavailable, "The database ended the transaction.", 1);
    }
    if (failure || verdict == Verdict::discard) {
        run_backwards(tx.on_rollback_);
        connection_.prepared("ROLLBACK TO job", Statement::Bytes::borrowed).step();
    } else {
        move_to(after_commit_, tx.after_commit_);
        move_to(on_rollback_, tx.on_rollback_);
    }
    connection_.prepared("RELEASE job", Statement::Bytes::borrowed).step();
    for (auto& hook : tx.regardless_)
        regardless.push_back(std::move(hook));
    return failure;
}

void Group::commit() {
    committing_ = true;
    try {
        connection_.prepared("COMMIT", Statement::Bytes::borrowed).step();
    } catch (...) {
        committing_ = false;
        throw;
    }
    committing_ = false;
}

void Group::undo() {
    if (connection_.in_transaction()) {
        guarded("ROLLBACK", [&] { connection_.prepared("ROLLBACK", Statement::Bytes::borrowed).step(); });
    }
    run_backwards(on_rollback_);
    after_commit_.clear();
}

void Group::note_time(std::string_view name, steady_clock::time_point started) {
    const auto now = steady_clock::now();
    if (now - started < slow_job || now - logged_slow_ < std::chrono::seconds(1)) return;
    logged_slow_ = now;
    char text[64];
    std::snprintf(text, sizeof text, " held up the writer for %.1f ms",
                  std::chrono::duration<double, std::milli>(now - started).count());
    platform::log_warning("store: " + std::string(name) + text);
}

void refuse(std::span<Job> jobs, std::exception_ptr (*why)()) {
    for (Job& job : jobs) {
        if (job.done) guarded("done", [&] { job.done(why()); });
    }
}

} // namespace store
