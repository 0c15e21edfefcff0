// How the box itself is: /health for whoever watches it, /v1/system for its administrator.
#pragma once

#include "http/serving/route.h"

namespace app {

class Appliance;

void add_system_routes(http::RouteTable& table, Appliance& appliance);

} // namespace app
