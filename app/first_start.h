// A folder whose database, pepper or audit key is missing must not be taken for a new box: the school would
// look lost, no PIN and no password would ever fit again, or nobody could check the audit log. Only an
// administrator may decide to start over (commands/begin_anew.cpp).
#pragma once

#include <filesystem>
#include <string>

#include "audit/key.h"
#include "platform/crypto.h"
#include "platform/random.h"
#include "store/store.h"

namespace app {

// Names the files in the folder that are useless without their database, and says how to go on. "": there are
// none, so a new database may be made.
std::string why_not_a_new_school(const std::filesystem::path& folder);

// A new pepper only for a database in which nobody has a secret yet. Throws store::UnfitDatabase when the
// pepper is missing or is not the one that the database was made with.
platform::SecretHasher open_pepper(store::Store& store, const std::filesystem::path& file,
                                   platform::Random& random, platform::SecretHasher::Cost cost);

// Keeps the check value of this pepper as the one that belongs to the database.
void keep_pepper_check(store::Store& store, const platform::SecretHasher& hasher);

// A new audit key only for a log that has never had one. Throws store::UnfitDatabase when the key is missing,
// damaged, or not the one that the log was sealed with.
audit::Key open_audit_key(store::Store& store, const std::filesystem::path& folder, platform::Random& random);

} // namespace app
