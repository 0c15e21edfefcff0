#pragma once

#include "dialects/training/parts.h"
#include "http/serving/route.h"

namespace dialects::training {

// All calls of the training dialect.
void add_training_routes(http::RouteTable& table, const Parts& parts);

// Its two halves: the calls of the client's panel, and those of headsets.
void add_panel_routes(http::RouteTable& table, const Parts& parts);
void add_headset_routes(http::RouteTable& table, const Parts& parts);

} // namespace dialects::training
