#include "people/signing_in/lockout.h"

#include <algorithm>

#include "platform/error.h"
#include "platform/text.h"

namespace people {

Tries after_failure(const Tries& tries, const LockoutRule& rule, std::int64_t now_ms) {
    Tries after = tries;
    if (now_ms - tries.last_failure_ms >= rule.forgotten_after_ms) after.failures = 0;
    ++after.failures;
    after.last_failure_ms = now_ms;
    after.locked_until_ms = 0;
    if (after.failures < rule.free_tries) return after;
    std::int64_t lock_ms = rule.first_ms;
    for (std::int64_t n = rule.free_tries; n < after.failures && lock_ms < rule.longest_ms; ++n)
        lock_ms *= 2;
    after.locked_until_ms = now_ms + std::min(lock_ms, rule.longest_ms);
    return after;
}

std::int64_t locked_for_ms(const Tries& tries, const LockoutRule& rule, std::int64_t now_ms) {
    return std::clamp<std::int64_t>(tries.locked_until_ms - now_ms, 0, rule.longest_ms);
}

void throw_locked(std::int64_t for_ms) {
    int seconds = static_cast<int>((for_ms + 999) / 1000);
    throw platform::Error(platform::ErrorKind::too_many_requests,
                          "Too many wrong tries: wait " + std::to_string(seconds) + " s.", seconds);
}

namespace {

Tries tries_of(store::Read& read, std::string_view subject) {
    auto rows = read.query(
        "SELECT failures, last_failure_ms, locked_until_ms FROM lockouts WHERE subject = ?", subject);
    return rows.step() ? rows.values<Tries>() : Tries{};
}

} // namespace

void Lockouts::refuse_if_locked(store::Read& read, std::string_view subject, const LockoutRule& rule) const {
    std::int64_t locked_ms = locked_for_ms(tries_of(read, subject), rule, read.now_ms());
    if (locked_ms > 0) throw_locked(locked_ms);
}

void Lockouts::count_failure(store::Tx& tx, std::string_view subject, const LockoutRule& rule,
                             std::optional<OrganisationId> organisation_id) {
    Tries tries = after_failure(tries_of(tx, subject), rule, tx.now_ms());
    tx.run(
        "INSERT INTO lockouts (subject, organisation_id, failures, last_failure_ms, locked_until_ms)"
        " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (subject) DO UPDATE"
        " SET failures = ?3, last_failure_ms = ?4, locked_until_ms = ?5",
        subject, organisation_id, tries.failures, tries.last_failure_ms, tries.locked_until_ms);
}

void Lockouts::forget(store::Tx& tx, std::string_view subject) {
    tx.run("DELETE FROM lockouts WHERE subject = ?", subject);
}

std::vector<Lockouts::LockedPerson> Lockouts::people(store::Read& read,
                                                     OrganisationId organisation_id) const {
    std::vector<LockedPerson> locked;
    auto rows = read.query(
        "SELECT p.id, p.nickname, l.failures, l.last_failure_ms, l.locked_until_ms FROM lockouts l"
        " JOIN persons p ON p.id = CAST(substr(l.subject, 8) AS INTEGER) AND p.organisation_id = "
        "l.organisation_id"
        " WHERE l.organisation_id = ? AND l.subject LIKE 'person/%' AND l.locked_until_ms > ?"
        " ORDER BY l.locked_until_ms DESC LIMIT 500",
        organisation_id, read.now_ms());
    while (rows.step()) {
        LockedPerson& person = locked.emplace_back();
        rows.read(person.person, person.tries);
    }
    return locked;
}

void MemoryLockouts::refuse_if_locked(std::string_view subject, std::int64_t now_ms) const {
    std::int64_t locked_ms = 0;
    {
        std::lock_guard lock(mutex_);
        auto found = tries_.find(platform::lower_ascii(subject));
        if (found != tries_.end()) locked_ms = locked_for_ms(found->second, rule_, now_ms);
    }
    if (locked_ms > 0) throw_locked(locked_ms);
}

void MemoryLockouts::count_failure(std::string_view subject, std::int64_t now_ms) {
    std::lock_guard lock(mutex_);
    std::string key = platform::lower_ascii(subject);
    auto found = tries_.find(key);
    if (found == tries_.end() && tries_.size() >= most_) make_room(now_ms);
    Tries& tries = tries_[key];
    tries = after_failure(tries, rule_, now_ms);
}

void MemoryLockouts::forget(std::string_view subject) {
    std::lock_guard lock(mutex_);
    tries_.erase(platform::lower_ascii(subject));
}

std::vector<std::pair<std::string, Tries>> MemoryLockouts::locked(std::int64_t now_ms) const {
    std::vector<std::pair<std::string, Tries>> found;
    std::lock_guard lock(mutex_);
    for (const auto& [subject, tries] : tries_)
        if (locked_for_ms(tries, rule_, now_ms) > 0) found.emplace_back(subject, tries);
    return found;
}

// Removes all entries that are forgotten by now, or at least the oldest.
void MemoryLockouts::make_room(std::int64_t now_ms) {
    std::erase_if(tries_, [&](const auto& entry) {
        return now_ms - entry.second.last_failure_ms >= rule_.forgotten_after_ms;
    });
    if (tries_.size() < most_) return;
    tries_.erase(std::min_element(tries_.begin(), tries_.end(), [](const auto& a, const auto& b) {
        return a.second.last_failure_ms < b.second.last_failure_ms;
    }));
}

} // namespace people
