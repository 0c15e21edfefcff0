#pragma once

#include "dialects/seats/parts.h"
#include "dialects/seats/seats_sockets.h"
#include "http/serving/route.h"

namespace dialects::seats {

// The calls of the seats dialect: /user/* and /api/user/*. The sockets announce what they change.
void add_seats_routes(http::RouteTable& table, const Parts& parts, Sockets& sockets);

} // namespace dialects::seats
