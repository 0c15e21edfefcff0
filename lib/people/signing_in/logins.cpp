#include "people/signing_in/logins.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <tuple>
#include <utility>

#include "people/signing_in/known_sources.h"
#include "platform/crypto.h"
#include "platform/error.h"
#include "platform/text.h"

namespace people {

namespace {

using platform::Proof;
using platform::Role;

constexpr std::int64_t device_life_ms = 10LL * 365 * 24 * 3600 * 1000; // unpairing ends it
constexpr std::int64_t keep_step_ms = 5 * 60'000; // a use this soon after the last is not worth a write
constexpr std::int64_t most_a_job = 500;

bool is_strong(Proof proof) {
    return proof == Proof::password || proof == Proof::totp;
}

// The role that a login allows. On a headset, which is handed on, nobody acts as more than a student; a PIN
// alone never suffices for administration.
Role role_by(Proof proof, Role role) {
    if (proof == Proof::device) return role == Role::none ? Role::none : Role::student;
    return is_strong(proof) ? role : std::min(role, Role::teacher);
}

std::string short_utf8(std::string_view text) {
    if (!platform::is_utf8(text)) return "";
    text = text.substr(0, 200);
    while (!platform::is_utf8(text))
        text.remove_suffix(1);
    return std::string(text);
}

} // namespace

struct Logins::Entry {
    platform::Caller caller;
    std::int64_t latest_ms = 0;              // no use prolongs it beyond this
    std::int64_t kept_ms = 0;                // its end as it is on disk; touched by the writer only
    std::atomic<std::int64_t> expires_ms{0}; // its end
    std::atomic<bool> used{false};           // a headset's own: since it paired
    bool used_kept = false;                  // the same as it is on disk; touched by the writer only
};

struct Logins::Row {
    Login login;
    Role role = Role::none;
    bool box_administrator = false, used = false;
    std::string token_hash, nickname;

    bool is_prolonged_by_use() const { return login.proof != Proof::device && !login.device_id; }
    std::shared_ptr<Entry> entry() const {
        auto entry = std::make_shared<Entry>();
        platform::Caller& caller = entry->caller;
        caller.organisation_id = login.organisation_id;
        caller.person_id = login.person_id.value_or(PersonId());
        caller.device_id = login.device_id.value_or(DeviceId());
        caller.login_id = login.id;
        caller.proof = login.proof;
        caller.role = role_by(login.proof, role);
        caller.box_administrator = box_administrator && is_strong(login.proof);
        entry->latest_ms = is_prolonged_by_use() ? login.created_ms + longest_ms : login.expires_ms;
        entry->kept_ms = login.expires_ms;
        entry->expires_ms = login.expires_ms;
        entry->used = entry->used_kept = used;
        return entry;
    }
};

namespace {

constexpr store::SqlText login_columns = R"sql(
    SELECT l.id, l.organisation_id, l.person_id, l.device_id, l.proof, l.user_agent, l.created_ms,
           l.expires_ms, l.token_hash, p.role, p.box_administrator, p.nickname, l.used
    FROM logins l LEFT JOIN persons p ON p.id = l.person_id )sql";

} // namespace

Logins::Row Logins::row_of(const store::Statement& rows) {
    Row row;
    std::optional<Role> role; // of the person, if the login is one's
    Login& login = row.login;
    rows.read(login.id, login.organisation_id, login.person_id, login.device_id, login.proof,
              login.user_agent, login.created_ms, login.expires_ms, row.token_hash, role,
              row.box_administrator, row.nickname, row.used);
    row.role = role.value_or(Role::none);
    return row;
}

void Logins::load(store::Read& read) {
    std::unordered_map<std::string, std::shared_ptr<Entry>> all;
    std::unordered_map<LoginId, std::string> ids;
    static constexpr auto unexpired = login_columns + "WHERE l.expires_ms > ?";
    auto rows = read.query(unexpired, read.now_ms());
    std::unique_lock lock(mutex_);
    wearers_.clear();
    own_.clear();
    while (rows.step()) {
        Row row = row_of(rows);
        ids.emplace(row.login.id, row.token_hash);
        const auto entry = all.emplace(row.token_hash, row.entry()).first->second;
        keep_own(row, entry);
    }
    by_hash_ = std::move(all);
    hash_by_id_ = std::move(ids);
}

platform::Caller Logins::find(std::string_view token, std::int64_t now_ms) const {
    const std::string hash = platform::hash_token(token);
    std::shared_lock lock(mutex_);
    auto found = by_hash_.find(hash);
    if (found == by_hash_.end()) return {};
    Entry& entry = *found->second;
    const std::int64_t expires_ms = entry.expires_ms.load(std::memory_order_relaxed);
    if (expires_ms <= now_ms) return {};
    if (entry.caller.proof == Proof::device && !entry.used.load(std::memory_order_relaxed)) {
        entry.used.store(true, std::memory_order_relaxed);
        prolonged_.store(true, std::memory_order_relaxed);
    }
    const std::int64_t prolonged_ms = std::min(now_ms + idle_ms, entry.latest_ms);
    if (prolonged_ms - expires_ms >= keep_step_ms) {
        entry.expires_ms.store(prolonged_ms, std::memory_order_relaxed);
        prolonged_.store(true, std::memory_order_relaxed);
    }
    return entry.caller;
}

