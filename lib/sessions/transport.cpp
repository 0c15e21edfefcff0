#include "sessions/transport.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "platform/error.h"

namespace sessions {

namespace {

// The state that an action makes of another, or the reason why it can't.
struct Rule {
    State before;
    Action action;
    std::optional<State> after;
    const char* refusal = "";
};
constexpr const char* not_started = "The session has not started.";
constexpr const char* stopped = "The session has stopped.";

constexpr std::array<Rule, 20> rules = {{
    {State::created, Action::start, State::running},
    {State::created, Action::pause, {}, not_started},
    {State::created, Action::resume, {}, not_started},
    {State::created, Action::seek, {}, not_started},
    {State::created, Action::stop, State::stopped},

    {State::running, Action::start, State::running}, // another lesson; see obeyed()
    {State::running, Action::pause, State::paused},
    {State::running, Action::resume, {}, "The session is running already."},
    {State::running, Action::seek, State::running},
    {State::running, Action::stop, State::stopped},

    {State::paused, Action::start, State::running},
    {State::paused, Action::pause, {}, "The session is paused already."},
    {State::paused, Action::resume, State::running},
    {State::paused, Action::seek, State::paused},
    {State::paused, Action::stop, State::stopped},

    // Stopped by mistake, or taught again: it starts once more.
    {State::stopped, Action::start, State::running},
    {State::stopped, Action::pause, {}, stopped},
    {State::stopped, Action::resume, {}, stopped},
    {State::stopped, Action::seek, {}, stopped},
    {State::stopped, Action::stop, {}, "The session has stopped already."},
}};

const Rule& rule_for(State before, Action action) {
    return *std::ranges::find_if(
        rules, [&](const Rule& rule) { return rule.before == before && rule.action == action; });
}

std::optional<std::int64_t> duration_of(std::int64_t lesson_index, Durations durations) {
    const auto index = static_cast<std::size_t>(lesson_index);
    return lesson_index < 0 || index >= durations.size() ? std::nullopt : durations[index];
}

std::int64_t clamped(std::int64_t position_ms, std::int64_t lesson_index, Durations durations) {
    position_ms = std::max<std::int64_t>(position_ms, 0);
    return std::min(position_ms, duration_of(lesson_index, durations).value_or(position_ms));
}

void require_lesson(std::int64_t index, Durations durations) {
    if (index < 0 || static_cast<std::size_t>(index) >= durations.size())
        platform::throw_invalid("lesson_index", "must be the index of one of the session's lessons");
}

} // namespace

std::int64_t position_at(const Transport& transport, Durations durations, std::int64_t now_ms) {
    std::int64_t position_ms = transport.position_ms;
    if (transport.state == State::running)
        position_ms += std::max<std::int64_t>(now_ms - transport.position_at_ms, 0);
    return clamped(position_ms, transport.lesson_index, durations);
}

std::optional<std::int64_t> finishes_ms(const Transport& transport, Durations durations) {
    const auto duration_ms = duration_of(transport.lesson_index, durations);
    if (!duration_ms || !transport.is_live()) return std::nullopt;
    const std::int64_t left_ms = std::max<std::int64_t>(*duration_ms - transport.position_ms, 0);
    if (transport.state == State::paused && left_ms > 0) return std::nullopt;
    return transport.position_at_ms + left_ms;
}

Transport obeyed(const Transport& before, const Order& order, Durations durations, std::int64_t at_ms) {
    if (is_control(order.action)) {
        if (!before.is_live())
            platform::throw_conflict(before.state == State::stopped ? stopped : not_started);
        return before;
    }
    const Rule& rule = rule_for(before.state, order.action);
    if (!rule.after) platform::throw_conflict(rule.refusal);
    if (order.lesson_index) require_lesson(*order.lesson_index, durations);
    if (order.action == Action::start && before.state == State::running && !order.lesson_index)
        platform::throw_conflict("The session is running already.");

    Transport after{*rule.after, order.lesson_index.value_or(before.lesson_index),
                    position_at(before, durations, at_ms), at_ms};
    const bool begins =
        order.action == Action::start && (before.state != State::paused || order.lesson_index);
    const bool changes_lesson = after.lesson_index != before.lesson_index;
    if (begins || changes_lesson) after.position_ms = 0;
    if (order.action == Action::seek)
        after.position_ms = clamped(order.position_ms.value_or(0), after.lesson_index, durations);
    return after;
}

} // namespace sessions
