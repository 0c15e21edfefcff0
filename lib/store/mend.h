// Damage in a database's pages, and the part of it that can be mended: an index holds nothing that its table does
// not, so a damaged one can be built again.
#pragma once

#include <string>
#include <vector>

#include "store/connection.h"
#include "store/transaction.h"

namespace store {

struct Damage {
    std::vector<std::string> indexes; // that don't agree with their tables, by name
    std::string elsewhere;            // what SQLite says about everything else; "": nothing

    bool none() const { return indexes.empty() && elsewhere.empty(); }
};

// Reads the whole database.
Damage damage_of(Connection& connection);
Damage damage_of(Read& read);

// Builds all indexes again, and keeps that only if the database is whole afterwards. False: it isn't, and nothing
// has changed. Needs about as much room as the database has.
bool mend_indexes(Connection& connection);

} // namespace store
