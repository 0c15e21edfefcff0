#pragma once

#include "dialects/unreal/parts.h"
#include "http/serving/route.h"

namespace dialects::unreal {

// All of dialect C's calls but GET /health, which is the box's own in these words, and the documentation.
void add_unreal_routes(http::RouteTable& table, const Parts& parts);

} // namespace dialects::unreal
