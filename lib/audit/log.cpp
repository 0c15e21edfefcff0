#include "audit/log.h"

#include <sodium.h>

#include <array>
#include <string_view>
#include <utility>

#include "platform/text.h"

namespace audit {

namespace {

// A missing value (a stranger has no person) is null in the table and 0 in the hash.
template <class AnId>
std::optional<AnId> or_null(AnId id) {
    return id ? std::optional(id) : std::nullopt;
}

// The fields of a row as they are hashed: each field has its length before it, so no two rows read the same.
class Hash {
public:
    explicit Hash(std::string_view previous) {
        crypto_generichash_init(&state_, nullptr, 0, size);
        add(previous);
    }
    void add(std::string_view bytes) {
        add(static_cast<std::int64_t>(bytes.size()));
        update(bytes.data(), bytes.size());
    }
    void add(std::int64_t value) {
        std::array<unsigned char, 8> bytes;
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<unsigned char>(static_cast<std::uint64_t>(value) >> (8 * i));
        update(bytes.data(), bytes.size());
    }
    std::string finish() {
        std::string hash(size, '\0');
        crypto_generichash_final(&state_, reinterpret_cast<unsigned char*>(hash.data()), size);
        return hash;
    }

private:
    static constexpr std::size_t size = 32;
    void update(const void* data, std::size_t length) {
        crypto_generichash_update(&state_, static_cast<const unsigned char*>(data), length);
    }
    crypto_generichash_state state_;
};

std::string row_hash(std::string_view previous, std::int64_t id, const Entry& entry) {
    Hash hash(previous);
    hash.add(id);
    hash.add(entry.at_ms);
    hash.add(entry.caller.organisation_id.value());
    hash.add(entry.caller.person_id.value());
    hash.add(entry.caller.device_id.value());
    hash.add(entry.caller.site_key_id.value());
    hash.add(entry.action);
    hash.add(entry.path);
    hash.add(entry.target);
    hash.add(entry.status);
    hash.add(entry.error);
    hash.add(entry.times);
    return hash.finish();
}

struct Link {
    std::int64_t id = 0;
    std::string hash;
};
auto columns_of(Link& link) {
    return std::tie(link.id, link.hash);
}

Link anchor(store::Read& read) {
    auto rows = read.query("SELECT row_id, hash FROM audit_anchor");
    return rows.step() ? rows.values<Link>() : Link{};
}

Link newest(store::Read& read) {
    auto rows = read.query("SELECT id, hash FROM audit_log ORDER BY id DESC LIMIT 1");
    return rows.step() ? rows.values<Link>() : anchor(read);
}

// A dialect may report an error with a status of success.
bool is_good(const Entry& entry) {
    return entry.status < 400 && entry.error.empty();
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

} // namespace

Log::Log(platform::Clock& clock, Limits limits) : clock_(clock), limits_(limits) {}

void Log::append(store::Tx& tx, const Entry& entry) {
    Entry row = cleaned(entry);
    if (row.at_ms == 0) row.at_ms = tx.now_ms();
    Link previous = newest(tx);
    std::int64_t id = previous.id + 1;
    std::string hash = row_hash(previous.hash, id, row);
    const platform::Caller& caller = row.caller;
    tx.run(
        "INSERT INTO audit_log (id, at_ms, organisation_id, person_id, device_id, site_key_id, action, path, "
        "target,"
        " status, success, error, times, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        id, row.at_ms, or_null(caller.organisation_id), or_null(caller.person_id), or_null(caller.device_id),
        or_null(caller.site_key_id), row.action, row.path, row.target, row.status, is_good(row), row.error,
        row.times, store::Blob{hash});
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
    return !queue_.empty() || overflow_ > 0 || counts_are_due();
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
    tx.run(
        "INSERT INTO audit_anchor (one, row_id, hash) VALUES (1, ?1, ?2)"
        " ON CONFLICT (one) DO UPDATE SET row_id = ?1, hash = ?2",
        last.id, store::Blob{last.hash});
    tx.run("DELETE FROM audit_log WHERE id <= ?", last.id);
    return removed;
}

Verification Log::verify(store::Read& read) {
    Verification result;
    Link previous = anchor(read);
    auto rows = read.query(
        "SELECT id, hash, at_ms, organisation_id, person_id, device_id, site_key_id, action, path,"
        " target, status, error, times, success FROM audit_log ORDER BY id");
    while (rows.step()) {
        Link link;
        Entry entry;
        bool success = false;
        platform::Caller& caller = entry.caller;
        rows.read(link, entry.at_ms, caller.organisation_id, caller.person_id, caller.device_id,
                  caller.site_key_id, entry.action, entry.path, entry.target, entry.status, entry.error,
                  entry.times, success);
        ++result.rows;
        const bool follows = link.id == previous.id + 1 &&
                             link.hash == row_hash(previous.hash, link.id, entry) &&
                             success == is_good(entry);
        if (!follows) {
            result.intact = false;
            result.first_bad_id = link.id;
            return result;
        }
        previous = std::move(link);
    }
    return result;
}

} // namespace audit
