// What students see, as small pictures from their headsets. Only watched headsets send any, and all pictures
// together stay under a share of the room's Wi-Fi. A headset is told how often to send pictures, how large
// and how good, and is told again when watchers come and go. Pages watch "pictures/3" (one of a wall) or
// "view/3" (one, large).
//
// A page receives a picture as a binary frame: byte 0 is 1 (JPEG), bytes 1 to 8 are the headset's id, big
// endian, and the rest is the JPEG.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "live/hub.h"
#include "platform/clock.h"
#include "platform/ids.h"
#include "sessions/floor.h"

namespace sessions {

// The pictures a headset is asked for; all zero: none.
struct PicturePlan {
    std::int64_t interval_ms = 0, max_bytes = 0;
    int quality = 0, width = 0; // of the JPEG, 1 to 100; pixels
    bool operator==(const PicturePlan&) const = default;
};

struct Audience {
    std::size_t headsets = 0;  // that are watched
    std::size_t listeners = 0; // pages that watch one, in total
};

struct PicturePlans {
    PicturePlan wall, large;
};
// Each picture crosses the air once up, and once down for each page that watches it; all of it stays under
// `bytes_per_s`. Pictures first become smaller, then fewer. One that is shown large gets up to half of the
// total.
PicturePlans plan_pictures(const Audience& wall, const Audience& large, std::int64_t bytes_per_s);

class Pictures {
public:
    static constexpr std::size_t most_bytes = 64 * 1024;           // of one picture
    static constexpr std::int64_t default_bytes_per_s = 2'500'000; // 20 Mbit/s

    Pictures(live::Hub& hub, platform::Clock& clock) : hub_(hub), clock_(clock) {}
    void set_bytes_per_s(std::int64_t bytes_per_s) { bytes_per_s_ = bytes_per_s; }

    // ---- io thread ----
    // A few times a second: works out who is watched now, and what each headset has to send.
    void tick(const Floor& floor);
    // A headset sent a picture. One that nobody asked for goes nowhere.
    void received(DeviceId device_id, std::string_view jpeg);
    // It has a new socket, and does not know what it was asked before.
    void connected(DeviceId device_id) { asked_.erase(device_id); }

private:
    live::Hub& hub_;
    platform::Clock& clock_;
    std::int64_t bytes_per_s_ = default_bytes_per_s;
    std::map<DeviceId, PicturePlan> asked_; // by headset
};

} // namespace sessions
