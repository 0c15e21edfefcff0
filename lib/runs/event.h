// An event as it arrives: views into the text it was parsed from, nothing copied.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace runs {

// The kinds that mean something here. A headset may send any other; those are only counted.
namespace event_kind {
inline constexpr std::string_view gaze = "gaze", zone_enter = "zone_enter", zone_exit = "zone_exit",
                                  interaction = "interaction", click = "click";
}

inline constexpr std::size_t longest_kind = 64; // characters

struct Event {
    std::string_view kind;                   // up to longest_kind characters
    std::int64_t at_ms = 0;                  // server time
    std::optional<std::int64_t> sent_ms;     // the headset's own clock, as sent
    std::optional<std::int64_t> position_ms; // in the lesson
    std::optional<double> yaw_deg, pitch_deg;
    std::string_view zone, target; // "": none
    std::optional<std::int64_t> dwell_ms;
    // JSON text of an object, "": none. For the unreal dialect: object_name, position, rotation, metadata...
    std::string_view data;
};

} // namespace runs
