#pragma once

#include "http/serving/route.h"
#include "store/store.h"

namespace admin {

// /v1/audit and /v1/audit.csv, of the caller's organisation.
void add_audit_routes(http::RouteTable& table, store::Store& store);

} // namespace admin
