// Runs and the people who did them: what is handed out, erased, and kept for how long.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "people/privacy.h"
#include "platform/ids.h"
#include "store/transaction.h"

namespace runs {

// The runs of a person with what they add up to, and their events.
void export_runs(store::Read& read, OrganisationId organisation_id, PersonId person_id,
                 std::vector<people::Privacy::File>& files);
// A chunk: the runs become nobody's, or go with their events. True when none is left.
bool erase_runs(store::Tx& tx, OrganisationId organisation_id, PersonId person_id, bool remove_runs);

// Once a day, events older than their organisation keeps them are removed; what they added up to stays. So is
// what other modules keep moment by moment. In chunks of a few milliseconds, and only while no lesson is on.
class Retention {
public:
    bool is_due(std::int64_t now_ms) const { return now_ms >= next_ms_; }
    void work(store::Tx& tx); // a chunk

    // Is a lesson on? Then it can wait.
    std::function<bool(store::Read&)> is_busy;
    // A chunk of another module's; true when nothing of it is too old any more.
    std::function<bool(store::Tx&)> also;

private:
    bool reduce_events(store::Tx& tx); // true: at the end of them
    std::atomic<std::int64_t> next_ms_{0};
    bool events_done_ = false;
    std::int64_t reached_ = 0; // the newest batch looked at in this pass; touched by the writer only
};

} // namespace runs
