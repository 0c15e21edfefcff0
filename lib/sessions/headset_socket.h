// What holds for each socket of a headset: its role, and how much the box takes from it.
#pragma once

#include <cstddef>

#include "platform/names.h"

namespace sessions {

// A headset has one socket in each role, at most. What runs all the time, Lectern Home say, is the device: it
// starts and stops apps and knows the headset. The app that the lesson runs in is the run: what plays is its own.
// Where one of them is missing the other does both.
enum class SocketRole { device, run };
constexpr auto names_of(SocketRole) {
    return platform::names<SocketRole>({{SocketRole::device, "device"}, {SocketRole::run, "run"}});
}

struct SocketLimits {
    std::size_t unanswered = 0;    // messages; beyond it the box stops reading
    std::size_t message_bytes = 0; // a longer message is answered by TooLarge
    std::size_t batch_events = 0;
    std::size_t picture_bytes = 64 << 10; // with its first byte
};

} // namespace sessions
