// The wearer of a simulated headset, and what controls do to both: held still, turned to a direction,
// something else launched. Times are server time in milliseconds.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <random>
#include <string>

#include "simulation/gaze.h"
#include "simulation/player.h"

namespace simulation {

class Wearer {
public:
    explicit Wearer(std::uint64_t seed) : random_(seed) {}

    void obey(const Command& command);
    // Takes the lasting effects of controls from a state.
    void take_controls(const nlohmann::json& controls, double now_ms);

    // Held by "eyes on me", which ends by itself even if the network is dead.
    bool is_held(double now_ms) const { return now_ms < held_until_ms_; }
    // Where the student looks instead of `own`, a moment after being asked; a few never hear it.
    Look look(const Look& own, double now_ms) const;
    const std::string& launched() const { return launched_; } // "": what the lesson says
    std::optional<int> volume() const { return volume_; }

private:
    void look_at(const nlohmann::json& arguments, double at_ms);

    std::mt19937_64 random_;
    double held_until_ms_ = 0;
    Look target_;
    double turned_ms_ = 0, target_until_ms_ = 0;
    std::string launched_;
    std::optional<int> volume_;
};

} // namespace simulation
