#include "audit/log.h"

#include <string_view>
#include <utility>

#include "platform/error.h"
#include "platform/log.h"
#include "platform/text.h"
#include "store/epoch.h"

namespace audit {

namespace {

// A missing value (a stranger has no person) is null in the table and 0 in the hash.
template <class AnId>
std::optional<AnId> or_null(AnId id) {
    return id ? std::optional(id) : std::nullopt;
}

// A stranger chooses the path, so it is kept short.
std::string shortened(std::string text, std::size_t most) {
    if (!platform::is_utf8(text)) return "(not UTF-8)";
    if (text.size() <= most) return text;
    text.resize(most);
    while (!platform::is_utf8(text))
        text.pop_back();
    return text + "...";
}

// A message meant for people names what stands in the way, in quotes; the log holds ids only.
std::string without_names(const std::string& message) {
    std::string kept;
    bool quoted = false;
    for (char c : message) {
        if (c == '"') {
            quoted = !quoted;
            kept += quoted ? "\"..." : "\"";
        } else if (!quoted) {
            kept += c;
        }
    }
    return kept;
}

Entry cleaned(Entry entry) {
    entry.path = shortened(std::move(entry.path), 300);
    entry.error = shortened(without_names(entry.error), 300);
    return entry;
}

void tell_broken(const std::string& why) {
    platform::log_error("the audit log is broken: " + why + ". See 'lectern doctor'.");
}

Entry broken(const std::string& why) {
    return {.caller = {}, .action = std::string(broken_action), .status = 500, .error = why};
}

} // namespace

Log::Log(platform::Clock& clock, const Key& key, const std::filesystem::path& folder, Limits limits)
    : clock_(clock), key_(key), folder_(folder), head_(clock, key, folder), limits_(limits) {}

void Log::begin(store::Store& store) {
    const Evidence found = evidence();
    bool sealed = false;
    std::string epoch;
    store.read([&](store::Read& read) {
        sealed = seal(read).has_value();
        fault_at_start_ = fault_at_head(read, found);
        epoch = store::epoch_name(read);
    });
    if (!fault_at_start_.empty()) tell_broken(fault_at_start_);
    const bool after_restore = sealed && found.head && is_forgotten(*found.head, found.key);
    const bool has_first = after_restore || !fault_at_start_.empty();
    try {
        if (!sealed || has_first)
            store.write("begin audit log", [&](store::Tx& tx) {
                if (!sealed) {
                    const Link last = newest(tx);
                    sign_anchor(tx, key_);
                    set_seal(tx, key_, {last.id, fault_at_start_.empty() ? 0 : last.id, last.hash});
                }
                if (has_first) add_first(tx);
            });
    } catch (const platform::Error& error) {
        if (!sealed) throw;
        first_waits_ = true;
        platform::log_error(std::string("the audit log could not be begun: ") + error.what());
    }
    const auto [last, from] =
        store.read([](store::Read& read) { return std::pair(newest(read), anchor(read)); });
    head_.start(last, from.id, std::move(epoch), first_waits_ && !fault_at_start_.empty());
}

Evidence Log::evidence() const {
    Evidence found = evidence_in(folder_);
    found.told = head_.newest();
    return found;
}

std::string Log::due_line(std::int64_t now_ms) {
    constexpr std::int64_t hour_ms = 3'600'000;
    if (head_.newest_row() == 0) return "";
    if (told_ms_ != 0 && now_ms >= told_ms_ && now_ms - told_ms_ < hour_ms) return "";
    told_ms_ = now_ms;
    return head_.line();
}

// Returns the new row.
Link Log::add(store::Tx& tx, const Link& previous, Entry row) {
    if (row.at_ms == 0) row.at_ms = tx.now_ms();
    Link link{previous.id + 1, ""};
    link.hash = keyed_hash(key_, previous.hash, link.id, row);
    const platform::Caller& caller = row.caller;
    tx.run(
        "INSERT INTO audit_log (id, at_ms, organisation_id, person_id, device_id, site_key_id, action, path, "
        "target,"
        " status, success, error, times, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        link.id, row.at_ms, or_null(caller.organisation_id), or_null(caller.person_id),
        or_null(caller.device_id), or_null(caller.site_key_id), row.action, row.path, row.target, row.status,
        is_good(row), row.error, row.times, store::Blob{link.hash});
    tx.after_commit([this, link] {
        cut_noted_ = false;
        head_.note(link);
    });
    return link;
}

void Log::add_first(store::Tx& tx) {
    if (fault_at_start_.empty())
        add(tx, newest(tx), {.caller = {}, .action = "audit log: a new head"});
    else
        add(tx, newest(tx), broken(fault_at_start_));
}

void Log::add_waiting(store::Tx& tx) {
    if (!first_waits_.exchange(false)) return;
    tx.on_rollback([this] { first_waits_ = true; });
    add_first(tx);
    tx.after_commit([this] { head_.release(); });
}

void Log::append(store::Tx& tx, const Entry& entry) {
    Link previous = newest(tx);
    if (const std::int64_t last = head_.newest_row();
        previous.id < last && !std::exchange(cut_noted_, true)) {
        tx.on_rollback([this] { cut_noted_ = false; });
        const std::string why = "rows up to " + std::to_string(last) +
                                " were written, and it ended with row " + std::to_string(previous.id) +
                                " while the server ran";
        tell_broken(why);
        previous = add(tx, previous, broken(why));
    }
    add(tx, previous, cleaned(entry));
}

void Log::queue(Entry entry) {
    if (entry.at_ms == 0) entry.at_ms = clock_.now_ms();
    entry = cleaned(std::move(entry)); // clean it now: a waiting entry takes memory
    std::lock_guard lock(mutex_);
    if (queue_.size() < limits_.queued)
        queue_.push_back(std::move(entry));
    else
        overflow_ += entry.times;
}

void Log::count(std::string_view action, const platform::Caller& caller, int status) {
    CountKey key{caller.organisation_id, caller.person_id, caller.device_id,
                 caller.site_key_id,     status,           std::string(action)};
    std::lock_guard lock(mutex_);
    if (counts_.empty()) counting_since_ms_ = clock_.now_ms();
    auto found = counts_.find(key);
    if (found != counts_.end())
        ++found->second.times;
    else if (counts_.size() < limits_.counted)
        counts_.emplace(std::move(key), Counted{caller, 1});
    else
        ++overflow_;
}

bool Log::has_waiting() const {
    std::lock_guard lock(mutex_);
    return !queue_.empty() || !counts_.empty() || overflow_ > 0;
}

bool Log::has_due() const {
    std::lock_guard lock(mutex_);
    return first_waits_ || !queue_.empty() || overflow_ > 0 || counts_are_due();
}

// Also due when the clock was set back, because then we can't know how long the counts have waited.
bool Log::counts_are_due() const {
    const std::int64_t for_ms = clock_.now_ms() - counting_since_ms_;
    return !counts_.empty() && (for_ms >= limits_.count_for_ms || for_ms < 0);
}

std::deque<Entry> Log::take(std::size_t most, bool only_due) {
    std::deque<Entry> taken;
    std::int64_t now_ms = clock_.now_ms();
    std::lock_guard lock(mutex_);
    const bool counts = !only_due || counts_are_due();
    while (taken.size() < most && !queue_.empty()) {
        taken.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    while (counts && taken.size() < most && !counts_.empty()) {
        auto node = counts_.extract(counts_.begin());
        Entry entry;
        entry.caller = node.mapped().caller;
        entry.status = std::get<4>(node.key());
        entry.action = std::get<5>(std::move(node.key()));
        entry.times = node.mapped().times;
        entry.at_ms = now_ms;
        taken.push_back(std::move(entry));
    }
    if (taken.size() < most && overflow_ > 0) {
        Entry entry;
        entry.action = "more calls than the log could take";
        entry.status = 503;
        entry.times = std::exchange(overflow_, 0);
        entry.at_ms = now_ms;
        taken.push_back(std::move(entry));
    }
    return taken;
}

void Log::put_back(std::deque<Entry> entries) {
    std::lock_guard lock(mutex_);
    while (!entries.empty()) {
        if (queue_.size() < limits_.queued)
            queue_.push_front(std::move(entries.back()));
        else
            overflow_ += entries.back().times;
        entries.pop_back();
    }
}

void Log::write(store::Tx& tx, std::deque<Entry> entries) {
    auto taken = std::make_shared<std::deque<Entry>>(std::move(entries));
    tx.on_rollback([this, taken] { put_back(std::move(*taken)); });
    add_waiting(tx);
    for (const Entry& entry : *taken)
        append(tx, entry);
}

bool Log::flush_due(store::Tx& tx, std::size_t most) {
    write(tx, take(most, true));
    return has_due();
}

bool Log::flush(store::Tx& tx, std::size_t most) {
    write(tx, take(most, false));
    return has_waiting();
}

std::int64_t Log::trim(store::Tx& tx, std::int64_t before_ms, std::int64_t most) {
    // Rows are in the order of their ids, and nearly in that of their times: stop at the first row that is
    // young enough.
    std::int64_t removed = 0;
    Link last;
    {
        auto rows = tx.query("SELECT id, hash, at_ms FROM audit_log ORDER BY id LIMIT ?", most);
        while (rows.step()) {
            auto [link, at_ms] = rows.values<Link, std::int64_t>();
            if (at_ms >= before_ms) break;
            last = std::move(link);
            ++removed;
        }
    }
    if (removed == 0) return 0;
    move_anchor(tx, key_, last);
    tx.run("DELETE FROM audit_log WHERE id <= ?", last.id);
    tx.after_commit([this, id = last.id] { head_.note_removed(id); });
    return removed;
}

} // namespace audit
