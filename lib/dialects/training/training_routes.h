#pragma once

#include "dialects/training/parts.h"
#include "http/serving/route.h"

namespace dialects::training {

// All of dialect A.
void add_training_routes(http::RouteTable& table, const Parts& parts);

// Its halves: what the client's panel calls, and what headsets call.
void add_panel_routes(http::RouteTable& table, const Parts& parts);
void add_headset_routes(http::RouteTable& table, const Parts& parts);

} // namespace dialects::training
