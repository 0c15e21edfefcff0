// Searches the audit log: who did what, when, and did it work. The log has only ids, so names are looked up
// at the time of the search.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <tuple>

#include "platform/csv.h"
#include "platform/ids.h"
#include "store/page.h"
#include "store/transaction.h"

namespace admin {

template <class AnId>
struct Named {
    AnId id;
    std::string name; // "": the id no longer exists
};
template <class AnId>
auto columns_of(Named<AnId>& named) {
    return std::tie(named.id, named.name);
}

struct AuditRow {
    std::int64_t id = 0, at_ms = 0, times = 1;
    std::optional<Named<PersonId>> person;
    std::optional<Named<DeviceId>> device;
    std::optional<Named<SiteKeyId>> site_key;
    std::string action, path, target, error;
    int status = 0;
    bool success = true;
};

struct AuditFilter {
    std::optional<PersonId> person_id;
    std::optional<DeviceId> device_id;
    std::optional<SiteKeyId> site_key_id;
    std::optional<std::int64_t> from_ms, to_ms;
    std::optional<bool> success;
    std::string action; // the beginning of the action: "POST /v1/rooms"
    std::string text;   // part of the action, path, target or error
};

// Newest first.
store::Page<AuditRow> audit_rows(store::Read& read, OrganisationId organisation_id, const AuditFilter& filter,
                                 const store::PageRequest& page);

nlohmann::json json_of(const AuditRow& row);
platform::CsvWriter audit_table(); // its head
void write(platform::CsvWriter& table, const AuditRow& row);

} // namespace admin
