// What a session keeps of a person beside the runs: a raised hand and the question asked.
#pragma once

#include <cstdint>

#include "platform/ids.h"
#include "store/transaction.h"

namespace sessions {

// Erases all of it at once, because there is one row a headset. Returns true: this was the last chunk.
bool erase_hands(store::Tx& tx, OrganisationId organisation_id, PersonId person_id, bool remove_runs);

} // namespace sessions
