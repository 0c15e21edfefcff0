// Checks of the data in a folder. They change nothing. `sqlite` is a connection to the database that may only
// read: a server's, or one that opened the folder alone (alone.h).
#pragma once

#include <cstdint>
#include <filesystem>

#include "app/checkup/finding.h"
#include "audit/verify.h"
#include "store/transaction.h"

namespace app {

// Of the database: its pages and indexes, schema, references, audit log, and the files that belong to it,
// the pepper and content. `evidence` was taken before `read` began. `hashes`: reads every file of content
// and compares its SHA-256.
Findings examine_data(store::Read& read, const std::filesystem::path& folder, const audit::Evidence& evidence,
                      bool hashes);

// Of the folder, whether or not a database can be opened there: who may read it, the room on its disk, backups.
Findings examine_folder(const std::filesystem::path& folder, std::int64_t now_ms);

// Whether a server that starts here finds its data, instead of a folder that has lost something. Not while one
// runs.
Finding examine_start(const std::filesystem::path& folder);

} // namespace app
