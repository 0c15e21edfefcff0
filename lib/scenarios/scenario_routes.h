#pragma once

#include "http/serving/route.h"
#include "scenarios/scenario.h"

namespace scenarios {

// All of /v1/scenarios.
void add_scenario_routes(http::RouteTable& table, Scenarios& scenarios);

http::Shape scenario_reference_shape();
// What an editor may set: title, persona, knowledge base and so on, without the prerequisites.
http::Shape scenario_content_shape();

} // namespace scenarios
