// A connection that a test can read and stall at will.
#pragma once

#include <deque>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "platform/connection.h"

namespace support {

class FakeConnection final : public platform::Connection {
public:
    void send(platform::Frame frame, std::function<void()> sent) override {
        frames.push_back(std::move(frame));
        if (stalled)
            sent_ = std::move(sent);
        else
            sent();
    }
    void close(platform::CloseReason reason) override {
        close_code = platform::code_of(reason);
        sent_ = nullptr;
        if (on_close) on_close();
    }
    void pause() override { ++pauses; }
    void resume() override { --pauses; }
    const std::string& remote_address() const override { return address_; }

    // The network takes the frame under way, and stays stalled if it was.
    void take_one() {
        if (auto sent = std::exchange(sent_, nullptr)) sent();
    }
    void go_on() {
        stalled = false;
        take_one();
    }
    nlohmann::json message(std::size_t i) const { return nlohmann::json::parse(*frames.at(i).payload); }
    nlohmann::json last() const { return message(frames.size() - 1); }

    std::vector<platform::Frame> frames;
    bool stalled = false;
    int pauses = 0; // without their resume
    std::uint16_t close_code = 0;
    std::function<void()> on_close;

private:
    std::function<void()> sent_;
    std::string address_ = "192.0.2.9";
};

} // namespace support
