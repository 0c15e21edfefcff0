// What pages are shown of a headset and of a live session. The Board keeps only what nobody else does; the rest
// it asks its owner for whenever it shows the headset.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "devices/presence.h"
#include "people/people.h"
#include "platform/ids.h"
#include "platform/names.h"
#include "sessions/controls.h"
#include "sessions/hands.h"
#include "sessions/session.h"

namespace sessions {

// Why somebody may need help; see help.h.
enum class Reason {
    unwell,
    failed,
    hand,
    disconnected,
    not_started,
    off_content,
    looking_away,
    behind,
    battery_low,
};
constexpr auto names_of(Reason) {
    return platform::names<Reason>({{Reason::unwell, "unwell"},
                                    {Reason::failed, "failed"},
                                    {Reason::hand, "hand"},
                                    {Reason::disconnected, "disconnected"},
                                    {Reason::not_started, "not_started"},
                                    {Reason::off_content, "off_content"},
                                    {Reason::looking_away, "looking_away"},
                                    {Reason::behind, "behind"},
                                    {Reason::battery_low, "battery_low"}});
}

// What the Board keeps of a headset.
struct ShownDevice {
    DeviceId id; // none: not yet known to be paired
    OrganisationId organisation_id;
    std::string name, model;
    Hand hand;
    nlohmann::json content;                  // progress of the content it should have; null: nothing
    std::map<Reason, std::int64_t> since_ms; // what is wrong with it, and since when
};

// A headset at the moment it is shown.
struct Shown {
    ShownDevice& device;
    devices::Present present;                      // of Presence
    std::optional<people::PersonReference> person; // who wears it, of Logins
    std::optional<SessionId> session_id;           // of Places
};

struct ShownSession {
    SessionSnapshot session;
    std::map<std::int64_t, Command> commands; // by number
    Controls controls;
};

struct LastAnswer {
    const Command* command = nullptr;
    const CommandAnswer* answer = nullptr;
};
// A headset's answer to the last command that went to it in its session.
LastAnswer last_answer(const ShownSession& session, DeviceId device_id);
// The answer to a command that it could not obey, or did not obey although it was there, and that was not
// repeated since. A headset that came later joined through the state, so it missed nothing.
LastAnswer failed_answer(const Shown& shown, const ShownSession& session);

// "ready", "playing", "paused", "finished", "away", "offline" or "needs_help".
std::string_view state_of(const Shown& shown, const ShownSession* session, std::int64_t now_ms);
// Its entry in the organisation's topic. `session`: the session it is in, or null.
nlohmann::json entry_of(const Shown& shown, const ShownSession* session, std::int64_t now_ms);

} // namespace sessions
