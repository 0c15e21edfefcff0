#include "audit/verify.h"

#include "audit/head.h"
#include "audit/log.h"
#include "platform/error.h"
#include "platform/files.h"
#include "store/epoch.h"

namespace audit {

namespace {

bool is_head(const Evidence& evidence) {
    return evidence.head && !is_forgotten(*evidence.head, evidence.key);
}

// Where nothing is sealed, the log may be from before there was a key, and its next start seals it.
std::string fault_of_unsealed(const Evidence& evidence) {
    if (is_head(evidence))
        return "its seal is gone, though it has a head: somebody without the audit key put this log "
               "together, or the database was written by an older Lectern";
    if (evidence.key && !evidence.head)
        return "its seal and its head are gone, though there is an audit key: somebody without that key put "
               "this log together, or the database was written by an older Lectern";
    return "";
}

// Of what has to be right before any row is believed.
std::string fault_of_key(store::Read& read, const Evidence& evidence) {
    if (!seal(read)) return fault_of_unsealed(evidence);
    if (evidence.key_damaged) return "the audit key is damaged, and nothing can be checked without it";
    if (!evidence.key) return "the audit key is gone, and nothing can be checked without it";
    if (!seal_fits(read, *evidence.key))
        return "the audit key does not belong to this log, or the seal of the log was changed";
    if (!anchor_fits(read, *evidence.key))
        return "the place from where old rows were removed was changed by somebody without the audit key";
    return "";
}

// Whether the chain holds this row, or has held it: then it was removed because it was old.
bool holds(store::Read& read, const Link& link) {
    if (const Link from = anchor(read); link.id <= from.id)
        return link.id < from.id || link.hash == from.hash;
    auto rows = read.query("SELECT id, hash FROM audit_log WHERE id = ?", link.id);
    return rows.step() && rows.values<Link>().hash == link.hash;
}

std::string missing_up_to(store::Read& read, std::int64_t id) {
    const std::int64_t last = newest(read).id;
    if (last >= id) return "row " + std::to_string(id) + " is not the one that was written there";
    return "rows up to " + std::to_string(id) + " were written, and it ends with row " +
           std::to_string(last) + ": " + std::to_string(id - last) + " were cut off";
}

std::string fault_of_head(store::Read& read, const Evidence& evidence) {
    if (evidence.told.id > 0 && !holds(read, evidence.told)) return missing_up_to(read, evidence.told.id);
    if (!evidence.head)
        return "its head is gone, so nobody can tell whether its end was cut off; a database that was copied "
               "here without it has none";
    if (!is_head(evidence)) return ""; // the next start begins another
    const auto head = head_in(*evidence.head, *evidence.key);
    if (!head) return "its head was not made with the audit key";
    if (head->epoch != store::epoch_name(read))
        return "its head belongs to another database than this one, which somebody put in its place, or "
               "copied here without the file epoch";
    return head->newest.id == 0 || holds(read, head->newest) ? "" : missing_up_to(read, head->newest.id);
}

// Of a log that has its seal.
class Chain {
public:
    Chain(store::Read& read, Verification& result, const std::optional<Key>& key, const Seal& seal)
        : read_(read), result_(result), key_(key), seal_(seal), previous_(anchor(read)) {}

    void follow() {
        auto rows = read_.query(
            "SELECT id, hash, at_ms, organisation_id, person_id, device_id, site_key_id, action, path,"
            " target, status, error, times, success FROM audit_log ORDER BY id");
        while (result_.fault.empty() && rows.step()) {
            Link link;
            Entry entry;
            bool success = false;
            platform::Caller& caller = entry.caller;
            rows.read(link, entry.at_ms, caller.organisation_id, caller.person_id, caller.device_id,
                      caller.site_key_id, entry.action, entry.path, entry.target, entry.status, entry.error,
                      entry.times, success);
            ++result_.rows;
            if (!follows(link, entry, success)) {
                result_.first_bad_id = link.id;
                result_.fault =
                    "row " + std::to_string(link.id) +
                    " does not follow from the one before: it was changed, or rows were taken out";
            } else if (link.id > seal_.unkeyed_to() && entry.action == broken_action) {
                result_.fault = entry.error + " (noted in row " + std::to_string(link.id) + ")";
            }
            previous_ = std::move(link);
        }
        if (result_.fault.empty() && previous_.id < seal_.unkeyed_to())
            result_.fault = "its rows up to " + std::to_string(seal_.unkeyed_to()) + " are gone";
    }

private:
    bool follows(const Link& link, const Entry& entry, bool success) const {
        if (link.id == seal_.unkeyed_to() && link.hash != seal_.hash) return false;
        if (link.id <= seal_.unchecked_to) return true; // rows may be missing in between
        if (link.id != previous_.id + 1) return false;
        if (success != is_good(entry)) return false;
        return link.hash == (link.id <= seal_.plain_to || !key_
                                 ? plain_hash(previous_.hash, link.id, entry)
                                 : keyed_hash(*key_, previous_.hash, link.id, entry));
    }

    store::Read& read_;
    Verification& result_;
    const std::optional<Key>& key_;
    const Seal seal_;
    Link previous_;
};

} // namespace

Evidence evidence_in(const std::filesystem::path& folder) {
    Evidence evidence;
    evidence.head = platform::read_file(folder / head_name);
    try {
        evidence.key = read_key(folder);
    } catch (const platform::Error&) {
        evidence.key_damaged = true;
    }
    return evidence;
}

std::string fault_at_head(store::Read& read, const Evidence& evidence) {
    std::string fault = fault_of_key(read, evidence);
    return fault.empty() && seal(read) ? fault_of_head(read, evidence) : fault;
}

Verification verify(store::Read& read, const Evidence& evidence) {
    Verification result;
    result.fault = fault_of_key(read, evidence);
    const auto sealed = seal(read);
    if (sealed) result.unchecked_to = sealed->unchecked_to;
    if (result.fault.empty()) {
        // What is not sealed yet is plain, all of it.
        Chain(read, result, sealed ? evidence.key : std::nullopt, sealed.value_or(Seal{})).follow();
        if (result.fault.empty() && sealed) result.fault = fault_of_head(read, evidence);
    }
    result.intact = result.fault.empty();
    result.has_head = result.intact && sealed && is_head(evidence);
    return result;
}

} // namespace audit
