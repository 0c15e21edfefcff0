// Which session each headset is in, and with which run.
#pragma once

#include <optional>

#include "platform/ids.h"

namespace sessions {

// Where a headset is.
struct Place {
    DeviceId device_id;
    std::optional<SessionId> session_id;
    std::optional<RunId> run_id;
    bool operator==(const Place&) const = default;
};

} // namespace sessions
