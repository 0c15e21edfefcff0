#pragma once

#include "dialects/seats/parts.h"
#include "dialects/seats/seats_sockets.h"
#include "http/serving/route.h"

namespace dialects::seats {

// Dialect D's calls: /user/* and /api/user/*. What they change, the sockets tell.
void add_seats_routes(http::RouteTable& table, const Parts& parts, Sockets& sockets);

} // namespace dialects::seats
