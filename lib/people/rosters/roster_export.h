// The people of an organisation as a file that import accepts.
#pragma once

#include <cstdint>
#include <string>

#include "platform/ids.h"
#include "store/transaction.h"

namespace people {

// Active people, one per line, in the columns that import knows.
std::string export_csv(store::Read& read, OrganisationId organisation_id);
// OneRoster 1.1, a bulk zip: students, teachers, classes and their members.
std::string export_oneroster(store::Read& read, OrganisationId organisation_id);

} // namespace people
