// Copies of the database.
#pragma once

#include <filesystem>

#include "store/connection.h"

namespace store {

// A consistent copy of what `connection` sees into `file`, which must not exist: compact, synced, private (0600). It is
// there whole or not at all. Others read and write meanwhile.
void copy_database(Connection& connection, const std::filesystem::path& file);

} // namespace store
