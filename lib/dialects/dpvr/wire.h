// What RDC's messages say (docs/dpvr.md). A headset sends heartbeats and lists of downloads, and answers no
// order; what it did is seen in its next heartbeats at best. All that it sends is hostile: texts are cut and
// cleaned here, numbers out of range count as absent. None of this has run against a real headset.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dialects/dpvr/frames.h"

namespace dialects::dpvr {

enum class MessageType : std::uint16_t {
    heartbeat = 1001,
    play = 1002,
    pause = 1003,
    stop = 1004,
    resume_at = 1005,
    seek = 1006,
    volume = 1007,
    block_keys = 1008,
    restart = 1010,
    recentre = 1011,
    start_cast = 1012,
    stop_cast = 1013,
    start_app = 2001,
    stop_app = 2002,
    download = 4001,
    downloads = 4002
};

// The player's last status. The headset repeats its last broadcast, so this may be old.
struct Player {
    double position_s = 0, duration_s = 0;
    std::string state; // "PREPARED", "BUFFERING", "PLAYING", "PAUSE", "STOPED", or whatever it says
    std::string name, path;
    bool operator==(const Player&) const = default;
};

struct Heartbeat {
    std::string serial; // a name, never a proof
    std::optional<int> battery_percent;
    std::string running_app;
    std::string cast_url;         // rtsp://, on the headset's own address; "" while it casts nothing
    std::optional<Player> player; // only while DPVR's player runs
};
// `address` is where the connection comes from. Nothing without a usable serial number.
std::optional<Heartbeat> heartbeat_of(const Json& body, std::string_view address);

struct Download {
    std::string content_id;
    std::string status; // pending, downloading, waiting, finished, idle, error
    int percent = 0;
    std::string path; // as the player takes it, without file://
    std::string error;
};
// The whole list, which replaces what was known. Records without an id are left out.
std::vector<Download> downloads_of(const Json& body);

struct Item {
    std::string content_id, file_name, url, hash, version;
    std::int64_t size = 0;
};
constexpr std::size_t most_items = 100; // in one message
// A file's name as the headset takes it: one name, none of / \ % ? # and no "..".
bool is_file_name(std::string_view name);
// Which of `items` to ask for, when the headset has said `known`. An id that it has, loads or waits for must
// not be sent again: it would delete the file and load it from the start.
std::vector<Item> missing_items(const std::vector<Item>& items, const std::vector<Download>& known);

// How a video is laid out on the sphere, and for which eye.
enum class Surface { flat, half, full };
enum class Eyes { one, side_by_side, top_bottom };
int video_type(Surface surface, Eyes eyes); // RDC's StereoType

// Orders, each one frame.
std::string play_order(std::string_view path, Surface surface, Eyes eyes, bool start_when_loaded);
std::string plain_order(MessageType type); // pause, stop, restart, recentre, start_cast, stop_cast
// On the headset's own clock, whose zone must be the box's: `utc_offset_minutes`. Rounded up to a whole
// second.
std::string resume_order(std::int64_t at_ms, int utc_offset_minutes);
std::string seek_order(std::int64_t position_ms); // rounded to the nearest second
std::string volume_order(int percent);
std::string keys_order(bool blocked); // all five: whether an absent one means "free" is unknown
std::string start_app_order(std::string_view package, std::string_view activity);
std::string stop_app_order(std::string_view package);
// One frame for every most_items of them, or for fewer where they would not fit.
std::vector<std::string> download_orders(std::string_view serial, const std::vector<Item>& items);

} // namespace dialects::dpvr
