#include "support/fake_dpvr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "dialects/dpvr/wire.h"

namespace support {

using dialects::dpvr::Frame;
using dialects::dpvr::MessageType;

namespace {

constexpr int soon_ms = 20;

std::uint16_t number_of(MessageType type) {
    return static_cast<std::uint16_t>(type);
}

} // namespace

FakeDpvr::FakeDpvr(std::uint16_t port, std::string serial_number) : serial_number_(std::move(serial_number)) {
    descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        ::close(descriptor_);
        throw std::runtime_error("connect failed");
    }
}

FakeDpvr::FakeDpvr(FakeDpvr&& other) noexcept
    : orders(std::move(other.orders)),
      position_s(other.position_s),
      state(std::move(other.state)),
      path(std::move(other.path)),
      volume(other.volume),
      battery(other.battery),
      keys_blocked(other.keys_blocked),
      serial_number_(std::move(other.serial_number_)),
      reader_(std::move(other.reader_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      cut_off_(other.cut_off_) {}

FakeDpvr::~FakeDpvr() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void FakeDpvr::send_raw(const std::string& bytes) {
    if (::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) cut_off_ = true;
}

void FakeDpvr::beat() {
    if (state == "PLAYING") position_s += 2;
    nlohmann::json body{{"hardware", serial_number_},
                        {"battery_level", battery},
                        {"top_apk", state.empty() ? "com.dpvr.launcher" : "com.dpvr.videoplayer"},
                        {"cast_rtsp_url", ""}};
    if (!state.empty())
        body["player_info"] = {
            {"time", position_s}, {"duration", 600.0}, {"state", state}, {"name", "a video"}, {"path", path}};
    send_raw(dialects::dpvr::frame_bytes(number_of(MessageType::heartbeat), body));
}

bool FakeDpvr::read_some(int patience_ms) {
    pollfd waited{descriptor_, POLLIN, 0};
    if (cut_off_ || ::poll(&waited, 1, patience_ms) <= 0) return false;
    char bytes[4096];
    const auto came = ::recv(descriptor_, bytes, sizeof bytes, 0);
    if (came <= 0) {
        cut_off_ = true;
        return false;
    }
    for (Frame& frame : reader_.take({bytes, static_cast<std::size_t>(came)})) {
        obey(frame);
        orders.push_back(std::move(frame));
    }
    return true;
}

bool FakeDpvr::hears(std::uint16_t type) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    const std::size_t from = orders.size();
    while (std::chrono::steady_clock::now() < end && !cut_off_) {
        read_some(soon_ms);
        if (std::any_of(orders.begin() + static_cast<std::ptrdiff_t>(from), orders.end(),
                        [type](const Frame& frame) { return frame.type == type; }))
            return true;
    }
    return false;
}

bool FakeDpvr::beats_until(std::uint16_t type) {
    const std::size_t from = orders.size();
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < end && !cut_off_) {
        beat();
        read_some(soon_ms);
        if (std::any_of(orders.begin() + static_cast<std::ptrdiff_t>(from), orders.end(),
                        [type](const Frame& frame) { return frame.type == type; }))
            return true;
    }
    return false;
}

bool FakeDpvr::is_cut_off() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!cut_off_ && std::chrono::steady_clock::now() < end)
        read_some(soon_ms);
    return cut_off_;
}

nlohmann::json FakeDpvr::body_of_last(std::uint16_t type) const {
    for (auto frame = orders.rbegin(); frame != orders.rend(); ++frame)
        if (frame->type == type) return dialects::dpvr::object_of(frame->body).value_or(nlohmann::json());
    return nullptr;
}

void FakeDpvr::obey(const Frame& frame) {
    const auto body = dialects::dpvr::object_of(frame.body).value_or(nlohmann::json::object());
    switch (static_cast<MessageType>(frame.type)) {
        case MessageType::play:
            path = body.at("VideoPath");
            state = body.at("StartOnPrepared") == true ? "PLAYING" : "PREPARED";
            position_s = 0;
            return;
        case MessageType::pause:
            if (state == "PLAYING") state = "PAUSE";
            return;
        case MessageType::resume_at:
            if (!state.empty()) state = "PLAYING";
            return;
        case MessageType::stop:
            if (!state.empty()) state = "STOPED"; // so spelled; the player stays on screen
            return;
        case MessageType::seek:
            position_s = body.at("time");
            return;
        case MessageType::volume:
            volume = body.at("volume_value");
            return;
        case MessageType::block_keys:
            keys_blocked = body.at("block_home_key") == 1;
            return;
        default:
            return;
    }
}

} // namespace support
