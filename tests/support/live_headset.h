// A headset, or a page, on the live socket of a TestAppliance: asks and waits for the answer, and keeps what
// was pushed meanwhile until the story asks for it.
#pragma once

#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "support/socket_client.h"
#include "support/test_appliance.h"

namespace support {

class LiveClient {
public:
    LiveClient(TestAppliance& box, Credential credential) : box_(box), credential_(std::move(credential)) {
        connect();
    }

    void connect() {
        heard_.clear();
        socket_ = std::make_unique<SocketClient>(
            box_.port(), "/v1/live", SocketClient::Headers{{"Authorization", "Bearer " + credential_.token}});
    }
    void hang_up() { socket_->hang_up(); }

    // The next pushed message for which `wanted` holds; those before it are forgotten.
    template <class Wanted>
        requires std::is_invocable_v<Wanted, const Json&>
    Json wait_for(Wanted wanted) {
        while (true) {
            const Json message = next();
            if (message.value("eid", Json()).is_null() && wanted(message)) return message;
        }
    }
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

private:
    // A page's frame may be an array of messages.
    Json next() {
        while (heard_.empty()) {
            const auto text = socket_->read();
            if (!text) throw std::runtime_error("the server has closed the socket");
            Json frame = Json::parse(*text);
            if (!frame.is_array()) return frame;
            heard_.insert(heard_.end(), frame.begin(), frame.end());
        }
        Json message = std::move(heard_.front());
        heard_.pop_front();
        return message;
    }

    TestAppliance& box_;
    const Credential credential_;
    std::unique_ptr<SocketClient> socket_;
    std::deque<Json> heard_;
    int last_eid_ = 0;
};

// Where a headset is in its lesson, by what it was told last.
inline std::int64_t position_of(const Json& state, std::int64_t now_ms) {
    const std::int64_t position_ms = state.at("position_ms");
    if (state.at("state") != "running") return position_ms;
    return position_ms + std::max<std::int64_t>(now_ms - state.at("at_ms").get<std::int64_t>(), 0);
}

} // namespace support
