#pragma once

#include "courses/lesson.h"
#include "http/route.h"
#include "sessions/director.h"
#include "sessions/summary.h"

namespace sessions {

struct SessionParts {
    Sessions& sessions;
    Director& director;
    courses::Lessons& lessons;
    platform::Clock& clock;
};

// All of /v1/sessions, and the messages command.answer and session.join.
void add_session_routes(http::RouteTable& table, SessionParts parts);

} // namespace sessions
