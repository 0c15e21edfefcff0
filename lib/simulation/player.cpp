#include "simulation/player.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "platform/json_fields.h"

namespace simulation {

namespace {

using Json = nlohmann::json;
using platform::JsonFields;

// Only a video is over at its duration; for the other kinds it is a plan.
std::optional<double> duration_of(const JsonFields& data) {
    const auto lesson = data.find_object("lesson");
    if (!lesson || lesson->get_or("kind", std::string("video")) != "video") return std::nullopt;
    return lesson->find<double>("duration_ms");
}

std::string content_of(const JsonFields& data) {
    const auto lesson = data.find_object("lesson");
    return lesson ? lesson->get_or("content", std::string()) : "";
}

bool is_playback(std::string_view action) {
    return action == "play" || action == "pause" || action == "resume" || action == "seek" ||
           action == "stop";
}

} // namespace

std::string_view Command::kind() const {
    if (is_playback(action)) return "playback";
    return action == "release" ? "eyes_on_me" : std::string_view(action);
}

Command command_from(const Json& json) {
    const JsonFields data(json);
    Command command;
    command.session_id = data.get<SessionId>("session_id");
    command.number = data.get<std::int64_t>("number");
    command.action = data.get<std::string>("action");
    command.lesson_index = data.get_or("lesson_index", std::int64_t{0});
    command.duration_ms = duration_of(data);
    command.position_ms = data.get_or("position_ms", 0.0);
    command.at_ms = data.get<double>("at_ms");
    command.expires_ms = data.get_or("expires_ms", 0.0);
    command.run_id = data.find<RunId>("run_id");
    command.content = content_of(data);
    if (data.find_object("arguments")) command.arguments = data.json("arguments").dump();
    return command;
}

void Player::take_state(const Json& json) {
    if (json.is_null()) {
        *this = {};
        return;
    }
    const JsonFields state(json);
    const auto session_id = state.get<SessionId>("session_id");
    if (session_id != session_id_) *this = {};
    session_id_ = session_id;
    run_id_ = state.get_or("run_id", RunId());
    const std::int64_t number = state.get_or("number", std::int64_t{0});
    // A command that waits for its moment will make exactly this state, and exactly then.
    const auto plays = [](const Command& c) { return is_playback(c.action); };
    if (std::ranges::any_of(waiting_, [&](const Command& c) { return plays(c) && c.number >= number; }))
        return;
    std::erase_if(waiting_, plays);
    number_ = std::max(number_, number);
    state_ = state.get<std::string>("state");
    position_ms_ = state.get_or("position_ms", 0.0);
    at_ms_ = state.get_or("at_ms", 0.0);
    duration_ms_ = duration_of(state);
    content_ = content_of(state);
}

std::int64_t Player::newest(const Command& command) const {
    if (is_playback(command.action)) return number_;
    const auto found = controls_.find(command.kind());
    return found == controls_.end() ? 0 : found->second;
}

Player::Verdict Player::take(const Command& command) {
    if (command.session_id != session_id_) {
        *this = {};
        session_id_ = command.session_id;
    }
    if (command.number <= newest(command)) return Verdict::known;
    if (std::ranges::any_of(waiting_, [&](const Command& c) { return c.number == command.number; }))
        return Verdict::known;
    waiting_.insert(std::ranges::upper_bound(waiting_, command.at_ms, {}, &Command::at_ms), command);
    return Verdict::obey;
}

std::optional<double> Player::next_at_ms() const {
    if (waiting_.empty()) return std::nullopt;
    return waiting_.front().at_ms;
}

Player::Obeyed Player::obey() {
    Obeyed obeyed{waiting_.front(), true};
    waiting_.erase(waiting_.begin());
    obeyed.counts = obeyed.command.number > newest(obeyed.command);
    if (obeyed.counts) apply(obeyed.command);
    return obeyed;
}

void Player::apply(const Command& command) {
    if (command.run_id) run_id_ = *command.run_id;
    if (!is_playback(command.action)) {
        controls_[std::string(command.kind())] = command.number;
        return;
    }
    number_ = command.number;
    if (command.action == "play") {
        duration_ms_ = command.duration_ms;
        content_ = command.content;
    }
    if (command.action == "play" || command.action == "resume") state_ = "running";
    if (command.action == "pause") state_ = "paused";
    if (command.action == "stop") state_ = "stopped";
    if (command.action == "seek" && command.duration_ms) duration_ms_ = command.duration_ms;
    position_ms_ = command.position_ms;
    at_ms_ = command.at_ms;
}

bool Player::is_playing(double now_ms) const {
    return is_running() && (!duration_ms_ || position_ms(now_ms) < *duration_ms_);
}

double Player::position_ms(double now_ms) const {
    const double moved = state_ == "running" ? std::max(0.0, now_ms - at_ms_) : 0;
    const double position = position_ms_ + moved;
    return duration_ms_ ? std::min(position, *duration_ms_) : position;
}

} // namespace simulation