LoginId Logins::insert(store::Tx& tx, const Login& login, std::string_view token_hash) {
    LoginId id = tx.insert<LoginId>(
        "INSERT INTO logins (organisation_id, person_id, device_id, token_hash, proof, user_agent,"
        " created_ms, expires_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        login.organisation_id, login.person_id, login.device_id, store::Blob{token_hash}, login.proof,
        login.user_agent, tx.now_ms(), login.expires_ms);
    publish(tx, id);
    return id;
}

void Logins::publish(store::Tx& tx, LoginId login_id) {
    static constexpr auto by_id = login_columns + "WHERE l.id = ?";
    auto rows = tx.query(by_id, login_id);
    if (!rows.step()) return;
    tx.after_commit([this, row = row_of(rows)] {
        auto entry = row.entry();
        std::unique_lock lock(mutex_);
        // Memory may know more: the login may have been used since the transaction read the row.
        auto before = by_hash_.find(row.token_hash);
        if (before != by_hash_.end()) {
            entry->expires_ms = std::max(row.login.expires_ms, before->second->expires_ms.load());
            if (before->second->used) entry->used = true;
        }
        by_hash_[row.token_hash] = entry;
        hash_by_id_[row.login.id] = row.token_hash;
        keep_own(row, entry);
    });
}

void Logins::keep_own(const Row& row, const std::shared_ptr<Entry>& entry) {
    if (row.login.proof != Proof::device || !row.login.device_id) return;
    own_[*row.login.device_id] = entry;
    if (row.login.person_id)
        wearers_[*row.login.device_id] = {*row.login.person_id, row.nickname};
    else
        wearers_.erase(*row.login.device_id);
}

NewLogin Logins::add_person(store::Tx& tx, OrganisationId organisation_id, PersonId person_id, Proof proof,
                            std::string_view user_agent, std::optional<DeviceId> device_id) {
    NewLogin made;
    made.token = platform::random_token(random_);
    made.expires_ms = tx.now_ms() + (device_id ? longest_ms : idle_ms);
    Login login;
    login.organisation_id = organisation_id;
    login.person_id = person_id;
    login.device_id = device_id;
    login.proof = proof;
    login.user_agent = short_utf8(user_agent);
    login.expires_ms = made.expires_ms;
    made.id = insert(tx, login, platform::hash_token(made.token));
    return made;
}

LoginId Logins::add_person_with_hash(store::Tx& tx, OrganisationId organisation_id, PersonId person_id,
                                     DeviceId device_id, std::string_view token_hash) {
    Login login;
    login.organisation_id = organisation_id;
    login.person_id = person_id;
    login.device_id = device_id;
    login.proof = Proof::pin;
    login.expires_ms = tx.now_ms() + longest_ms;
    return insert(tx, login, token_hash);
}

NewLogin Logins::add_device(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id) {
    NewLogin made;
    made.token = platform::random_token(random_);
    made.expires_ms = tx.now_ms() + device_life_ms;
    made.id = add_device_with_hash(tx, organisation_id, device_id, platform::hash_token(made.token));
    return made;
}

LoginId Logins::add_device_with_hash(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id,
                                     std::string_view token_hash) {
    end_of_device(tx, organisation_id, device_id);
    Login login;
    login.organisation_id = organisation_id;
    login.device_id = device_id;
    login.proof = Proof::device;
    login.expires_ms = tx.now_ms() + device_life_ms;
    return insert(tx, login, token_hash);
}

void Logins::bind(store::Tx& tx, LoginId login_id, OrganisationId organisation_id, DeviceId device_id,
                  const std::optional<PersonReference>& person) {
    tx.run("UPDATE logins SET person_id = ?2 WHERE id = ?1", login_id,
           person ? std::optional(person->id) : std::nullopt);
    publish(tx, login_id);
    signed_in(tx, organisation_id, device_id, person);
}

