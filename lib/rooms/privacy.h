// Where a person usually sits.
#pragma once

#include <cstdint>

#include "platform/ids.h"
#include "store/transaction.h"

namespace rooms {

// Erases the places kept for a person in every class; the headsets there stay. Returns true, because one
// chunk is all.
bool erase_places(store::Tx& tx, OrganisationId organisation_id, PersonId person_id, bool remove_runs);

} // namespace rooms
