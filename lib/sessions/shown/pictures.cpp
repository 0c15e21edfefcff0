#include "sessions/shown/pictures.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

namespace sessions {

namespace {

constexpr PicturePlan best_wall{1000, 24 * 1024, 60, 480}, best_large{250, 60 * 1024, 75, 1024};
constexpr std::int64_t least_bytes = 6 * 1024, longest_interval_ms = 10'000;

std::string topic_of(const char* kind, DeviceId device_id) {
    return std::string(kind) + "/" + to_string(device_id);
}

// The best plan that fits: make pictures smaller first, then fewer.
PicturePlan fitted(PicturePlan plan, const Audience& audience, std::int64_t bytes_per_s) {
    if (audience.headsets == 0) return {};
    const auto crossings = static_cast<std::int64_t>(audience.headsets + audience.listeners);
    // bytes a second for one headset
    const std::int64_t each = std::max<std::int64_t>(1, bytes_per_s / crossings);
    const std::int64_t fitting = each * plan.interval_ms / 1000;
    const std::int64_t best = plan.max_bytes;
    plan.max_bytes = std::clamp(fitting, least_bytes, best);
    if (fitting < least_bytes) plan.interval_ms = std::min(longest_interval_ms, least_bytes * 1000 / each);
    // The quality that a JPEG of that size can roughly have. The headset tries it, and goes lower when the
    // picture comes out too large.
    plan.quality =
        static_cast<int>(std::clamp<std::int64_t>(plan.quality * plan.max_bytes / best, 25, plan.quality));
    if (plan.max_bytes < best / 2) plan.width = plan.width * 2 / 3;
    return plan;
}

std::int64_t cost_of(const PicturePlan& plan, const Audience& audience) {
    if (plan.interval_ms == 0) return 0;
    return plan.max_bytes * 1000 / plan.interval_ms *
           static_cast<std::int64_t>(audience.headsets + audience.listeners);
}

} // namespace

PicturePlans plan_pictures(const Audience& wall, const Audience& large, std::int64_t bytes_per_s) {
    PicturePlans plans;
    plans.large = fitted(best_large, large, wall.headsets > 0 ? bytes_per_s / 2 : bytes_per_s);
    plans.wall = fitted(best_wall, wall, bytes_per_s - cost_of(plans.large, large));
    return plans;
}

void Pictures::tick(const Floor& floor) {
    Audience wall, large;
    std::map<DeviceId, bool> watched; // true: large
    for (const auto& [device_id, headset] : floor.headsets()) {
        if (!headset.is_there()) continue;
        const std::size_t of_wall = hub_.subscribers(topic_of("pictures", device_id));
        const std::size_t of_view = hub_.subscribers(topic_of("view", device_id));
        if (of_wall + of_view == 0) continue;
        // a headset that is shown large has one picture for both
        Audience& audience = of_view > 0 ? large : wall;
        ++audience.headsets;
        audience.listeners += of_wall + of_view;
        watched[device_id] = of_view > 0;
    }
    const PicturePlans plans = plan_pictures(wall, large, bytes_per_s_);
    for (const auto& [device_id, headset] : floor.headsets()) {
        if (!headset.is_there()) continue;
        const auto found = watched.find(device_id);
        const PicturePlan plan = found == watched.end() ? PicturePlan{}
                                 : found->second        ? plans.large
                                                        : plans.wall;
        PicturePlan& asked = asked_[device_id];
        if (asked == plan) continue;
        asked = plan;
        hub_.send(headset.lesson(), pushed("pictures",
                                           {{"interval_ms", plan.interval_ms},
                                            {"max_bytes", plan.max_bytes},
                                            {"quality", plan.quality},
                                            {"width", plan.width}},
                                           clock_.now_ms()));
    }
}

void Pictures::received(DeviceId device_id, std::string_view jpeg) {
    auto frame = std::make_shared<std::string>(1, '\1');
    for (int shift = 56; shift >= 0; shift -= 8)
        frame->push_back(static_cast<char>(static_cast<std::uint64_t>(device_id.value()) >> shift));
    frame->append(jpeg);
    const platform::Frame shared{std::move(frame), true};
    for (const char* kind : {"pictures", "view"})
        hub_.relay(topic_of(kind, device_id), shared, live::DropRule::picture);
}

} // namespace sessions
