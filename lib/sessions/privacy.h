// What a session keeps of a person beside the runs: a raised hand and what was asked.
#pragma once

#include <cstdint>

#include "platform/ids.h"
#include "store/transaction.h"

namespace sessions {

// All of it at once: there is one row a headset. Gives true, as a chunk that was the last.
bool erase_hands(store::Tx& tx, OrganisationId organisation_id, PersonId person_id, bool remove_runs);

} // namespace sessions
