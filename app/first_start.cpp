#include "app/first_start.h"

#include "admin/inspection.h"
#include "audit/chain.h"
#include "audit/head.h"
#include "audit/verify.h"
#include "platform/files.h"
#include "store/migrate.h"
#include "store/settings.h"

namespace app {

namespace {

namespace fs = std::filesystem;
using platform::SecretHasher;

constexpr const char* pepper_advice =
    "Put the right one back, or restore a backup ('lectern restore'). To keep the school and set every PIN "
    "and password again: 'lectern begin-anew --pepper'.";

constexpr const char* audit_key_advice =
    "Put the right one back, or restore a backup ('lectern restore'). To go on without it: 'lectern "
    "begin-anew --audit'; nobody can check then what the audit log says up to now.";

bool has_bytes(const fs::path& file) {
    std::error_code none;
    const auto size = fs::file_size(file, none);
    return !none && size > 0;
}

bool has_files(const fs::path& folder) {
    std::error_code none;
    return fs::directory_iterator(folder, none) != fs::directory_iterator();
}

// 0: none is kept. A database from before there was a check value gets that of the pepper beside it.
std::int64_t kept_check(store::Store& store) {
    return store.read([](store::Read& read) { return setting(read, admin::pepper_check_setting, 0); });
}

bool anybody_has_a_secret(store::Store& store) {
    return store.read([](store::Read& read) {
        return read
            .integer("SELECT 1 FROM persons WHERE pin_hash IS NOT NULL OR password_hash IS NOT NULL LIMIT 1")
            .has_value();
    });
}

} // namespace

std::string why_not_a_new_school(const fs::path& folder) {
    std::string found;
    const auto add = [&found](bool there, const char* what) {
        if (there) found += (found.empty() ? "" : ", ") + std::string(what);
    };
    add(has_bytes(folder / "pepper"), "pepper");
    add(has_bytes(folder / audit::key_name), audit::key_name);
    add(has_files(folder / "content"), "content");
    add(has_bytes(folder / "lectern.db-wal"), "lectern.db-wal");
    if (found.empty()) return "";
    return "The database " + (folder / "lectern.db").string() +
           " is missing or empty, but there is other data (" + found +
           "): this is not a new box. Restore a backup ('lectern restore'). To begin anew, and move what is "
           "left aside: 'lectern begin-anew --school'.";
}

SecretHasher open_pepper(store::Store& store, const fs::path& file, platform::Random& random,
                         SecretHasher::Cost cost) {
    const std::int64_t kept = kept_check(store);
    if (!fs::exists(file) && (kept != 0 || anybody_has_a_secret(store)))
        throw store::UnfitDatabase("The file " + file.string() +
                                   " is gone, and no PIN or password can be checked without it. " +
                                   pepper_advice);
    if (const auto bytes = platform::read_file(file);
        bytes && kept != 0 && platform::pepper_check(*bytes) != kept)
        throw store::UnfitDatabase("The file " + file.string() +
                                   " does not belong to this database: no PIN or password would be right. " +
                                   pepper_advice);
    return SecretHasher(file, random, cost);
}

void keep_pepper_check(store::Store& store, const SecretHasher& hasher) {
    if (kept_check(store) == hasher.check()) return;
    store.write("keep pepper check",
                [&hasher](store::Tx& tx) { set_setting(tx, admin::pepper_check_setting, hasher.check()); });
}

audit::Key open_audit_key(store::Store& store, const fs::path& folder, platform::Random& random) {
    const auto refuse = [&folder](const std::string& why) {
        throw store::UnfitDatabase("The file " + (folder / audit::key_name).string() + why + " " +
                                   audit_key_advice);
    };
    const audit::Evidence found = audit::evidence_in(folder);
    if (found.key_damaged) refuse(" is damaged: it has another size than any Lectern's.");
    const auto [sealed, fits] = store.read([&](store::Read& read) {
        return std::pair(audit::seal(read).has_value(), found.key && audit::seal_fits(read, *found.key));
    });
    if (!found.key && (sealed || (found.head && !audit::is_forgotten(*found.head, std::nullopt))))
        refuse(" is gone, and the audit log cannot be checked without it.");
    if (found.key && sealed && !fits)
        refuse(
            " does not belong to this database, or somebody without it changed the seal of the audit log.");
    return found.key ? *found.key : audit::make_key(folder, random);
}

} // namespace app
