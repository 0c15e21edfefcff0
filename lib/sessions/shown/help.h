// The few who need help: not a wall of lamps, but a short list, the most urgent first, each with the one
// thing that helps. Only the most urgent reason of a headset is listed. The rules are a table in help.cpp;
// each says when it holds, how long it must have held, and what to do.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/ids.h"
#include "sessions/shown/shown.h"

namespace sessions {

inline constexpr std::size_t most_in_need = 12;      // of a session: with more it is no short list
inline constexpr std::int64_t low_battery = 20;      // percent
inline constexpr std::int64_t far_behind_ms = 2'000; // or ahead

struct Need {
    DeviceId device_id;
    Reason reason = Reason::unwell;
    std::int64_t since_ms = 0;
    std::optional<double> value, threshold;
    std::string_view unit;   // of both: "percent", "ms", "degrees", "s"
    std::string_view action; // what helps: an action to order for this headset, or "lower", "retry", "swap"
    std::optional<std::int64_t> number; // of the command to retry
};

// Notes in `shown.device.since_ms` when each reason began, and returns the most urgent one that has held long
// enough.
std::optional<Need> need_of(Shown& shown, const ShownSession& session, std::int64_t now_ms);
// The most urgent first.
bool is_more_urgent(const Need& a, const Need& b);
nlohmann::json json_of(const Need& need, const Shown& shown);

} // namespace sessions
