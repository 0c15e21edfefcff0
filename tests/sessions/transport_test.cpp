#include "sessions/transport.h"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "platform/error.h"

using sessions::Action;
using sessions::Order;
using sessions::State;
using sessions::Transport;

namespace {

constexpr std::int64_t now = 1'000'000;
const std::vector<std::optional<std::int64_t>> lessons = {60'000, std::nullopt, 90'000};

Transport after(const Transport& before, const Order& order) {
    return obeyed(before, order, lessons, now);
}

platform::ErrorKind refusal(const Transport& before, const Order& order) {
    try {
        after(before, order);
    } catch (const platform::Error& error) {
        return error.kind();
    }
    return platform::ErrorKind::internal;
}

} // namespace

TEST_CASE("the state that an action makes of another", "[sessions]") {
    struct Case {
        State before;
        Action action;
        std::optional<State> after; // none: refused
    };
    constexpr auto none = std::nullopt;
    const std::vector<Case> cases = {
        {State::created, Action::start, State::running},
        {State::created, Action::pause, none},
        {State::created, Action::resume, none},
        {State::created, Action::seek, none},
        {State::created, Action::look, none},
        {State::created, Action::stop, State::stopped},
        {State::running, Action::start, none},
        {State::running, Action::pause, State::paused},
        {State::running, Action::resume, none},
        {State::running, Action::seek, State::running},
        {State::running, Action::look, State::running},
        {State::running, Action::stop, State::stopped},
        {State::paused, Action::start, State::running},
        {State::paused, Action::pause, none},
        {State::paused, Action::resume, State::running},
        {State::paused, Action::seek, State::paused},
        {State::paused, Action::look, State::paused},
        {State::paused, Action::stop, State::stopped},
        {State::stopped, Action::start, State::running},
        {State::stopped, Action::pause, none},
        {State::stopped, Action::resume, none},
        {State::stopped, Action::seek, none},
        {State::stopped, Action::look, none},
        {State::stopped, Action::stop, none},
    };
    for (const Case& each : cases) {
        INFO(platform::name_of(each.before) << " + " << platform::name_of(each.action));
        const Transport before{each.before, 0, 1000, now - 500};
        if (each.after)
            CHECK(after(before, {each.action, {}, {}}).state == *each.after);
        else
            CHECK(refusal(before, {each.action, {}, {}}) == platform::ErrorKind::conflict);
    }
}

TEST_CASE("a control changes nothing of what plays, and needs a live session", "[sessions]") {
    for (const auto& [action, name] : names_of(Action{})) {
        CHECK(platform::named<Action>(name) == action);
        if (!is_control(action)) continue;
        for (const State state : {State::created, State::running, State::paused, State::stopped}) {
            INFO(platform::name_of(state) << " + " << name);
            const Transport before{state, 0, 1000, now - 500};
            if (before.is_live())
                CHECK(after(before, {action, {}, {}}) == before);
            else
                CHECK(refusal(before, {action, {}, {}}) == platform::ErrorKind::conflict);
        }
    }
}

TEST_CASE("a position grows while running, stands still while paused, and stays in its lesson",
          "[sessions]") {
    struct Case {
        const char* what;
        Transport transport;
        std::int64_t position_ms;
    };
    const std::vector<Case> cases = {
        {"running", {State::running, 0, 5'000, now - 2'000}, 7'000},
        {"running, takes effect later", {State::running, 0, 5'000, now + 300}, 5'000},
        {"paused", {State::paused, 0, 5'000, now - 2'000}, 5'000},
        {"past the end", {State::running, 0, 5'000, now - 500'000}, 60'000},
        {"open end", {State::running, 1, 5'000, now - 500'000}, 505'000},
        {"no such lesson", {State::running, 7, 5'000, now - 1'000}, 6'000},
        {"stopped", {State::stopped, 0, 5'000, now - 2'000}, 5'000},
    };
    for (const Case& each : cases) {
        INFO(each.what);
        CHECK(position_at(each.transport, lessons, now) == each.position_ms);
    }
    CHECK(sessions::position_at({State::running, 0, 0, now - 1'000}, {}, now) ==
          1'000); // a session without lessons
}

TEST_CASE("a lesson that ends by the clock has a moment at which it is finished", "[sessions]") {
    struct Case {
        const char* what;
        Transport transport;
        std::optional<std::int64_t> finishes_ms;
    };
    const std::vector<Case> cases = {
        {"running", {State::running, 0, 5'000, now}, now + 55'000},
        {"running, and past its end", {State::running, 0, 5'000, now - 500'000}, now - 445'000},
        {"moved to its end", {State::running, 0, 60'000, now}, now},
        {"paused on the way", {State::paused, 0, 5'000, now}, {}},
        {"paused at its end", {State::paused, 0, 60'000, now - 500}, now - 500},
        {"open end", {State::running, 1, 5'000, now}, {}},
        {"not begun", {State::created, 0, 0, 0}, {}},
        {"stopped", {State::stopped, 0, 60'000, now}, {}},
        {"no such lesson", {State::running, 7, 0, now}, {}},
    };
    for (const Case& each : cases) {
        INFO(each.what);
        CHECK(sessions::finishes_ms(each.transport, lessons) == each.finishes_ms);
    }
}

TEST_CASE("where an order leaves the lesson and its position", "[sessions]") {
    const Transport running{State::running, 0, 10'000, now - 5'000};
    const Transport paused{State::paused, 0, 10'000, now - 5'000};
    struct Case {
        const char* what;
        Transport before;
        Order order;
        Transport after;
    };
    const std::vector<Case> cases = {
        {"start", {}, {Action::start, {}, {}}, {State::running, 0, 0, now}},
        {"start at a lesson", {}, {Action::start, 2, {}}, {State::running, 2, 0, now}},
        {"start another lesson", running, {Action::start, 1, {}}, {State::running, 1, 0, now}},
        {"start the same lesson again", running, {Action::start, 0, {}}, {State::running, 0, 0, now}},
        {"start a paused one", paused, {Action::start, {}, {}}, {State::running, 0, 10'000, now}},
        {"pause", running, {Action::pause, {}, {}}, {State::paused, 0, 15'000, now}},
        {"resume", paused, {Action::resume, {}, {}}, {State::running, 0, 10'000, now}},
        {"seek", running, {Action::seek, {}, 42'000}, {State::running, 0, 42'000, now}},
        {"seek past the end", paused, {Action::seek, {}, 99'000}, {State::paused, 0, 60'000, now}},
        {"seek in another lesson", paused, {Action::seek, 2, 80'000}, {State::paused, 2, 80'000, now}},
        {"stop", running, {Action::stop, {}, {}}, {State::stopped, 0, 15'000, now}},
        {"once more", {State::stopped, 2, 9'000, 5}, {Action::start, {}, {}}, {State::running, 2, 0, now}},
        {"look", running, {Action::look, {}, {}}, running},
    };
    for (const Case& each : cases) {
        INFO(each.what);
        CHECK(after(each.before, each.order) == each.after);
    }
    CHECK(refusal(running, {Action::start, 3, {}}) == platform::ErrorKind::invalid);
    CHECK(refusal(running, {Action::seek, -1, 0}) == platform::ErrorKind::invalid);
}
