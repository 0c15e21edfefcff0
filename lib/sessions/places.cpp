#include "sessions/places.h"

namespace sessions {

Place Places::put(OrganisationId organisation_id, const Place& place) {
    const Place before = of(place.device_id);
    if (before.session_id != place.session_id) {
        if (before.session_id) {
            const auto left = headsets_.find(*before.session_id);
            left->second.erase(place.device_id);
            if (left->second.empty()) headsets_.erase(left);
        }
        if (place.session_id) headsets_[*place.session_id].insert(place.device_id);
    }
    if (place.session_id)
        places_[place.device_id] = {organisation_id, place};
    else
        places_.erase(place.device_id);
    return before;
}

Place Places::of(DeviceId device_id) const {
    const auto found = places_.find(device_id);
    return found == places_.end() ? Place{device_id, {}, {}} : found->second.place;
}

const std::set<DeviceId>& Places::headsets_in(SessionId session_id) const {
    static const std::set<DeviceId> none;
    const auto found = headsets_.find(session_id);
    return found == headsets_.end() ? none : found->second;
}

std::vector<std::pair<OrganisationId, DeviceId>> Places::with_run() const {
    std::vector<std::pair<OrganisationId, DeviceId>> headsets;
    for (const auto& [device_id, kept] : places_)
        if (kept.place.run_id) headsets.emplace_back(kept.organisation_id, device_id);
    return headsets;
}

} // namespace sessions
