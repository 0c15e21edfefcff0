// Where a person usually sits.
#pragma once

#include <cstdint>

#include "store/transaction.h"

namespace rooms {

// The places that are kept for a person in every class; the headsets there stay. Gives true, as a chunk that
// was the last.
bool erase_places(store::Tx& tx, std::int64_t organisation_id, std::int64_t person_id, bool remove_runs);

} // namespace rooms
