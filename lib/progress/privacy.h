// Hands out or erases what a student has reached.
#pragma once

#include <cstdint>
#include <vector>

#include "people/privacy.h"
#include "platform/ids.h"
#include "store/transaction.h"

namespace progress {

void export_progress(store::Read& read, OrganisationId organisation_id, PersonId person_id,
                     std::vector<people::Privacy::File>& files);
// Erases one chunk. All of it goes, even where the runs stay. True when nothing is left.
bool erase_progress(store::Tx& tx, OrganisationId organisation_id, PersonId person_id);
// A run goes, and the experience that it gave; what was reached with it stays.
void forget_run(store::Tx& tx, RunId run_id);

} // namespace progress
