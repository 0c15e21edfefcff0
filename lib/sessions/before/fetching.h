// Content on headsets: what each shall have, how far it is, what it has whole and verified. The box says what
// to fetch, a headset fetches it in pieces at its own time, and reports; a lesson finds its video there and
// not on the Wi-Fi.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "platform/ids.h"
#include "store/transaction.h"

namespace sessions {

// Content of one headset.
struct Held {
    DeviceId device_id;
    std::optional<ContentId> content_id; // none: the box does not know it (any more)
    std::string title, sha256, state;    // "wanted", "fetching", "whole", "failed"
    std::int64_t size = 0, received_bytes = 0;
    std::string error;
};

struct HeldReport {
    std::string sha256, state, error;
    std::int64_t received_bytes = 0;
};

// What shall be fetched, and by whom. Of each group one is given.
struct FetchOrder {
    std::vector<ContentId> content_ids;
    std::vector<DeviceId> device_ids;
    std::optional<LessonId> lesson_id;
    std::optional<SessionId> session_id; // their content
    std::optional<RoomId> room_id;
    std::optional<ClassId> class_id; // their headsets
};

class Fetching {
public:
    static constexpr std::size_t most_items = 500; // in a report
    static constexpr std::int64_t piece_bytes = 1 << 20;

    // Error invalid when it names content or headsets that the organisation has not.
    std::vector<Held> order(store::Tx& tx, OrganisationId organisation_id, const FetchOrder& order);
    // What a headset says that it has. `complete`: it has nothing else.
    void report(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id,
                const std::vector<HeldReport>& reports, bool complete);
    std::vector<Held> list(store::Read& read, OrganisationId organisation_id,
                           std::optional<DeviceId> device_id, std::optional<ContentId> content_id) const;
    // The push content.fetch of a headset: what it is still to fetch.
    nlohmann::json push_of(store::Read& read, OrganisationId organisation_id, DeviceId device_id) const;

    // After the commit, on the writer: a headset has to be told what to fetch; how far a headset is.
    std::function<void(DeviceId device_id, const nlohmann::json& push)> on_ordered;
    std::function<void(DeviceId device_id, const nlohmann::json& progress)> on_progress;

private:
    void tell_progress(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id);
};

// {"wanted", "whole", "failed", "received_bytes", "total_bytes"} of what is to be there.
nlohmann::json progress_of(const std::vector<Held>& held);
nlohmann::json json_of(const Held& held);

} // namespace sessions
