#include "simulation/wearer.h"

#include <limits>
#include <nlohmann/json.hpp>

namespace simulation {

namespace {

using Json = nlohmann::json;

constexpr double slow_to_turn_ms = 1500; // on average
constexpr double deaf_share = 0.1;

} // namespace

void Wearer::obey(const Command& command) {
    const Json arguments = Json::parse(command.arguments);
    if (command.action == "eyes_on_me") held_until_ms_ = arguments.value("until_ms", 0.0);
    if (command.action == "release") held_until_ms_ = 0;
    if (command.action == "look") look_at(arguments, command.at_ms);
    if (command.action == "launch") launched_ = arguments.value("content", "");
    if (command.action == "play" || command.action == "stop") launched_.clear();
    if (command.action == "volume") volume_ = arguments.value("percent", 100);
}

void Wearer::take_controls(const Json& controls, double now_ms) {
    if (!controls.is_object()) return;
    const auto value = [&](const char* name) { return controls.value(name, Json()); };
    held_until_ms_ = value("eyes_on_me").is_object() ? value("eyes_on_me").value("until_ms", 0.0) : 0;
    launched_ = value("launch").is_object() ? value("launch").value("content", "") : "";
    if (value("volume").is_number()) volume_ = value("volume").get<int>();
    if (const Json look = value("look"); !look.is_object())
        target_until_ms_ = 0;
    else if (look.value("until_ms", 0.0) != target_until_ms_)
        look_at(look, now_ms);
}

void Wearer::look_at(const Json& arguments, double at_ms) {
    target_ = {arguments.value("yaw_deg", 0.0), arguments.value("pitch_deg", 0.0)};
    target_until_ms_ = arguments.value("until_ms", at_ms);
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
