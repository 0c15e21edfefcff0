// Copies of the database.
#pragma once

#include <filesystem>

#include "store/connection.h"

namespace store {

// Copies what `connection` sees into `file`, which must not exist. The copy is consistent, compact, synced
// and private (0600), and is either there whole or not at all. Others read and write meanwhile.
void copy_database(Connection& connection, const std::filesystem::path& file);

} // namespace store
