#pragma once

#include "http/serving/route.h"
#include "timetable/timetable.h"

namespace timetable {

// /v1/timetable and /v1/classes/:id/timetable.
void add_timetable_routes(http::RouteTable& table, Timetable& timetable);

} // namespace timetable
