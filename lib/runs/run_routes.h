#pragma once

#include "http/serving/route.h"
#include "runs/ingest.h"
#include "runs/run.h"

namespace runs {

// /v1/runs, /v1/events, and the message `events`.
void add_run_routes(http::RouteTable& table, Runs& runs, Ingest& ingest);

} // namespace runs
