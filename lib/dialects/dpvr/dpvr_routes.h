#pragma once

#include "dialects/dpvr/headsets.h"
#include "http/serving/route.h"

namespace dialects::dpvr {

void add_dpvr_routes(http::RouteTable& table, Headsets& headsets);

} // namespace dialects::dpvr
