// What controls leave behind on headsets: held still with a message, turned to a direction, an app launched,
// volume and brightness. A control is a command like any other and is numbered with the others, but it leaves
// what plays alone.
//
// Commands are of kinds, and a headset obeys one only if it is newer than the last one of its kind that it
// obeyed. Otherwise a "blink" that takes effect at once would overtake the "play" before it. The newest
// command of each kind determines what is held. So a headset that was away, or joins later, is told it as
// part of its state, and the server finds it again in the commands after a restart.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/ids.h"
#include "sessions/transport.h"

namespace sessions {

struct Command;

enum class CommandKind {
    playback,
    look,
    launch,
    attention,
    message,
    volume,
    brightness,
    recenter,
    identify,
    catch_up
};
inline constexpr std::size_t command_kind_count = 10;
CommandKind kind_of(Action action);
// The wire names of all actions of that kind, as a JSON array of texts for SQL's json_each.
std::string actions_of(CommandKind kind);

struct Direction {
    double yaw_deg = 0, pitch_deg = 0;
};
// The angle between two directions, 0 to 180 degrees.
double degrees_between(const Direction& a, const Direction& b);
// A student who looks within this angle of the direction counts as having turned there.
inline constexpr double turned_within_deg = 30;

struct LookTarget {
    Direction direction;
    std::int64_t at_ms = 0, until_ms = 0;
};

// The controls of one session.
class Controls {
public:
    // Takes commands in the order of their numbers.
    void take(const Command& command);
    // What a headset holds now: {"eyes_on_me", "look", "launch", "volume", "brightness"}, each null when it
    // holds nothing of the kind.
    nlohmann::json of(DeviceId device_id, std::int64_t now_ms) const;
    std::optional<LookTarget> look_of(DeviceId device_id, std::int64_t now_ms) const;

private:
    struct Held {
        std::int64_t number = 0, at_ms = 0;
        Action action = Action::release;
        std::string arguments;
        std::optional<std::int64_t> until_ms;
    };
    using ByKind = std::array<Held, command_kind_count>;
    const Held* held(CommandKind kind, DeviceId device_id, std::int64_t now_ms) const;

    ByKind for_all_; // also for headsets that join later
    std::map<DeviceId, ByKind> for_device_;
};

} // namespace sessions