void Logins::sign_in_on_device(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id,
                               const std::optional<PersonReference>& person) {
    auto own = tx.id<LoginId>(
        "SELECT id FROM logins WHERE organisation_id = ? AND device_id = ? AND proof = 'device'",
        organisation_id, device_id);
    if (!own) platform::throw_not_found("paired headset");
    const std::optional<PersonId> person_id = person ? std::optional(person->id) : std::nullopt;
    // The person who wore this headset until now keeps no login on it; the person who signs in leaves the
    // headset they wore before.
    end_ids(tx,
            ids_of(tx.query(
                "SELECT id FROM logins WHERE organisation_id = ?1 AND device_id = ?2 AND proof <> 'device'"
                " AND person_id IS NOT ?3",
                organisation_id, device_id, person_id)));
    if (person_id) {
        leave_devices(tx, organisation_id, *person_id, device_id);
        KnownSources::wore(tx, organisation_id, *person_id, device_id);
    }
    bind(tx, *own, organisation_id, device_id, person);
}

bool Logins::token_used(DeviceId device_id) const {
    const std::shared_lock lock(mutex_);
    const auto found = own_.find(device_id);
    return found != own_.end() && found->second->used.load(std::memory_order_relaxed);
}

std::string Logins::bound_from(store::Read& read, OrganisationId organisation_id, DeviceId device_id) const {
    auto rows = read.query(
        "SELECT bound_from FROM logins WHERE organisation_id = ? AND device_id = ?"
        " AND proof = 'device'",
        organisation_id, device_id);
    return rows.step() ? rows.values<std::string>() : std::string();
}

void Logins::bound(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id,
                   std::string_view address) {
    tx.run(
        "UPDATE logins SET bound_from = ?3 WHERE organisation_id = ?1 AND device_id = ?2"
        " AND proof = 'device'",
        organisation_id, device_id, address);
}

void Logins::leave_devices(store::Tx& tx, OrganisationId organisation_id, PersonId person_id,
                           DeviceId except_device_id) {
    end_ids(tx, ids_of(tx.query("SELECT id FROM logins WHERE organisation_id = ?1 AND person_id = ?2"
                                " AND device_id IS NOT NULL AND device_id <> ?3 AND proof <> 'device'",
                                organisation_id, person_id, except_device_id)));
    std::vector<std::tuple<LoginId, DeviceId>> worn;
    {
        auto rows = tx.query(
            "SELECT id, device_id FROM logins WHERE organisation_id = ?1 AND person_id = ?2"
            " AND device_id <> ?3 AND proof = 'device'",
            organisation_id, person_id, except_device_id);
        while (rows.step())
            worn.push_back(rows.values<LoginId, DeviceId>());
    }
    for (const auto& [login_id, device_id] : worn)
        bind(tx, login_id, organisation_id, device_id, std::nullopt);
}

std::optional<PersonReference> Logins::wearer(DeviceId device_id) const {
    const std::shared_lock lock(mutex_);
    const auto found = wearers_.find(device_id);
    return found == wearers_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<PersonReference> Logins::person_on_device(store::Read& read, OrganisationId organisation_id,
                                                        DeviceId device_id) const {
    auto rows = read.query(
        "SELECT p.id, p.nickname FROM logins l JOIN persons p ON p.id = l.person_id"
        " WHERE l.organisation_id = ? AND l.device_id = ? AND l.proof = 'device'",
        organisation_id, device_id);
    return rows.step() ? std::optional(rows.values<PersonReference>()) : std::nullopt;
}

std::optional<DeviceId> Logins::device_of_person(store::Read& read, OrganisationId organisation_id,
                                                 PersonId person_id) const {
    return read.id<DeviceId>(
        "SELECT device_id FROM logins WHERE organisation_id = ? AND person_id = ? AND proof = 'device'",
        organisation_id, person_id);
}

std::vector<Login> Logins::list(store::Read& read, OrganisationId organisation_id,
                                std::optional<PersonId> person_id) const {
    std::vector<Login> logins;
    static constexpr auto newest_first = login_columns + R"sql(
        WHERE l.organisation_id = ?1 AND l.expires_ms > ?2 AND (?3 IS NULL OR l.person_id = ?3)
        ORDER BY l.id DESC LIMIT 500)sql";
    auto rows = read.query(newest_first, organisation_id, read.now_ms(), person_id);
    while (rows.step())
        logins.push_back(row_of(rows).login);
    return logins;
}

std::optional<Login> Logins::find(store::Read& read, OrganisationId organisation_id, LoginId id) const {
    static constexpr auto by_id = login_columns + "WHERE l.organisation_id = ? AND l.id = ?";
    auto rows = read.query(by_id, organisation_id, id);
    return rows.step() ? std::optional(row_of(rows).login) : std::nullopt;
}

std::vector<LoginId> Logins::ids_of(store::Statement rows) {
    std::vector<LoginId> ids;
    while (rows.step())
        ids.push_back(rows.values<LoginId>());
    return ids;
}

