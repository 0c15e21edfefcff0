// What start, pause and stop do. REST and the socket share it, so both have the same effect on headsets.
// Lectern refuses an order that changes nothing (starting what runs); this dialect's originals answer as if
// it had changed something.
#pragma once

#include <optional>
#include <string>

#include "dialects/lms/parts.h"
#include "platform/caller.h"
#include "platform/ids.h"

namespace dialects::lms {

enum class Act { start, pause, stop };

struct Acted {
    SessionId session_id;
    std::int64_t command = 0; // the number of the command that went out; 0: nothing had to change
};

// Error not_found unless it is the caller's own session (for an administrator: any of the organisation's).
sessions::Session own_session(store::Read& read, const Parts& parts, const platform::Caller& caller,
                              SessionId id);
// Error conflict when it cannot be paused.
Acted act(store::Tx& tx, const Parts& parts, const platform::Caller& caller, SessionId session_id, Act act);

// The session of a caller that names none: the one that runs for its headset, for its class, or as its own.
std::optional<SessionId> running_session(store::Read& read, const Parts& parts,
                                         const platform::Caller& caller);
// The newest of a teacher's own sessions, running or not.
std::optional<SessionId> newest_session(store::Read& read, const Parts& parts,
                                        const platform::Caller& caller);

// Whether a person may listen to a session. Staff may listen to every session of the organisation, students
// to their class's and to those without a class.
bool admits_person(store::Read& read, const Parts& parts, const sessions::Session& session,
                   const platform::Caller& caller);

} // namespace dialects::lms
