#pragma once

#include "http/serving/route.h"

namespace app {

class Appliance;

// The calls that run the box: /v1/system with its clock and settings, and /metrics.
void add_box_routes(http::RouteTable& table, Appliance& appliance);

} // namespace app
