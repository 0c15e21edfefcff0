#pragma once

#include "http/serving/route.h"
#include "people/classes.h"
#include "people/people.h"
#include "runs/run.h"
#include "sessions/session.h"

namespace insights {

struct InsightParts { // all of it outlives the routes
    sessions::Sessions& sessions;
    runs::Runs& runs;
    people::People& people;
    people::Classes& classes;
};

// /v1/sessions/:id/insights, /debrief and a student's report, /v1/runs/:id/insights, /v1/people/:id/history,
// /v1/classes/:id/results; and all of them as CSV.
void add_insight_routes(http::RouteTable& table, InsightParts parts);

} // namespace insights
