// Site keys: a client that cannot send a header identifies itself by its base URL (http://box/k/KEY/...). A
// key has the rights of a headset, never of a teacher; a key for a client panel has those of the training
// dialect's panel.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "platform/caller.h"
#include "platform/ids.h"
#include "platform/random.h"
#include "store/transaction.h"

namespace people {

struct SiteKey {
    SiteKeyId id;
    OrganisationId organisation_id;
    std::string name;
    bool client_panel = false;
    std::int64_t created_ms = 0;
};
inline auto columns_of(SiteKey& site_key) {
    return std::tie(site_key.id, site_key.organisation_id, site_key.name, site_key.client_panel,
                    site_key.created_ms);
}

class SiteKeys {
public:
    explicit SiteKeys(platform::Random& random) : random_(random) {}

    void load(store::Read& read);
    platform::Caller find(std::string_view key) const; // any thread

    struct Made {
        SiteKey site_key;
        std::string key; // shown once; only its hash is kept
    };
    Made add(store::Tx& tx, OrganisationId organisation_id, const std::string& name, bool client_panel);
    std::vector<SiteKey> list(store::Read& read, OrganisationId organisation_id) const;
    SiteKey rename(store::Tx& tx, OrganisationId organisation_id, SiteKeyId id, const std::string& name);
    void revoke(store::Tx& tx, OrganisationId organisation_id, SiteKeyId id);

private:
    platform::Random& random_;
    mutable std::shared_mutex mutex_;
    std::unordered_map<std::string, platform::Caller> by_hash_;
};

nlohmann::json json_of(const SiteKey& site_key);

} // namespace people
