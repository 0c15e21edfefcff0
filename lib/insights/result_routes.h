// The half of the insight routes about runs, students and classes, and what both halves share.
#pragma once

#include <string>

#include "http/serving/call.h"
#include "http/serving/shape.h"
#include "insights/insight_json.h"
#include "insights/insight_routes.h"

namespace insights {

// /v1/runs/:id/insights, /v1/people/:id/history, /v1/classes/:id/results.
void add_result_routes(http::RouteTable& table, InsightParts parts);

// ---- shared ----

http::RouteBuilder reading(http::RouteBuilder route);
http::Answer csv_answer(std::string text, const std::string& name);
// "zones.csv" is the table of zones. Error not_found for any name that isn't a table's.
Table table_of(const http::Call& call);

http::Shape count();
http::Shape dwell_shape();
http::Shape gaze_shape();
http::Shape cells_shape();
http::Shape slices_shape();

} // namespace insights
