#include "simulation/wearer.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "platform/json_fields.h"

namespace simulation {

namespace {

using Json = nlohmann::json;
using platform::JsonFields;

constexpr double slow_to_turn_ms = 1500; // on average
constexpr double deaf_share = 0.1;

} // namespace

void Wearer::obey(const Command& command) {
    const Json parsed = Json::parse(command.arguments);
    const JsonFields arguments(parsed);
    if (command.action == "eyes_on_me") held_until_ms_ = arguments.get_or("until_ms", 0.0);
    if (command.action == "release") held_until_ms_ = 0;
    if (command.action == "look") look_at(parsed, command.at_ms);
    if (command.action == "launch") launched_ = arguments.get_or("content", std::string());
    if (command.action == "play" || command.action == "stop") launched_.clear();
    if (command.action == "volume") volume_ = arguments.get_or("percent", 100);
}

void Wearer::take_controls(const Json& json, double now_ms) {
    if (!json.is_object()) { // in no session: nothing is in force
        held_until_ms_ = target_until_ms_ = 0;
        launched_.clear();
        return;
    }
    const JsonFields controls(json);
    const auto eyes_on_me = controls.find_object("eyes_on_me"), launch = controls.find_object("launch"),
               look = controls.find_object("look");
    held_until_ms_ = eyes_on_me ? eyes_on_me->get_or("until_ms", 0.0) : 0;
    launched_ = launch ? launch->get_or("content", std::string()) : "";
    if (const auto volume = controls.find<int>("volume")) volume_ = *volume;
    if (!look)
        target_until_ms_ = 0;
    else if (look->get_or("until_ms", 0.0) != target_until_ms_)
        look_at(controls.json("look"), now_ms);
}

void Wearer::look_at(const Json& json, double at_ms) {
    const JsonFields arguments(json);
    target_ = {arguments.get_or("yaw_deg", 0.0), arguments.get_or("pitch_deg", 0.0)};
    target_until_ms_ = arguments.get_or("until_ms", at_ms);
    turned_ms_ = at_ms + std::exponential_distribution<double>(1 / slow_to_turn_ms)(random_);
    if (std::bernoulli_distribution(deaf_share)(random_))
        turned_ms_ = std::numeric_limits<double>::infinity();
}

Look Wearer::look(const Look& own, double now_ms) const {
    if (now_ms < turned_ms_ || now_ms >= target_until_ms_) return own;
    return {target_.yaw_deg + own.yaw_deg * 0.05,
            target_.pitch_deg + own.pitch_deg * 0.05}; // a head is never still
}

} // namespace simulation
