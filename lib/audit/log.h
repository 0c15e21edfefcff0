// The audit log: every call leaves a row. Rows are append-only and chained with the audit key (chain.h),
// and the newest one is signed outside the database (head.h), so a row that was changed, taken out or cut
// off later shows (verify.h, "lectern doctor").
//
// Three ways in:
// - append: in the caller's own transaction; the row is on disk when the answer leaves.
// - queue: for calls that have no transaction (reads, refusals). Never waits. It is bounded, and what does
//   not fit is summed up in one row, so strangers cannot keep the disk busy.
// - count: for polls and event batches, summed up per route and caller.
//
// Queued entries become rows at the next flush_due, which a job of the writer calls every second. Counts
// become rows a minute after the first of them: a headset reports every second and must not leave a row each
// time.
//
// Rows hold ids only: no PIN, no token (the caller redacts the path before handing it over), and no name:
// anything that an error says in quotes is left out.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>

#include "audit/head.h"
#include "audit/key.h"
#include "audit/verify.h"
#include "platform/caller.h"
#include "platform/clock.h"
#include "store/store.h"
#include "store/transaction.h"

namespace audit {

struct Entry {
    platform::Caller caller;
    std::string action; // "POST /v1/rooms", "MESSAGE session.start", "command line: person add"
    std::string path;   // as called, secrets redacted
    std::string target; // JSON of ids
    int status = 0;
    std::string error;      // "" when good
    std::int64_t times = 1; // more than one: counted calls, summed up
    std::int64_t at_ms = 0; // 0: now
};

// A dialect may report an error with a status of success.
inline bool is_good(const Entry& entry) {
    return entry.status < 400 && entry.error.empty();
}

// A row in which the box itself notes that the log was not as it left it. A verification finds it for as
// long as the log is kept, because the head that showed it has been replaced since.
inline constexpr std::string_view broken_action = "audit log: broken";

struct Limits {
    std::size_t queued = 2048;  // rows waiting for a flush
    std::size_t counted = 4096; // different calls counted between two flushes
    std::int64_t count_for_ms = 60'000;
};

class Log {
public:
    Log(platform::Clock& clock, const Key& key, const std::filesystem::path& folder, Limits limits = {});

    // At the start, before the first row: seals a log that is not sealed yet, notes in a row what does not
    // fit, and begins to write the head. A full disk takes no row: flush_due tries again, and until there is
    // one that says what does not fit, the old head stays.
    void begin(store::Store& store);
    // Writes the head of all rows that are on disk by now. No rows may follow.
    void end() { head_.stop(); }
    // What a verification needs, by a process that has the log open. Take it before the database is read.
    Evidence evidence() const;
    // Each hour a line with the head for the journal, which somebody may keep elsewhere; "" in between. On
    // the io thread.
    std::string due_line(std::int64_t now_ms);

    void append(store::Tx& tx, const Entry& entry);

    // From any thread, without waiting.
    void queue(Entry entry);
    void count(std::string_view action, const platform::Caller& caller, int status);

    bool has_due() const;
    // Writes the rows that are due, at most `most`, so that the writer is not held up; true when more are
    // left. If the transaction fails, its entries are put back.
    bool flush_due(store::Tx& tx, std::size_t most = 256);

    bool has_waiting() const;
    // The same for everything that waits, due or not: when the server stops.
    bool flush(store::Tx& tx, std::size_t most = 256);

    // Removes rows older than `before_ms`, at most `most`. An anchor kept from the removed rows keeps the
    // chain whole.
    std::int64_t trim(store::Tx& tx, std::int64_t before_ms, std::int64_t most = 500);

private:
    // organisation, person, device, site key, status, action
    using CountKey = std::tuple<OrganisationId, PersonId, DeviceId, SiteKeyId, int, std::string>;
    struct Counted {
        platform::Caller caller;
        std::int64_t times = 0;
    };
    bool counts_are_due() const; // with the mutex
    std::deque<Entry> take(std::size_t most, bool only_due);
    void write(store::Tx& tx, std::deque<Entry> entries);
    void put_back(std::deque<Entry> entries);
    Link add(store::Tx& tx, const Link& previous, Entry row);
    void add_first(store::Tx& tx);
    void add_waiting(store::Tx& tx);

    platform::Clock& clock_;
    const Key key_;
    const std::filesystem::path folder_;
    HeadWriter head_;
    std::string fault_at_start_;           // "": none
    std::atomic<bool> first_waits_{false}; // the row that `begin` could not write
    bool cut_noted_ = false;               // on the writer thread: in this group
    std::int64_t told_ms_ = 0;             // on the io thread
    Limits limits_;
    mutable std::mutex mutex_;
    std::deque<Entry> queue_;
    std::map<CountKey, Counted> counts_;
    std::int64_t counting_since_ms_ = 0;
    std::int64_t overflow_ = 0; // calls that neither queue_ nor counts_ had room for
};

} // namespace audit
