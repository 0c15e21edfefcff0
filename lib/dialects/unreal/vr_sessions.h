// The unreal dialect's sessions, which are runs: begun, ended, and looked up by the id their headset knows
// them by.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dialects/unreal/parts.h"
#include "platform/caller.h"

namespace dialects::unreal {

struct NewVrSession {
    std::optional<std::string> customer_id, property_id, device_type;
    std::optional<std::int64_t> started_ms, ended_ms; // neither: it begins now
};

runs::Run begin_session(store::Tx& tx, const Parts& parts, const platform::Caller& caller,
                        const NewVrSession& session);
// The session of that id, if it is one of this dialect and the caller's: begun by the same headset, or by
// nobody in particular, with a key that many headsets have.
std::optional<runs::Run> find_session(store::Read& read, const Parts& parts, const platform::Caller& caller,
                                      std::string_view public_id);
// Error not_found. A session that has ended already keeps its end. It may end before it began: its headset's
// clock says so.
runs::Run end_session(store::Tx& tx, const Parts& parts, const platform::Caller& caller,
                      const std::string& public_id, std::int64_t ended_ms);
// The session that events name. If it is not known, it is opened and marked as opened by its events. Error
// not_found if it is somebody else's, or if a headset names what the box calls its own ("events-...").
runs::Run session_of_events(store::Tx& tx, const Parts& parts, const platform::Caller& caller,
                            std::string_view public_id);

// For events that name no session: the headset's newest that runs, if it began within a day and is nobody
// else's than who is signed in there now, or else a new one; for a site key, one for each day.
runs::Run session_of_nobody(store::Tx& tx, const Parts& parts, const platform::Caller& caller);

// Whole seconds, cut toward zero; so far, if it has not ended.
std::int64_t duration_s(const runs::Run& run, std::int64_t now_ms);

} // namespace dialects::unreal
