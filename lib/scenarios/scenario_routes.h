#pragma once

#include "http/serving/route.h"
#include "scenarios/scenario.h"

namespace scenarios {

// All of /v1/scenarios.
void add_scenario_routes(http::RouteTable& table, Scenarios& scenarios);

http::Shape scenario_reference_shape();

} // namespace scenarios
