// A training that was done on another system, with its own times: it is recorded at once, scored by its scenario, and
// gives experience like any other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "trainings/training.h"

namespace trainings {

struct PastTraining {
    ScenarioId scenario_id;
    std::int64_t scenario_version = 1;
    std::optional<PersonId> person_id;
    std::optional<DeviceId> device_id;
    std::string public_id, data = "{}";
    runs::Origin origin = runs::Origin::training;
    std::int64_t started_ms = 0, ended_ms = 0;
    Record record;
};

// Error conflict when its public id is taken.
RunId bring_in(store::Tx& tx, OrganisationId organisation_id, runs::Runs& runs, Trainings& trainings,
               const PastTraining& past);

} // namespace trainings
