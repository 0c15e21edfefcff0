// Content on headsets: what each should have, how far it has come, and what it holds whole and verified. The
// box tells a headset what to fetch; the headset fetches it in pieces in its own time, and reports. A lesson
// then plays its video from the headset and not over the Wi-Fi.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "platform/ids.h"
#include "platform/names.h"
#include "store/hook.h"
#include "store/transaction.h"

namespace sessions {

// One piece of content on one headset.
enum class HeldState { wanted, fetching, whole, failed };
constexpr auto names_of(HeldState) {
    return platform::names<HeldState>({{HeldState::wanted, "wanted"},
                                       {HeldState::fetching, "fetching"},
                                       {HeldState::whole, "whole"},
                                       {HeldState::failed, "failed"}});
}

struct Held {
    DeviceId device_id;
    std::optional<ContentId> content_id; // none: the box does not know it, or no longer
    std::string title, sha256;
    HeldState state = HeldState::wanted;
    std::int64_t size = 0, received_bytes = 0;
    std::string error;
};

struct HeldReport {
    std::string sha256;
    HeldState state = HeldState::wanted;
    std::string error;
    std::int64_t received_bytes = 0;
};

// What to fetch, and which headsets fetch it. Each of the two groups has one field set.
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
    static constexpr std::size_t most_items = 500; // in one report
    static constexpr std::int64_t piece_bytes = 1 << 20;

    // Error invalid when it names content or headsets that the organisation does not have.
    std::vector<Held> order(store::Tx& tx, OrganisationId organisation_id, const FetchOrder& order);
    // What a headset says it has. `complete`: it has nothing else.
    void report(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id,
                const std::vector<HeldReport>& reports, bool complete);
    std::vector<Held> list(store::Read& read, OrganisationId organisation_id,
                           std::optional<DeviceId> device_id, std::optional<ContentId> content_id) const;
    // The push content.fetch for a headset: what it still has to fetch.
    nlohmann::json push_of(store::Read& read, OrganisationId organisation_id, DeviceId device_id) const;

    store::After<DeviceId, nlohmann::json> ordered;    // what a headset is told to fetch
    store::After<DeviceId, nlohmann::json> progressed; // how far it is

private:
    void tell_progress(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id);
};

// {"wanted", "whole", "failed", "received_bytes", "total_bytes"} over everything the headset should have.
nlohmann::json progress_of(const std::vector<Held>& held);
nlohmann::json json_of(const Held& held);

} // namespace sessions
