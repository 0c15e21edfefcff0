#include "dialects/lms/control.h"

#include <algorithm>

#include "platform/error.h"

namespace dialects::lms {

namespace {

using sessions::Action;
using sessions::State;

// nullopt: the session is in that state already.
std::optional<Action> action_for(Act act, State state) {
    switch (act) {
        case Act::start:
            if (state == State::running) return std::nullopt;
            return state == State::paused ? Action::resume : Action::start;
        case Act::pause:
            if (state == State::paused) return std::nullopt;
            if (state != State::running) platform::throw_conflict("Session is not active");
            return Action::pause;
        case Act::stop:
            if (state == State::created || state == State::stopped) return std::nullopt;
            return Action::stop;
    }
    return std::nullopt;
}

std::optional<SessionId> first_id(const store::Page<sessions::Session>& page) {
    return page.items.empty() ? std::nullopt : std::optional(page.items.front().id);
}

} // namespace

sessions::Session own_session(store::Read& read, const Parts& parts, const platform::Caller& caller,
                              SessionId id) {
    const auto session = parts.sessions.find(read, caller.organisation_id, id);
    const bool own =
        session && (session->teacher.id == caller.person_id || caller.role >= platform::Role::administrator);
    if (!own) throw platform::Error(platform::ErrorKind::not_found, "Session not found");
    return *session;
}

Acted act(store::Tx& tx, const Parts& parts, const platform::Caller& caller, SessionId session_id, Act act) {
    const auto session = own_session(tx, parts, caller, session_id);
    const auto action = action_for(act, session.transport.state);
    if (!action) return {session.id, 0};
    const auto ordered = parts.director.order(tx, session, {.action = *action}, caller.person_id);
    return {session.id, ordered->command.number};
}

std::optional<SessionId> running_session(store::Read& read, const Parts& parts,
                                         const platform::Caller& caller) {
    const OrganisationId organisation_id = caller.organisation_id;
    if (caller.device_id) {
        if (const auto joined = parts.sessions.live_session_of(read, organisation_id, caller.device_id))
            return joined;
        if (const auto calling = parts.sessions.session_calling(read, organisation_id, caller.device_id))
            return calling;
    }
    if (!caller.person_id) return std::nullopt;
    sessions::SessionFilter filter;
    filter.live = true;
    (caller.role >= platform::Role::viewer ? filter.teacher_id : filter.student_id) = caller.person_id;
    return first_id(parts.sessions.list(read, organisation_id, filter, {1, {}}));
}

std::optional<SessionId> newest_session(store::Read& read, const Parts& parts,
                                        const platform::Caller& caller) {
    sessions::SessionFilter filter;
    filter.teacher_id = caller.person_id;
    return first_id(parts.sessions.list(read, caller.organisation_id, filter, {1, {}}));
}

bool admits_person(store::Read& read, const Parts& parts, const sessions::Session& session,
                   const platform::Caller& caller) {
    if (caller.role >= platform::Role::viewer || !session.class_id) return true;
    const auto classes = parts.classes.of_student(read, caller.organisation_id, caller.person_id);
    return std::ranges::any_of(classes, [&](const auto& a_class) { return a_class.id == *session.class_id; });
}

} // namespace dialects::lms
