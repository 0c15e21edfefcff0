#pragma once

#include "courses/lesson.h"
#include "http/serving/route.h"
#include "platform/clock.h"
#include "sessions/before/fetching.h"
#include "sessions/director.h"

namespace sessions {

struct SessionParts { // all of it outlives the table
    Sessions& sessions;
    Director& director;
    courses::Lessons& lessons;
    devices::Presence& presence;
    Fetching& fetching;
    platform::Clock& clock;
};

// All of /v1/sessions, and the messages command.answer and session.join.
void add_session_routes(http::RouteTable& table, SessionParts parts);

// Orders: the one call for all of them, and its short forms start, pause, resume, seek, look and stop.
void add_order_routes(http::RouteTable& table, SessionParts parts);

// What became of orders: the commands, retrying them, and the two messages of headsets.
void add_command_routes(http::RouteTable& table, SessionParts parts);

// The calls about whole sessions: display, swap, stop all, take over.
void add_control_routes(http::RouteTable& table, SessionParts parts);

// Raised hands: headset.hand, hand_down, unwell and well, and lowering them.
void add_hand_routes(http::RouteTable& table, SessionParts parts);

// The pushes and the topics, for the documentation.
void add_pushes(http::RouteTable& table);
void add_topics(http::RouteTable& table);

// Content to headsets.
void add_fetch_routes(http::RouteTable& table, SessionParts parts);

// The board before a lesson.
void add_preflight_routes(http::RouteTable& table, SessionParts parts);

http::Shape session_shape();
http::Shape session_lesson_shape();
http::Shape ordered_shape();
http::Shape command_shape();
// A command as it is told: `fields`, its action, and the arguments that belong to that action.
http::Shape told_shape(const http::Fields& fields);
http::Fields controls_fields(); // what a headset holds; see controls.h
http::Shape hand_shape();
http::Shape fetch_shape();
std::vector<std::string> action_names(); // as they are on the wire
http::Answer ordered_answer(store::Tx& tx, const SessionParts& parts, const Ordered& ordered);

} // namespace sessions
