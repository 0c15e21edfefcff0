// Conversations and the people who had them: what is exported, what is erased, and how long it is kept.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "people/privacy.h"
#include "platform/ids.h"
#include "store/transaction.h"

namespace chat {

// Everything said in a person's runs, and what a teacher said in others' runs.
void export_conversations(store::Read& read, OrganisationId organisation_id, PersonId person_id,
                          std::vector<people::Privacy::File>& files);

// One chunk of the work: everything said in a person's runs goes, even where the runs stay, because words
// tell who spoke. A teacher's words to students stay, without the name. True when nothing is left.
// `on_forgotten` receives each run whose conversation went.
bool erase_conversations(store::Tx& tx, OrganisationId organisation_id, PersonId person_id,
                         const std::function<void(RunId run_id)>& on_forgotten);

// A run goes, and with it everything said there.
void erase_conversation(store::Tx& tx, RunId run_id, const std::function<void(RunId run_id)>& on_forgotten);

// Conversations are kept as long as events are.
class Retention {
public:
    bool work(store::Tx& tx); // a chunk; true at the end of a pass

private:
    MessageId reached_; // the newest message looked at in this pass; touched by the writer only
};

} // namespace chat
