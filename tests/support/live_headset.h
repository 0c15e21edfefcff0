// A headset, or a page, on the live socket of a TestAppliance. It asks and waits for the answer, and keeps
// messages pushed meanwhile until the story asks for them. Every message it hears must be in /asyncapi.json
// and fit it.
#pragma once

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <deque>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "platform/ids.h"
#include "support/socket_client.h"
#include "support/test_appliance.h"

namespace support {

class LiveClient {
public:
    // `query`: "?role=run", for one.
    LiveClient(TestAppliance& box, Credential credential, std::string query = "")
        : box_(box), credential_(std::move(credential)), query_(std::move(query)) {
        connect();
    }

    void connect() {
        heard_.clear();
        last_ = Json::object();
        socket_ = std::make_unique<SocketClient>(
            box_.port(), "/v1/live" + query_,
            SocketClient::Headers{{"Authorization", "Bearer " + credential_.token}});
    }
    void hang_up() { socket_->hang_up(); }
    void send_picture(const std::string& jpeg) { socket_->send_binary('\1' + jpeg); }
    // The next picture that was relayed; earlier messages are kept.
    struct Picture {
        DeviceId device_id;
        std::string jpeg;
    };
    Picture wait_for_picture() {
        while (pictures_.empty())
            read_frame();
        Picture picture = std::move(pictures_.front());
        pictures_.pop_front();
        return picture;
    }

    // The next pushed message for which `wanted` holds; the ones before it are dropped.
    template <class Wanted>
    requires std::is_invocable_v<Wanted, const Json&> Json wait_for(Wanted wanted) {
        while (true) {
            Json message = next();
            if (message.value("eid", Json()).is_null() && wanted(message)) return last_ = std::move(message);
        }
    }
    // The message that wait_for() gave last: it may hold more than what it was waited for.
    const Json& last() const { return last_; }
    Json wait_for(const std::string& type) {
        return wait_for([&](const Json& message) { return message.at("type") == type; }).at("data");
    }
    // The whole reply.
    Json ask(const std::string& type, const Json& data) {
        const std::string eid = std::to_string(++last_eid_);
        socket_->send(Json{{"type", type}, {"data", data}, {"eid", eid}, {"ts", box_.clock.now_ms()}}.dump());
        std::deque<Json> pushed;
        while (true) {
            Json message = next();
            if (message.value("eid", Json()) != eid) {
                pushed.push_back(std::move(message));
                continue;
            }
            heard_.insert(heard_.begin(), pushed.begin(), pushed.end());
            return message;
        }
    }
    Json expect(const std::string& type, const Json& data) {
        const Json reply = ask(type, data);
        if (reply.at("status") != "success") throw std::runtime_error(type + " was refused: " + reply.dump());
        return reply.at("data");
    }

    // Every topic and entry that it has heard of so far, by kind: "room", "room seat/*".
    const std::set<std::string>& topics_heard() const { return topics_heard_; }
    // Reads on until it has heard of all of these.
    void hear(const std::set<std::string>& wanted) {
        while (!std::ranges::includes(topics_heard_, wanted))
            read_frame();
    }

private:
    Json next() {
        while (heard_.empty())
            read_frame();
        Json message = std::move(heard_.front());
        heard_.pop_front();
        return message;
    }
    // A page's frame may be an array of messages.
    void read_frame() {
        const auto text = socket_->read();
        if (!text) throw std::runtime_error("the server has closed the socket");
        if (socket_->last_was_binary()) return pictures_.push_back(picture_of(*text));
        Json frame = Json::parse(*text);
        if (!frame.is_array()) frame = Json::array({std::move(frame)});
        for (Json& message : frame) {
            check_shape(message);
            note_topic(message);
            heard_.push_back(std::move(message));
        }
    }
    // Byte 0 is 1, then the headset's id in 8 bytes, then the JPEG.
    static Picture picture_of(const std::string& frame) {
        REQUIRE(frame.size() > 9);
        REQUIRE(frame[0] == '\1');
        Picture picture;
        std::int64_t id = 0;
        for (std::size_t i = 1; i <= 8; ++i)
            id = id << 8 | static_cast<unsigned char>(frame[i]);
        picture.device_id = DeviceId(id);
        picture.jpeg = frame.substr(9);
        return picture;
    }
    void note_topic(const Json& message) {
        if (message.at("type") != "topic" || !message.value("eid", Json()).is_null()) return;
        const auto before_slash = [](const std::string& text) { return text.substr(0, text.find('/')); };
        const Json& data = message.at("data");
        const std::string kind = before_slash(data.at("topic"));
        topics_heard_.insert(kind);
        const Json entries = data.value("entries", Json::object());
        for (const auto& [key, value] : entries.items())
            topics_heard_.insert(kind + " " +
                                 (key.find('/') == std::string::npos ? key : before_slash(key) + "/*"));
    }
    void check_shape(const Json& message) const {
        const bool pushed = message.value("eid", Json()).is_null();
        if (message.at("status") == "error") return;
        const http::Route* route = nullptr;
        for (const auto& one : box_.appliance().routes().all())
            if (one->method == (pushed ? "PUSH" : "MESSAGE") && one->path == message.at("type"))
                route = one.get();
        INFO(message.dump());
        REQUIRE(route != nullptr); // it is in no document
        const auto faults = route->answer.faults(message.at("data"));
        for (const platform::FieldError& fault : faults)
            UNSCOPED_INFO(fault.field << " " << fault.message);
        CHECK(faults.empty());
    }

    TestAppliance& box_;
    const Credential credential_;
    const std::string query_;
    std::unique_ptr<SocketClient> socket_;
    std::deque<Json> heard_;
    Json last_ = Json::object();
    std::deque<Picture> pictures_;
    std::set<std::string> topics_heard_;
    int last_eid_ = 0;
};

// The headset's position in its lesson, by the last thing it was told.
inline std::int64_t position_of(const Json& state, std::int64_t now_ms) {
    const std::int64_t position_ms = state.at("position_ms");
    if (state.at("state") != "running") return position_ms;
    return position_ms + std::max<std::int64_t>(now_ms - state.at("at_ms").get<std::int64_t>(), 0);
}

} // namespace support
