#include "dialects/dpvr/wire.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <set>

#include "platform/error.h"
#include "platform/json_fields.h"
#include "platform/text.h"

namespace dialects::dpvr {

namespace {

constexpr std::size_t longest_serial = 64, longest_text = 200, longest_path = 500, longest_url = 200;
constexpr std::size_t longest_word = 80, most_records = 400;
constexpr double longest_video_s = 7 * 24 * 3600.0;
constexpr std::string_view player_package = "com.dpvr.videoplayer";

bool is_printable_ascii(char c) {
    return c > 0x20 && c < 0x7F;
}

// Characters that control a terminal or turn a line around: what a page shows must be what was sent.
bool is_control(std::string_view character) {
    const auto byte = static_cast<unsigned char>(character[0]);
    if (character.size() == 1) return byte < 0x20 || byte == 0x7F;
    if (character.size() == 2) return byte == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
    const bool mark = (character >= "\u200B" && character <= "\u200F") ||
                      (character >= "\u2028" && character <= "\u202E") ||
                      (character >= "\u2066" && character <= "\u2069");
    return mark && character.size() == 3;
}

// The first `most` bytes or fewer, without such characters. JSON has seen to it that it is UTF-8.
std::string cleaned(const Json& value, std::size_t most) {
    if (!value.is_string()) return {};
    std::string text;
    std::string_view ahead = value.get_ref<const std::string&>();
    while (!ahead.empty()) {
        std::size_t size = 1;
        while (size < ahead.size() && (static_cast<unsigned char>(ahead[size]) & 0xC0) == 0x80)
            ++size;
        const std::string_view character = ahead.substr(0, size);
        if (!is_control(character)) {
            if (text.size() + size > most) break;
            text += character;
        }
        ahead.remove_prefix(size);
    }
    return std::string(platform::trimmed(text));
}

// Null when it is absent: a headset of an older version leaves fields out.
const Json& field(const Json& object, const char* name) {
    return platform::JsonFields(object).json(name);
}

std::optional<double> number_in(const Json& value, double least, double most) {
    if (!value.is_number()) return std::nullopt;
    const double number = value.get<double>();
    if (!(number >= least && number <= most)) return std::nullopt;
    return number;
}

// A name that can be shown, compared and put into an address. Others are refused, not mended: two headsets
// must not become one by what is left out.
std::string serial_of(const Json& value) {
    if (!value.is_string()) return {};
    const auto& text = value.get_ref<const std::string&>();
    const bool usable = text.size() <= longest_serial && std::ranges::all_of(text, is_printable_ascii);
    return usable ? text : std::string();
}

// Only a stream of the headset itself: a page or a player that opens it must not be led to another machine.
std::string cast_url_of(const Json& value, std::string_view address) {
    if (!value.is_string()) return {};
    const auto& text = value.get_ref<const std::string&>();
    const std::string start = "rtsp://" + std::string(address);
    if (text.size() > longest_url || !text.starts_with(start) || text.size() == start.size()) return {};
    const char next = text[start.size()];
    const bool safe = std::ranges::all_of(text, [](char c) {
        return is_printable_ascii(c) && std::string_view("\"'<>\\@`").find(c) == std::string_view::npos;
    });
    return safe && (next == ':' || next == '/') ? text : std::string();
}

std::optional<Player> player_of(const Json& info) {
    if (!info.is_object()) return std::nullopt;
    const auto position = number_in(field(info, "time"), 0, longest_video_s);
    if (!position) return std::nullopt;
    Player player;
    player.position_s = *position;
    player.duration_s = number_in(field(info, "duration"), 0, longest_video_s).value_or(0);
    player.state = cleaned(field(info, "state"), longest_word);
    player.name = cleaned(field(info, "name"), longest_text);
    player.path = cleaned(field(info, "path"), longest_path);
    return player;
}

std::uint16_t number_of(MessageType type) {
    return static_cast<std::uint16_t>(type);
}

std::string order(MessageType type, const Json& body) {
    return frame_bytes(number_of(type), body);
}

Json json_of(const Item& item) {
    return {{"content_id", item.content_id},
            {"file_name", item.file_name},
            {"url", item.url},
            {"size", item.size},
            {"hash", item.hash},
            {"version", item.version}};
}

} // namespace

std::optional<Heartbeat> heartbeat_of(const Json& body, std::string_view address) {
    Heartbeat heartbeat;
    heartbeat.serial = serial_of(field(body, "hardware"));
    if (heartbeat.serial.empty()) return std::nullopt;
    if (const auto battery = number_in(field(body, "battery_level"), 0, 100))
        heartbeat.battery_percent = static_cast<int>(*battery);
    heartbeat.running_app = cleaned(field(body, "top_apk"), longest_text);
    heartbeat.cast_url = cast_url_of(field(body, "cast_rtsp_url"), address);
    // The headset remembers the player's last status after the player has ended.
    if (heartbeat.running_app.find(player_package) != std::string::npos)
        heartbeat.player = player_of(field(body, "player_info"));
    return heartbeat;
}

std::vector<Download> downloads_of(const Json& body) {
    std::vector<Download> downloads;
    const Json& contents = field(body, "contents");
    if (!contents.is_array()) return downloads;
    for (const Json& record : contents) {
        if (downloads.size() == most_records) break;
        if (!record.is_object()) continue;
        Download download;
        download.content_id = cleaned(field(record, "content_id"), longest_text);
        if (download.content_id.empty()) continue;
        download.status = cleaned(field(record, "status"), longest_word);
        download.percent = static_cast<int>(number_in(field(record, "progress"), 0, 100).value_or(0));
        download.path = cleaned(field(record, "local_path"), longest_path);
        if (download.path.starts_with("file://")) download.path.erase(0, 7);
        download.error = cleaned(field(record, "error"), longest_word);
        downloads.push_back(std::move(download));
    }
    return downloads;
}

bool is_file_name(std::string_view name) {
    return !name.empty() && name.size() <= longest_text && name != "." && platform::is_utf8(name) &&
           name.find("..") == std::string_view::npos &&
           name.find_first_of("/\\%?#") == std::string_view::npos && std::ranges::none_of(name, [](char c) {
               return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
           });
}

std::vector<Item> missing_items(const std::vector<Item>& items, const std::vector<Download>& known) {
    std::set<std::string_view> there;
    for (const Download& download : known)
        if (download.status != "error" && download.status != "idle") there.insert(download.content_id);
    std::vector<Item> missing;
    for (const Item& item : items)
        if (there.insert(item.content_id).second) missing.push_back(item);
    return missing;
}

int video_type(Surface surface, Eyes eyes) {
    return 3 * static_cast<int>(surface) + static_cast<int>(eyes);
}

std::string play_order(std::string_view path, Surface surface, Eyes eyes, bool start_when_loaded) {
    return order(MessageType::play, {{"VideoType", "*"},
                                     {"VideoPath", path},
                                     {"StereoType", video_type(surface, eyes)},
                                     {"StartOnPrepared", start_when_loaded}});
}

std::string plain_order(MessageType type) {
    const bool wants_object = type == MessageType::start_cast || type == MessageType::stop_cast;
    return order(type, wants_object ? Json::object() : Json());
}

std::string resume_order(std::int64_t at_ms, int utc_offset_minutes) {
    using namespace std::chrono;
    const sys_seconds utc = ceil<seconds>(sys_time<milliseconds>(milliseconds(at_ms)));
    const sys_seconds local = utc + minutes(utc_offset_minutes);
    const sys_days day = floor<days>(local);
    const year_month_day date(day);
    const hh_mm_ss time(local - day);
    char text[48];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u-%02d-%02d-%02d", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()));
    return order(MessageType::resume_at, {{"PlayTime", text}});
}

std::string seek_order(std::int64_t position_ms) {
    return order(MessageType::seek, {{"time", (std::max<std::int64_t>(position_ms, 0) + 500) / 1000}});
}

std::string volume_order(int percent) {
    // The wire has 0 to 15; a sound that is on at all stays on.
    const int bounded = std::clamp(percent, 0, 100);
    const int steps = (bounded * 15 + 50) / 100;
    return order(MessageType::volume, {{"volume_value", bounded > 0 ? std::max(steps, 1) : 0}});
}

std::string keys_order(bool blocked) {
    const int value = blocked ? 1 : 0;
    return order(MessageType::block_keys, {{"block_power_key", value},
                                           {"block_back_key", value},
                                           {"block_home_key", value},
                                           {"block_touch", value},
                                           {"block_volume_key", value}});
}

std::string start_app_order(std::string_view package, std::string_view activity) {
    return order(MessageType::start_app, {{"packagename", package}, {"classname", activity}});
}

std::string stop_app_order(std::string_view package) {
    return order(MessageType::stop_app, {{"packagename", package}});
}

std::vector<std::string> download_orders(std::string_view serial, const std::vector<Item>& items) {
    std::vector<std::string> orders;
    Json contents = Json::array();
    std::size_t bytes = 0;
    const auto send = [&] {
        if (!contents.empty())
            orders.push_back(order(MessageType::download, {{"sn", serial}, {"contents", contents}}));
        contents = Json::array();
        bytes = 0;
    };
    for (const Item& item : items) {
        if (!is_file_name(item.file_name))
            platform::throw_invalid("file_name", "must be one name without / \\ % ? # and ..");
        Json json = json_of(item);
        const std::size_t size = json.dump(-1, ' ', true, Json::error_handler_t::replace).size() + 1;
        // This limit leaves room for the fields around the list.
        constexpr std::size_t list_limit = longest_sent_body - 500;
        if (contents.size() == most_items || bytes + size > list_limit) send();
        contents.push_back(std::move(json));
        bytes += size;
    }
    send();
    return orders;
}

} // namespace dialects::dpvr
