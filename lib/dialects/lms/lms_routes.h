#pragma once

#include "dialects/lms/parts.h"
#include "http/serving/route.h"

namespace dialects::lms {

// All calls of the LMS dialect, and its two pages. Its sockets are in lms_sockets.h.
void add_lms_routes(http::RouteTable& table, const Parts& parts);

} // namespace dialects::lms
