#pragma once

#include "courses/lesson.h"
#include "http/route.h"
#include "platform/clock.h"
#include "sessions/director.h"

namespace sessions {

struct SessionParts { // all of it outlives the table
    Sessions& sessions;
    Director& director;
    courses::Lessons& lessons;
    platform::Clock& clock;
};

// All of /v1/sessions, and the messages command.answer and session.join.
void add_session_routes(http::RouteTable& table, SessionParts parts);

// The half of them that headsets obey: start, pause, resume, seek, look, stop, the commands, and the two
// messages.
void add_command_routes(http::RouteTable& table, SessionParts parts);

http::Shape session_shape();

} // namespace sessions
