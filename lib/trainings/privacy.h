// Trainings and the people who did them: what is exported, and what is erased.
#pragma once

#include <vector>

#include "people/privacy.h"
#include "platform/ids.h"
#include "store/transaction.h"

namespace trainings {

// Records and notes of a person's trainings, as they are kept.
void export_trainings(store::Read& read, OrganisationId organisation_id, PersonId person_id,
                      std::vector<people::Privacy::File>& files);
// One chunk, before the runs lose their person: free text may say who it was. With `remove_runs` the rest
// goes with each run. True when nothing is left.
bool erase_trainings(store::Tx& tx, OrganisationId organisation_id, PersonId person_id, bool remove_runs);

} // namespace trainings
