#include "trainings/past_training.h"

namespace trainings {

RunId bring_in(store::Tx& tx, OrganisationId organisation_id, runs::Runs& runs, Trainings& trainings,
               const PastTraining& past) {
    runs::NewRun begun;
    begun.scenario_id = past.scenario_id;
    begun.scenario_version = past.scenario_version;
    begun.person_id = past.person_id;
    begun.public_id = past.public_id;
    begun.origin = past.origin;
    begun.data = past.data;
    begun.started_ms = past.started_ms;
    const RunId run_id = runs.begin(tx, organisation_id, begun).id;
    // Its end comes first: the score may count the time that it took.
    tx.run("UPDATE trainings SET running_ms = ?2 WHERE run_id = ?1", run_id,
           past.started_ms + tx.now_ms() - past.ended_ms);
    trainings.record(tx, organisation_id, run_id, past.record);
    tx.run("UPDATE trainings SET running_ms = ?2, recorded_ms = ?3 WHERE run_id = ?1", run_id,
           past.started_ms, past.ended_ms);
    // The headset comes last: whoever wears it now is not the student of then.
    runs::RunChange ended;
    ended.started_ms = past.started_ms;
    ended.ended_ms = past.ended_ms;
    ended.device_id = past.device_id;
    runs.change(tx, organisation_id, run_id, ended);
    return run_id;
}

} // namespace trainings
