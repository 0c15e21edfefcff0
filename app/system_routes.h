// The state of the box itself: /health for monitoring, /v1/system for its administrator.
#pragma once

#include "http/serving/route.h"

namespace app {

class Appliance;

void add_system_routes(http::RouteTable& table, Appliance& appliance);

} // namespace app
