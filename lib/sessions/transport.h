// The rules of play: what an action does to a session's state and position. Pure, so that a table can test
// them.
//
// A position is kept as (position_ms at position_at_ms): while running, it grows with server time from there
// on, so nothing has to be written while a lesson plays, and a restart of the server loses nothing. An order
// takes effect a little ahead of now (`at_ms`), so that all headsets act together; what it makes is the state
// from then on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sessions {

enum class State { created, running, paused, stopped };
enum class Action { start, pause, resume, seek, look, stop };

std::string_view name_of(State state);
State state_of(std::string_view name);
// As headsets hear it: "play", "pause", "resume", "seek", "look", "stop".
std::string_view wire_name_of(Action action);
Action action_of(std::string_view wire_name);

struct Transport {
    State state = State::created;
    std::int64_t lesson_index = 0;
    std::int64_t position_ms = 0;
    std::int64_t position_at_ms = 0;

    bool is_live() const { return state == State::running || state == State::paused; }
    bool operator==(const Transport&) const = default;
};

struct Order {
    Action action = Action::start;
    std::optional<std::int64_t> lesson_index; // start, seek
    std::optional<std::int64_t> position_ms;  // seek
    std::string arguments = "{}";             // JSON, for the headsets: where to look
};

using Durations = std::span<const std::optional<std::int64_t>>; // of the session's lessons; none: open end

// Where the lesson is at `now_ms`, from 0 to its duration.
std::int64_t position_at(const Transport& transport, Durations durations, std::int64_t now_ms);

// The state that `order` makes, effective at `at_ms`. Error conflict when the state does not allow it,
// invalid when there is no such lesson.
Transport obeyed(const Transport& before, const Order& order, Durations durations, std::int64_t at_ms);

} // namespace sessions
