// Devices: the headsets of an organisation. Pairing makes one (pairing.h); it is kept after unpairing, for
// its runs.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "people/organisation.h"
#include "people/people.h"
#include "people/signing_in/logins.h"
#include "platform/ids.h"
#include "store/hook.h"
#include "store/page.h"
#include "store/transaction.h"

namespace devices {

class Presence;

struct Device {
    DeviceId id;
    OrganisationId organisation_id;
    std::string serial_number, name, model, group;
    bool paired = true;
    // Last report; Presence has a newer one than the store.
    std::optional<std::int64_t> battery, storage_free; // percent; bytes
    std::optional<bool> charging;
    std::string app, app_version;
    std::optional<std::int64_t> last_seen_ms;
    std::optional<people::PersonReference> person; // the person signed in on it
    std::int64_t created_ms = 0;
};

class Devices {
public:
    Devices(people::Organisations& organisations, people::Logins& logins)
        : organisations_(organisations), logins_(logins) {}

    std::optional<Device> find(store::Read& read, OrganisationId organisation_id, DeviceId id) const;
    Device get(store::Read& read, OrganisationId organisation_id, DeviceId id) const; // Error not_found
    // The paired headset of that serial number, on the whole box: this crosses organisations, so check the
    // organisation of the result.
    std::optional<Device> by_serial_number(store::Read& read, std::string_view serial_number) const;
    store::Page<Device> list(store::Read& read, OrganisationId organisation_id,
                             const store::PageRequest& page, bool only_unpaired = false,
                             std::string_view group = "") const;
    std::vector<Device> paired(store::Read& read,
                               OrganisationId organisation_id) const; // all of them, by name
    std::vector<Device> all_paired(store::Read& read) const;          // of the whole box, at start

    Device rename(store::Tx& tx, OrganisationId organisation_id, DeviceId id, const std::string& name);
    // A group is just a word that several headsets share.
    Device regroup(store::Tx& tx, OrganisationId organisation_id, DeviceId id, const std::string& group);
    // Puts another paired headset in a broken one's place: seat, name, group and recordings go on under the
    // same id, with the other's serial number and login. The broken one is left, unpaired, under the other's
    // id.
    Device replace(store::Tx& tx, OrganisationId organisation_id, DeviceId id, DeviceId by_id);
    // Ends its logins, frees its seat in the room, and gives its licence seat back.
    void unpair(store::Tx& tx, OrganisationId organisation_id, DeviceId id);

    store::During<OrganisationId, DeviceId> unpairing; // rooms free its seat, trainings end
    // The second takes the place of the first; what was recorded goes along.
    store::During<OrganisationId, DeviceId, DeviceId> replacing;
    store::During<OrganisationId> seat_given_back; // of the licence
    store::After<Device> changed;                  // paired or renamed
    store::After<OrganisationId, DeviceId> unpaired;

private:
    people::Organisations& organisations_;
    people::Logins& logins_;
};

} // namespace devices
