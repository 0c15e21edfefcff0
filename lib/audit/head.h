// The head of the audit log: its newest row, signed with the audit key, in a file of the data folder. The
// chain alone cannot tell that its end was cut off; the head can. It is written after the commit, at most
// once a second and at the stop, so after a kill the log may be longer than the head says, and never
// shorter.
//
// A restore puts an older log in place. It leaves a note instead of the head, and the next start begins a new
// one, under the name of the new epoch (store/epoch.h). The note is signed, too: otherwise whoever cuts the
// log would leave one.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "audit/chain.h"
#include "audit/key.h"
#include "platform/clock.h"

namespace audit {

inline constexpr const char* head_name = "audit-head"; // in the data folder; in no backup

struct Head {
    Link newest;
    std::int64_t rows = 0; // that the log had then
    std::string epoch;
    std::int64_t at_ms = 0;
};

// One line: "audit-head id=7 hash=... rows=7 epoch=... at=... mac=...". The same stands in the journal.
std::string text_of(const Head& head, const Key& key);
// Finds such a line in the text. nullopt: there is none that was made with this key.
std::optional<Head> head_in(std::string_view text, const Key& key);

// Before another database is put into the folder, or an administrator goes on without what is missing: leaves
// the note, signed with the key that will lie in the folder. nullopt: none will.
void forget_head(const std::filesystem::path& folder, const std::optional<Key>& key);
// Whether this is the note. Where there is a key, only one that was signed with it.
bool is_forgotten(std::string_view text, const std::optional<Key>& key);

// Writes the head, on a thread of its own: a flush of the disk may take long.
class HeadWriter {
public:
    HeadWriter(platform::Clock& clock, Key key, std::filesystem::path folder)
        : clock_(clock), key_(std::move(key)), folder_(std::move(folder)) {}
    ~HeadWriter() { stop(); }
    HeadWriter(const HeadWriter&) = delete;
    HeadWriter& operator=(const HeadWriter&) = delete;

    // The first head is written before this returns. Held: none is, until `release`, because the log still
    // has to note what the old one shows.
    void start(const Link& newest, std::int64_t removed_to, std::string epoch, bool held = false);
    void release();
    void stop(); // writes the last head, unless held

    // From the writer thread, after the commit.
    void note(const Link& newest);
    void note_removed(std::int64_t removed_to);

    Link newest() const; // on disk, as far as this process knows
    std::int64_t newest_row() const { return newest_row_; }
    // Of what is on disk now, for the journal.
    std::string line() const;

private:
    void run();
    bool write(const Head& head);
    Head head_now() const; // with the mutex

    platform::Clock& clock_;
    const Key key_;
    const std::filesystem::path folder_;
    std::string epoch_;
    std::atomic<std::int64_t> newest_row_{0};
    mutable std::mutex mutex_;
    std::condition_variable changed_, stopped_;
    Link newest_;
    std::int64_t removed_to_ = 0;
    bool dirty_ = false, held_ = false, stopping_ = false;
    bool failing_ = false; // the writing thread's own
    std::thread thread_;
};

} // namespace audit
