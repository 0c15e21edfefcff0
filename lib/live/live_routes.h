// The socket's own messages: `subscribe`, `unsubscribe`, `ping` and `clock`. All run from memory, on the io
// thread.
#pragma once

#include "http/serving/route.h"
#include "live/hub.h"
#include "platform/clock.h"

namespace live {

void add_live_routes(http::RouteTable& table, Hub& hub, const platform::Clock& clock);

// The push `topic`, for the documentation. Call it when all topics have been declared.
void add_topic_push(http::RouteTable& table);

} // namespace live
