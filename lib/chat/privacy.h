// Conversations and the people who had them: what is handed out, erased, and kept for how long.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "people/privacy.h"
#include "platform/ids.h"
#include "store/transaction.h"

namespace chat {

// What was said in a person's runs, and what a teacher said in others'.
void export_conversations(store::Read& read, OrganisationId organisation_id, PersonId person_id,
                          std::vector<people::Privacy::File>& files);

// A chunk: what was said in a person's runs goes, also where the runs stay, because words tell who spoke.
// What a teacher said to students stays, nobody's. True when nothing is left. `on_forgotten` is told each run
// whose conversation went.
bool erase_conversations(store::Tx& tx, OrganisationId organisation_id, PersonId person_id,
                         const std::function<void(RunId run_id)>& on_forgotten);

// What was said is kept for as long as events are.
class Retention {
public:
    bool work(store::Tx& tx); // a chunk; true at the end of a pass

private:
    MessageId reached_; // the newest message looked at in this pass; touched by the writer only
};

} // namespace chat
