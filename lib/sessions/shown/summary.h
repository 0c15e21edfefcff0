// What a class did in a session. It reads rollups alone, so it is as quick after an hour as after a minute.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "people/people.h"
#include "platform/ids.h"
#include "runs/rollup.h"
#include "store/transaction.h"

namespace sessions {

struct StudentSummary {
    std::optional<people::PersonReference> person; // none: nobody has said who it was
    std::optional<DeviceId> device_id;
    std::string device_name;
    std::vector<RunId> run_ids;
    std::int64_t time_in_lesson_ms = 0;
    runs::Rollup rollup;
};

struct Summary {
    std::vector<StudentSummary>
        students; // by nickname; the runs of one student are one, unnamed ones stay apart by headset
    runs::Rollup all;
};

// Empty when nobody took part.
Summary summary_of(store::Read& read, OrganisationId organisation_id, SessionId session_id);

nlohmann::json json_of(const Summary& summary);

} // namespace sessions
