#include "devices/inspector.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace devices {

namespace {
constexpr std::size_t alike_within = 6;
} // namespace

void Inspector::note(DeviceId device_id, Exchange exchange) {
    const std::lock_guard lock(mutex_);
    std::deque<Exchange>& all = exchanges_[device_id];
    // An exchange that repeats each second must not push out those worth reading.
    for (std::size_t i = 0; i < std::min(all.size(), alike_within); ++i) {
        const Exchange& known = all[i];
        if (known.name != exchange.name || known.status != exchange.status || known.way != exchange.way ||
            known.reason != exchange.reason)
            continue;
        exchange.times += known.times;
        all.erase(all.begin() + static_cast<std::ptrdiff_t>(i));
        break;
    }
    all.push_front(std::move(exchange));
    if (all.size() > most) all.pop_back();
}

std::vector<Exchange> Inspector::of(DeviceId device_id) const {
    const std::lock_guard lock(mutex_);
    const auto found = exchanges_.find(device_id);
    if (found == exchanges_.end()) return {};
    return {found->second.begin(), found->second.end()};
}

void Inspector::forget(DeviceId device_id) {
    const std::lock_guard lock(mutex_);
    exchanges_.erase(device_id);
}

nlohmann::json json_of(const Exchange& exchange) {
    return {{"at_ms", exchange.at_ms},
            {"way", platform::name_of(exchange.way)},
            {"kind", platform::name_of(exchange.kind)},
            {"name", exchange.name},
            {"status", exchange.status},
            {"reason", exchange.reason},
            {"times", exchange.times}};
}

} // namespace devices
