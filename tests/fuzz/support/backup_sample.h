// A small school's backup, made once, and archives made of parts of it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fuzz {

using Entries = std::vector<std::pair<std::string, std::string>>;

// lectern.db, pepper and backup.json, as a box makes them.
const Entries& backup_sample();

// An archive of these, with heads that are sound whatever the names are.
std::string archive_of(const Entries& entries);
// The backup.json that fits the entries.
std::string manifest_of(const Entries& entries);

} // namespace fuzz
