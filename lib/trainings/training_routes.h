#pragma once

#include "http/serving/route.h"
#include "platform/clock.h"
#include "store/store.h"
#include "trainings/training.h"
#include "trainings/waiting.h"

namespace trainings {

struct TrainingParts { // all of it outlives the table
    store::Store& store;
    platform::Clock& clock;
    Trainings& trainings;
    Waiting& waiting;
};

// All of /v1/trainings, and the headset's calls about its own training.
void add_training_routes(http::RouteTable& table, const TrainingParts& parts);

} // namespace trainings
