// The rules of play: what an action does to a session's state and position. They are pure, so a table can
// test them.
//
// A position is kept as (position_ms at position_at_ms). While the session runs, it grows with server time
// from there. So nothing has to be written while a lesson plays, and a restart of the server loses nothing.
// An order takes effect a little ahead of now (`at_ms`), so that all headsets act together; the state it
// makes holds from then on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/ids.h"
#include "platform/names.h"

namespace sessions {

enum class State { created, running, paused, stopped };
constexpr auto names_of(State) {
    return platform::names<State>({{State::created, "created"},
                                   {State::running, "running"},
                                   {State::paused, "paused"},
                                   {State::stopped, "stopped"}});
}

// The first five change what plays, for all headsets. The others are controls: they may go to some headsets
// only, and leave the session's state as it is (controls.h).
enum class Action {
    start,
    pause,
    resume,
    seek,
    stop,
    look,       // turn to a direction
    launch,     // an installed app, a web page, a video or a scenario
    eyes_on_me, // dim and mute, with a message, until its time is up or released
    release,    // ends eyes_on_me
    message,
    volume,
    brightness,
    recenter,
    identify, // blink
    catch_up, // jump to where the others are
};
// The names that headsets hear.
constexpr auto names_of(Action) {
    return platform::names<Action>({{Action::start, "play"},
                                    {Action::pause, "pause"},
                                    {Action::resume, "resume"},
                                    {Action::seek, "seek"},
                                    {Action::stop, "stop"},
                                    {Action::look, "look"},
                                    {Action::launch, "launch"},
                                    {Action::eyes_on_me, "eyes_on_me"},
                                    {Action::release, "release"},
                                    {Action::message, "message"},
                                    {Action::volume, "volume"},
                                    {Action::brightness, "brightness"},
                                    {Action::recenter, "recenter"},
                                    {Action::identify, "identify"},
                                    {Action::catch_up, "catch_up"}});
}
inline bool is_control(Action action) {
    return action > Action::stop;
}

struct Transport {
    State state = State::created;
    std::int64_t lesson_index = 0;
    std::int64_t position_ms = 0;
    std::int64_t position_at_ms = 0;

    bool is_live() const { return state == State::running || state == State::paused; }
    bool operator==(const Transport&) const = default;
};

// The headsets of the session that a control is for.
struct Target {
    enum class Kind { all, row, group, devices };
    friend constexpr auto names_of(Kind) {
        return platform::names<Kind>(
            {{Kind::all, "all"}, {Kind::row, "row"}, {Kind::group, "group"}, {Kind::devices, "devices"}});
    }
    Kind kind = Kind::all;
    std::int64_t row = 0; // of the session's room, from 1
    std::string group;    // of headsets, by its name
    std::vector<DeviceId> device_ids;
};

struct Order {
    Action action = Action::start;
    std::optional<std::int64_t> lesson_index; // start, seek
    std::optional<std::int64_t> position_ms;  // seek
    std::string arguments = "{}";             // JSON, for the headsets: where to look
    Target target = {};                       // controls only; what plays, plays for all
    std::int64_t life_ms = 60'000;            // how long a headset may take to obey, from the time of effect
};

// Of the session's lessons, those that end by the clock (courses::ends_by_clock). None: open end.
using Durations = std::span<const std::optional<std::int64_t>>;

// Where the lesson is at `now_ms`, from 0 to its duration.
std::int64_t position_at(const Transport& transport, Durations durations, std::int64_t now_ms);

// When the lesson comes, or came, to its end: from then on it is finished, though the session still runs or is
// paused. None while it stands before its end, and for an open end.
std::optional<std::int64_t> finishes_ms(const Transport& transport, Durations durations);

// A session whose lesson is finished ends by itself after this long: enough for a talk or a second look, and
// short enough that the next class doesn't find its headsets in it.
inline constexpr std::int64_t ends_after_ms = 10 * 60'000;

// The state that `order` makes, effective at `at_ms`; a control leaves it the same. Error conflict when the
// state does not allow it, invalid when there is no such lesson.
Transport obeyed(const Transport& before, const Order& order, Durations durations, std::int64_t at_ms);

} // namespace sessions
