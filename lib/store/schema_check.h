// Compares the schema of a database with the one that this program carries. A database from elsewhere may
// hold triggers that change rows by themselves, or lack the constraints that the domains rely on.
#pragma once

#include <string>

#include "store/connection.h"
#include "store/migrate.h"
#include "store/transaction.h"

namespace store {

// Triggers and views that `schema` does not have: "the trigger 'x'", or "" without any. Look before
// anything is written to the database, or they run.
std::string foreign_code(Connection& connection, const Schema& schema);

// The first table, index, trigger or view that is missing, foreign or different, comments and layout apart;
// "" when the database has exactly the current schema.
std::string schema_difference(Connection& connection, const Schema& schema);
std::string schema_difference(Read& read, const Schema& schema);

} // namespace store
