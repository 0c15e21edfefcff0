// Records what a headset recently said and was told, for somebody who has to find out why it does not work:
// its last 50 calls and messages, without their contents, and the reason of each refusal. In memory only.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "platform/ids.h"
#include "platform/names.h"

namespace devices {

struct Exchange {
    enum class Way { in, out }; // in: from the headset; out: to it
    enum class Kind { http, socket };
    std::int64_t at_ms = 0;
    Way way = Way::in;
    Kind kind = Kind::socket;
    std::string name;       // "POST /v1/headset/report", "command.answer", "command pause"
    int status = 200;       // of the answer to the headset
    std::string reason;     // of a refusal
    std::int64_t times = 1; // in a row, but for a few others between
};
constexpr auto names_of(Exchange::Way) {
    return platform::names<Exchange::Way>({{Exchange::Way::in, "in"}, {Exchange::Way::out, "out"}});
}
constexpr auto names_of(Exchange::Kind) {
    return platform::names<Exchange::Kind>(
        {{Exchange::Kind::http, "http"}, {Exchange::Kind::socket, "socket"}});
}

class Inspector {
public:
    static constexpr std::size_t most = 50; // of one headset

    // ---- any thread ----
    void note(DeviceId device_id, Exchange exchange);
    std::vector<Exchange> of(DeviceId device_id) const; // newest first
    void forget(DeviceId device_id);

private:
    mutable std::mutex mutex_;
    std::map<DeviceId, std::deque<Exchange>> exchanges_;
};

nlohmann::json json_of(const Exchange& exchange);

} // namespace devices
