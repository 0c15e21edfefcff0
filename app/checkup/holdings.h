// Tells a stranger who has to help how much of each thing a database holds, and shows no row of it.
#pragma once

#include <nlohmann/json.hpp>

#include "app/checkup/cleaner.h"
#include "store/transaction.h"

namespace app {

// The version of its schema, and the number of rows of each table.
nlohmann::json holdings(store::Read& read);

// Tells the cleaner every name in the database: of people, and of what a school gives names to.
void add_names(store::Read& read, Cleaner& cleaner);

} // namespace app
