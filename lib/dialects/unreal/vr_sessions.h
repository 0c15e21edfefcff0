// Dialect C's sessions, which are runs: begun, ended, looked up by the id that their headset knows them by.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dialects/unreal/parts.h"
#include "platform/caller.h"

namespace dialects::unreal {

struct NewVrSession {
    std::optional<std::string> customer_id, property_id;
    std::optional<std::int64_t> started_ms, ended_ms; // neither: it begins now
};

runs::Run begin_session(store::Tx& tx, const Parts& parts, const platform::Caller& caller,
                        const NewVrSession& session);
// Error not_found. One that has ended keeps its end.
runs::Run end_session(store::Tx& tx, const Parts& parts, const platform::Caller& caller,
                      const std::string& public_id);
// What events belong to that say so: it is opened when it is not known, and marked as opened by its events.
runs::Run session_of_events(store::Tx& tx, const Parts& parts, const platform::Caller& caller,
                            std::string_view public_id);

double duration_s(const runs::Run& run, std::int64_t now_ms); // so far, of one that has not ended

} // namespace dialects::unreal
