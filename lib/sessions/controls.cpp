#include "sessions/controls.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "platform/json_fields.h"
#include "sessions/session.h"

namespace sessions {

namespace {

using Json = nlohmann::json;

struct Vector {
    double x, y, z;
};

Vector vector_of(const Direction& direction) {
    const double yaw = direction.yaw_deg * std::numbers::pi / 180;
    const double pitch = direction.pitch_deg * std::numbers::pi / 180;
    return {std::cos(pitch) * std::sin(yaw), std::sin(pitch), std::cos(pitch) * std::cos(yaw)};
}

} // namespace

CommandKind kind_of(Action action) {
    switch (action) {
        case Action::start:
        case Action::pause:
        case Action::resume:
        case Action::seek:
        case Action::stop:
            return CommandKind::playback;
        case Action::look:
            return CommandKind::look;
        case Action::launch:
            return CommandKind::launch;
        case Action::eyes_on_me:
        case Action::release:
            return CommandKind::attention;
        case Action::message:
            return CommandKind::message;
        case Action::volume:
            return CommandKind::volume;
        case Action::brightness:
            return CommandKind::brightness;
        case Action::recenter:
            return CommandKind::recenter;
        case Action::identify:
            return CommandKind::identify;
        case Action::catch_up:
            return CommandKind::catch_up;
    }
    return CommandKind::playback;
}

std::string actions_of(CommandKind kind) {
    Json actions = Json::array();
    for (const auto& [action, name] : names_of(Action{}))
        if (kind_of(action) == kind) actions.push_back(name);
    return actions.dump();
}

double degrees_between(const Direction& a, const Direction& b) {
    const Vector one = vector_of(a), other = vector_of(b);
    const double cosine = one.x * other.x + one.y * other.y + one.z * other.z;
    return std::acos(std::clamp(cosine, -1.0, 1.0)) * 180 / std::numbers::pi;
}

void Controls::take(const Command& command) {
    // Another lesson cancels what was launched and where to look; the end of the session cancels everything.
    if (command.action == Action::stop) {
        *this = {};
        return;
    }
    Held held{command.number, command.at_ms, command.action, command.arguments, {}};
    const Json arguments = Json::parse(command.arguments);
    held.until_ms = platform::JsonFields(arguments).find<std::int64_t>("until_ms");
    std::vector<CommandKind> kinds{kind_of(command.action)};
    if (command.action == Action::start) kinds = {CommandKind::launch, CommandKind::look};
    for (const CommandKind kind : kinds) {
        const auto place = static_cast<std::size_t>(kind);
        const auto put = [&](Held& known) {
            if (held.number >= known.number) known = held;
        };
        if (command.is_for_all()) put(for_all_[place]);
        for (const CommandAnswer& answer : command.answers)
            put(for_device_[answer.device_id][place]);
    }
}

const Controls::Held* Controls::held(CommandKind kind, DeviceId device_id, std::int64_t now_ms) const {
    const auto place = static_cast<std::size_t>(kind);
    const Held* newest = &for_all_[place];
    const auto own = for_device_.find(device_id);
    if (own != for_device_.end() && own->second[place].number >= newest->number) newest = &own->second[place];
    if (newest->number == 0 || kind_of(newest->action) != kind || newest->action == Action::release)
        return nullptr;
    return newest->until_ms && *newest->until_ms <= now_ms ? nullptr : newest;
}

Json Controls::of(DeviceId device_id, std::int64_t now_ms) const {
    const auto arguments = [&](CommandKind kind) {
        const Held* found = held(kind, device_id, now_ms);
        return found ? Json::parse(found->arguments) : Json();
    };
    const auto percent = [&](CommandKind kind) {
        const Json found = arguments(kind);
        return platform::JsonFields(found).json("percent");
    };
    return {{"eyes_on_me", arguments(CommandKind::attention)},
            {"look", arguments(CommandKind::look)},
            {"launch", arguments(CommandKind::launch)},
            {"volume", percent(CommandKind::volume)},
            {"brightness", percent(CommandKind::brightness)}};
}

std::optional<LookTarget> Controls::look_of(DeviceId device_id, std::int64_t now_ms) const {
    const Held* found = held(CommandKind::look, device_id, now_ms);
    if (!found || !found->until_ms) return std::nullopt;
    const Json parsed = Json::parse(found->arguments);
    const platform::JsonFields arguments(parsed);
    return LookTarget{{arguments.get<double>("yaw_deg"), arguments.get<double>("pitch_deg")},
                      found->at_ms,
                      *found->until_ms};
}

} // namespace sessions
