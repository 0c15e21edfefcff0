// Runs and the people who did them: what is exported, what is erased, and how long it is kept.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "people/privacy.h"
#include "platform/ids.h"
#include "runs/run.h"
#include "store/transaction.h"

namespace runs {

// The runs of a person with their rollups, and their events.
void export_runs(store::Read& read, OrganisationId organisation_id, PersonId person_id,
                 std::vector<people::Privacy::File>& files);
// One chunk: the runs lose their person, or go with their events. True when none is left.
bool erase_runs(store::Tx& tx, Runs& runs, OrganisationId organisation_id, PersonId person_id,
                bool remove_runs);

// Once a day, removes events older than their organisation keeps them; their rollups stay. Other modules'
// moment-by-moment data goes the same way. Works in chunks of a few milliseconds, and only while no lesson is
// on.
class Retention {
public:
    bool is_due(std::int64_t now_ms) const { return now_ms >= next_ms_; }
    void work(store::Tx& tx); // one chunk

    // Is a lesson on? Then the work can wait.
    std::function<bool(store::Read&)> is_busy;
    // A chunk of another module's data; true when none of it is too old any more.
    std::function<bool(store::Tx&)> also;

private:
    bool reduce_events(store::Tx& tx); // true: all are done
    std::atomic<std::int64_t> next_ms_{0};
    bool events_done_ = false;
    std::int64_t reached_ = 0; // the newest batch looked at in this pass; touched by the writer only
};

} // namespace runs
