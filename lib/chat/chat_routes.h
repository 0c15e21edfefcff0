#pragma once

#include "chat/chat.h"
#include "chat/feed.h"
#include "http/serving/route.h"

namespace chat {

// /v1/runs/:id/messages and /v1/chat/settings.
void add_chat_routes(http::RouteTable& table, Chat& chat, Feed& feed, const Endpoint& endpoint);

http::Shape message_shape();

} // namespace chat
