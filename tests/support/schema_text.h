// The shape of a database, as text to compare: tables, columns, keys and indices, however their SQL was
// written.
#pragma once

#include <filesystem>
#include <string>

namespace support {

std::string schema_text(const std::filesystem::path& database);

} // namespace support
