// Epochs. A database that was restored, or copied here, has forgotten what came after the copy was made. Headsets
// and pages have not: they may hold a session, a run or a file by an id that this database would give out a
// second time, and then obey no order of the new session, add to somebody else's run, or play the wrong file.
// So such a database begins a new epoch: its ids go on beyond all that anybody can hold.
//
// An epoch has a name, kept in the database and in the file "epoch" beside it, which no backup holds. Where
// the two differ the database comes from elsewhere. A restore on the same box makes them differ.
#pragma once

#include <filesystem>
#include <string>

#include "platform/random.h"
#include "store/sql.h"
#include "store/store.h"

namespace store {

// For the id of a new row that clients remember:
// "INSERT INTO runs (id, ...) VALUES (max(coalesce((SELECT max(id) FROM runs), 0), " + ids_from + ") + 1, ..."
inline constexpr SqlText ids_from =
    "coalesce((SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'ids_from'), 0)";

// Looks at the start whether the database comes from elsewhere, and if so begins a new epoch and returns true.
// A new database begins its first one, which is no news.
bool begin_epoch_if_moved(Store& store, const std::filesystem::path& folder, platform::Random& random);

// The name of the epoch that the database is in; "" before its first start.
std::string epoch_name(Read& read);

// Before another database is put into the folder: the next start begins a new epoch.
void forget_epoch(const std::filesystem::path& folder);

} // namespace store
