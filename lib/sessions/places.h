// Which live session each headset is in, and with which run, as the last commit left it. The store owns it
// (session_devices, by Sessions::live_session_of; on the writer ask there). This is its one copy in memory:
// the sockets of headsets, the topics of pages and the dialects ask here. The Director keeps it; load() of the
// Director brings it back after a restart. io thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "platform/ids.h"

namespace sessions {

// Where a headset is.
struct Place {
    DeviceId device_id;
    std::optional<SessionId> session_id;
    std::optional<RunId> run_id;
    bool operator==(const Place&) const = default;
};

class Places {
public:
    // Returns where the headset was before.
    Place put(OrganisationId organisation_id, const Place& place);

    Place of(DeviceId device_id) const; // in no session: just its id
    std::optional<SessionId> session_of(DeviceId device_id) const { return of(device_id).session_id; }
    const std::set<DeviceId>& headsets_in(SessionId session_id) const;
    std::vector<std::pair<OrganisationId, DeviceId>> with_run() const;

private:
    struct Kept {
        OrganisationId organisation_id;
        Place place;
    };
    std::map<DeviceId, Kept> places_; // only those that are in a session
    std::map<SessionId, std::set<DeviceId>> headsets_;
};

} // namespace sessions
