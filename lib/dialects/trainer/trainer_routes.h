#pragma once

#include "dialects/trainer/parts.h"
#include "http/serving/route.h"

namespace dialects::trainer {

// All calls of the trainer dialect.
void add_trainer_routes(http::RouteTable& table, const Parts& parts);

// The groups of calls, one file each.
void add_auth_routes(http::RouteTable& table, const Parts& parts);
void add_scenario_routes(http::RouteTable& table, const Parts& parts);
void add_session_routes(http::RouteTable& table, const Parts& parts);
void add_user_routes(http::RouteTable& table, const Parts& parts);

} // namespace dialects::trainer
