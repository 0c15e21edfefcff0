// Where a person usually sits.
#pragma once

#include <cstdint>

#include "platform/ids.h"
#include "store/transaction.h"

namespace rooms {

// The places that are kept for a person in every class; the headsets there stay. Gives true, as a chunk that
// was the last.
bool erase_places(store::Tx& tx, OrganisationId organisation_id, PersonId person_id, bool remove_runs);

} // namespace rooms
