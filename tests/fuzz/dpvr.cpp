// What comes in at the port for DPVR headsets: frames in any pieces, heartbeats and lists of downloads.
#include <algorithm>

#include "dialects/dpvr/frames.h"
#include "dialects/dpvr/wire.h"
#include "fuzz/support/fuzz.h"
#include "platform/text.h"

namespace fuzz {

namespace {

namespace dpvr = dialects::dpvr;

std::vector<dpvr::Frame> frames_in(const std::vector<std::string_view>& pieces, bool& broken) {
    dpvr::FrameReader reader;
    std::vector<dpvr::Frame> frames;
    for (const std::string_view piece : pieces)
        std::ranges::move(reader.take(piece), std::back_inserter(frames));
    broken = reader.is_broken();
    return frames;
}

void check_text(std::string_view text, std::size_t most) {
    demand(platform::is_utf8(text), "what a headset says of itself is UTF-8", text);
    demand(text.size() <= most, "what a headset says of itself is short", text);
}

void read_heartbeat(const dpvr::Json& body) {
    const auto heartbeat = dpvr::heartbeat_of(body, "192.0.2.7");
    if (!heartbeat) return;
    demand(!heartbeat->serial.empty(), "a heartbeat without a serial number is none");
    check_text(heartbeat->serial, 64);
    check_text(heartbeat->running_app, 1024);
    check_text(heartbeat->cast_url, 1024);
    demand(heartbeat->cast_url.empty() || heartbeat->cast_url.starts_with("rtsp://192.0.2.7"),
           "a picture comes from the headset itself", heartbeat->cast_url);
    demand(!heartbeat->battery_percent ||
               (*heartbeat->battery_percent >= 0 && *heartbeat->battery_percent <= 100),
           "a battery has its range");
    if (!heartbeat->player) return;
    check_text(heartbeat->player->state, 1024);
    check_text(heartbeat->player->name, 1024);
    check_text(heartbeat->player->path, 4096);
    demand(heartbeat->player->position_s >= 0, "a position is not negative");
}

void read_downloads(const dpvr::Json& body) {
    const auto downloads = dpvr::downloads_of(body);
    demand(downloads.size() <= 1000, "a list of downloads is bounded");
    for (const auto& download : downloads) {
        demand(!download.content_id.empty(), "a download has an id");
        demand(download.percent >= 0 && download.percent <= 100, "progress has its range");
        check_text(download.path, 4096);
        check_text(download.error, 1024);
    }
}

} // namespace

void fuzz_dpvr(std::string_view input) {
    bool broken = false, broken_in_pieces = false;
    const auto frames = frames_in({input}, broken);
    const auto in_pieces = frames_in(pieces_of(input), broken_in_pieces);
    demand(broken == broken_in_pieces, "framing breaks the same in one piece and in many");
    demand(
        std::ranges::equal(frames, in_pieces,
                           [](const auto& a, const auto& b) { return a.type == b.type && a.body == b.body; }),
        "frames are the same in one piece and in many");
    for (const dpvr::Frame& frame : frames) {
        const auto body = dpvr::object_of(frame.body);
        if (!body) continue;
        read_heartbeat(*body);
        read_downloads(*body);
        if (std::ranges::count(frame.body, '[') + std::ranges::count(frame.body, '{') > 100) continue;
        // What we would send of it is one frame that says the same.
        const std::string text = body->dump(-1, ' ', true, dpvr::Json::error_handler_t::replace);
        if (text.size() > dpvr::longest_sent_body) continue;
        const auto sent = frames_in({dpvr::frame_bytes(frame.type, *body)}, broken);
        demand(sent.size() == 1 && sent[0].type == frame.type && sent[0].body == text,
               "an order is one frame", text);
    }
}

} // namespace fuzz
