#pragma once

#include "http/route.h"
#include "platform/clock.h"
#include "runs/training.h"
#include "runs/waiting.h"
#include "store/store.h"

namespace runs {

struct TrainingParts { // all of it outlives the table
    store::Store& store;
    platform::Clock& clock;
    Trainings& trainings;
    Waiting& waiting;
};

// All of /v1/trainings, and what a headset asks of its own.
void add_training_routes(http::RouteTable& table, const TrainingParts& parts);

} // namespace runs
