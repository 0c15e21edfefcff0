// Searches the audit log: who did what, when, and did it work. The log has only ids, so names are looked up
// at the time of the search.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "platform/ids.h"
#include "store/page.h"
#include "store/transaction.h"

namespace audit {

struct Name {
    std::int64_t id = 0;
    std::string name;
};

struct Row {
    std::int64_t id = 0, at_ms = 0, times = 1;
    std::optional<Name> person, device, site_key;
    std::string action, path, target, error;
    int status = 0;
    bool success = true;
};

struct Filter {
    std::optional<PersonId> person_id;
    std::optional<DeviceId> device_id;
    std::optional<SiteKeyId> site_key_id;
    std::optional<std::int64_t> from_ms, to_ms;
    std::optional<bool> success;
    std::string action; // the beginning of the action: "POST /v1/rooms"
    std::string text;   // part of the action, path, target or error
};

// Newest first.
store::Page<Row> rows(store::Read& read, OrganisationId organisation_id, const Filter& filter,
                      const store::PageRequest& page);

nlohmann::json json_of(const Row& row);
std::string csv_head();
std::string csv_of(const Row& row);

} // namespace audit
