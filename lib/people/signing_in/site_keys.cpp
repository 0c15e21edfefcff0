#include "people/signing_in/site_keys.h"

#include <mutex>
#include <nlohmann/json.hpp>

#include "platform/crypto.h"
#include "platform/error.h"
#include "platform/text.h"

namespace people {

namespace {

constexpr store::SqlText site_key_columns =
    "SELECT id, organisation_id, name, client_panel, created_ms FROM site_keys WHERE organisation_id = ?";

platform::Caller caller_of(const SiteKey& site_key) {
    platform::Caller caller;
    caller.organisation_id = site_key.organisation_id;
    caller.site_key_id = site_key.id;
    caller.proof = platform::Proof::site_key;
    caller.client_panel = site_key.client_panel;
    return caller;
}

SiteKey get(store::Read& read, OrganisationId organisation_id, SiteKeyId id) {
    static constexpr auto by_id = site_key_columns + " AND id = ?";
    auto rows = read.query(by_id, organisation_id, id);
    if (!rows.step()) platform::throw_not_found("site key");
    return rows.values<SiteKey>();
}

void refuse_taken_name(store::Read& read, OrganisationId organisation_id, SiteKeyId except_id,
                       const std::string& name) {
    if (read.integer("SELECT id FROM site_keys WHERE organisation_id = ? AND name = ? AND id <> ?",
                     organisation_id, name, except_id))
        platform::throw_conflict("There is a site key \"" + name + "\" already.");
}

} // namespace

void SiteKeys::load(store::Read& read) {
    std::unordered_map<std::string, platform::Caller> all;
    auto rows =
        read.query("SELECT id, organisation_id, name, client_panel, created_ms, key_hash FROM site_keys");
    while (rows.step()) {
        const auto [site_key, hash] = rows.values<SiteKey, std::string>();
        all.emplace(hash, caller_of(site_key));
    }
    std::unique_lock lock(mutex_);
    by_hash_ = std::move(all);
}

platform::Caller SiteKeys::find(std::string_view key) const {
    const std::string hash = platform::hash_token(key);
    std::shared_lock lock(mutex_);
    auto found = by_hash_.find(hash);
    return found == by_hash_.end() ? platform::Caller{} : found->second;
}

SiteKeys::Made SiteKeys::add(store::Tx& tx, OrganisationId organisation_id, const std::string& name,
                             bool client_panel) {
    refuse_taken_name(tx, organisation_id, {}, name);
    Made made;
    made.key = platform::random_token(random_);
    const std::string hash = platform::hash_token(made.key);
    SiteKeyId id = tx.insert<SiteKeyId>(
        "INSERT INTO site_keys (organisation_id, name, key_hash, client_panel, created_ms) VALUES (?, ?, ?, "
        "?, ?)",
        organisation_id, name, store::Blob{hash}, client_panel, tx.now_ms());
    made.site_key = get(tx, organisation_id, id);
    tx.after_commit([this, hash, caller = caller_of(made.site_key)] {
        std::unique_lock lock(mutex_);
        by_hash_[hash] = caller;
    });
    return made;
}

std::vector<SiteKey> SiteKeys::list(store::Read& read, OrganisationId organisation_id) const {
    std::vector<SiteKey> site_keys;
    static constexpr auto by_name = site_key_columns + " ORDER BY name";
    auto rows = read.query(by_name, organisation_id);
    while (rows.step())
        site_keys.push_back(rows.values<SiteKey>());
    return site_keys;
}

SiteKey SiteKeys::rename(store::Tx& tx, OrganisationId organisation_id, SiteKeyId id,
                         const std::string& name) {
    get(tx, organisation_id, id);
    refuse_taken_name(tx, organisation_id, id, name);
    tx.run("UPDATE site_keys SET name = ?3 WHERE organisation_id = ?1 AND id = ?2", organisation_id, id,
           name);
    return get(tx, organisation_id, id);
}

void SiteKeys::revoke(store::Tx& tx, OrganisationId organisation_id, SiteKeyId id) {
    if (tx.run("DELETE FROM site_keys WHERE organisation_id = ? AND id = ?", organisation_id, id) == 0)
        platform::throw_not_found("site key");
    tx.after_commit([this, id] {
        std::unique_lock lock(mutex_);
        std::erase_if(by_hash_, [id](const auto& entry) { return entry.second.site_key_id == id; });
    });
}

nlohmann::json json_of(const SiteKey& site_key) {
    return {{"id", site_key.id},
            {"name", site_key.name},
            {"client_panel", site_key.client_panel},
            {"created_at", platform::iso8601(site_key.created_ms)}};
}

} // namespace people