void Logins::end_ids(store::Tx& tx, const std::vector<LoginId>& ids) {
    if (ids.empty()) return;
    for (LoginId id : ids)
        tx.run("DELETE FROM logins WHERE id = ?", id);
    tx.after_commit([this, ids] {
        {
            std::unique_lock lock(mutex_);
            for (LoginId id : ids) {
                const auto node = hash_by_id_.extract(id);
                if (node.empty()) continue;
                const auto found = by_hash_.find(node.mapped());
                if (found == by_hash_.end()) continue;
                const platform::Caller& caller = found->second->caller;
                if (caller.proof == Proof::device) {
                    wearers_.erase(caller.device_id);
                    own_.erase(caller.device_id);
                }
                by_hash_.erase(found);
            }
        }
    });
    ended(tx, ids);
}

void Logins::end(store::Tx& tx, OrganisationId organisation_id, LoginId id) {
    auto login = find(tx, organisation_id, id);
    if (!login) platform::throw_not_found("login");
    if (login->proof == Proof::device)
        platform::throw_conflict("This is a headset's own login: it ends by unpairing it.");
    end_ids(tx, {id});
}

void Logins::end_of_person(store::Tx& tx, OrganisationId organisation_id, PersonId person_id,
                           std::optional<Proof> made_by, LoginId except_login_id) {
    end_ids(tx,
            ids_of(tx.query(
                "SELECT id FROM logins WHERE organisation_id = ?1 AND person_id = ?2 AND proof <> 'device'"
                " AND (?3 IS NULL OR proof = ?3) AND id <> ?4",
                organisation_id, person_id, made_by, except_login_id)));
    // People sign in on a headset by PIN.
    if (!made_by || *made_by == Proof::pin) leave_devices(tx, organisation_id, person_id, {});
    if (!made_by && !except_login_id) KnownSources::forget_person(tx, person_id);
}

void Logins::end_pins_of_staff(store::Tx& tx, OrganisationId organisation_id) {
    end_ids(tx, ids_of(tx.query("SELECT l.id FROM logins l JOIN persons p ON p.id = l.person_id"
                                " WHERE l.organisation_id = ? AND l.proof = 'pin' AND p.role <> 'student'",
                                organisation_id)));
}

void Logins::end_of_device(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id) {
    const bool worn = person_on_device(tx, organisation_id, device_id).has_value();
    KnownSources::forget_headset(tx, device_id);
    end_ids(tx, ids_of(tx.query("SELECT id FROM logins WHERE organisation_id = ? AND device_id = ?",
                                organisation_id, device_id)));
    if (!worn) return;
    signed_in(tx, organisation_id, device_id, std::nullopt);
}

void Logins::raise_to_totp(store::Tx& tx, OrganisationId organisation_id, LoginId login_id) {
    if (tx.run("UPDATE logins SET proof = 'totp' WHERE organisation_id = ? AND id = ? AND proof = 'password'",
               organisation_id, login_id) == 1)
        publish(tx, login_id);
}

void Logins::refresh_person(store::Tx& tx, OrganisationId organisation_id, PersonId person_id) {
    for (LoginId id : ids_of(tx.query("SELECT id FROM logins WHERE organisation_id = ? AND person_id = ?",
                                      organisation_id, person_id)))
        publish(tx, id);
    auto device_id = device_of_person(tx, organisation_id, person_id);
    if (!device_id) return;
    signed_in(tx, organisation_id, *device_id, person_on_device(tx, organisation_id, *device_id));
}

bool Logins::has_prolonged() const {
    return prolonged_.load(std::memory_order_relaxed);
}

void Logins::keep_prolonged(store::Tx& tx) {
    prolonged_ = false;
    struct Changed {
        std::shared_ptr<Entry> entry;
        std::int64_t expires_ms;
        bool used;
    };
    std::vector<Changed> prolonged;
    {
        std::shared_lock lock(mutex_);
        for (const auto& [hash, entry] : by_hash_) {
            const std::int64_t expires_ms = entry->expires_ms.load(std::memory_order_relaxed);
            const bool used = entry->used;
            if (expires_ms == entry->kept_ms && used == entry->used_kept) continue;
            if (static_cast<std::int64_t>(prolonged.size()) == most_a_job) {
                prolonged_ = true;
                break;
            }
            prolonged.push_back({entry, expires_ms, used});
        }
    }
    for (const auto& [entry, expires_ms, used] : prolonged)
        tx.run("UPDATE logins SET expires_ms = ?2, used = max(used, ?3) WHERE id = ?1",
               entry->caller.login_id, expires_ms, used);
    tx.after_commit([prolonged] {
        for (const auto& [entry, expires_ms, used] : prolonged) {
            entry->kept_ms = expires_ms;
            entry->used_kept = used;
        }
    });
    tx.on_rollback([this] { prolonged_ = true; });
    if (prolonged_) return; // not yet all on disk: a row that looks ended may not be
    end_ids(tx,
            ids_of(tx.query("SELECT id FROM logins WHERE expires_ms <= ? LIMIT ?", tx.now_ms(), most_a_job)));
}

} // namespace people
