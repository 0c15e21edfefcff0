#pragma once

#include "dialects/unreal/parts.h"
#include "http/serving/route.h"

namespace dialects::unreal {

// All calls of the unreal dialect except GET /health, which is the box's own in this dialect's words, and the
// documentation.
void add_unreal_routes(http::RouteTable& table, const Parts& parts);

} // namespace dialects::unreal
