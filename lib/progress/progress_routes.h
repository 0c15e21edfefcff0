#pragma once

#include "http/serving/route.h"
#include "people/classes.h"
#include "progress/progress.h"

namespace progress {

// /v1/progress, /v1/people/:id/progress and the calls that belong to it, /v1/leaderboard, /v1/achievements.
void add_progress_routes(http::RouteTable& table, Progress& progress, people::Classes& classes);

} // namespace progress
