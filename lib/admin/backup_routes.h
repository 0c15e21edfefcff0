#pragma once

#include <functional>

#include "admin/backup.h"
#include "admin/nightly.h"
#include "http/serving/route.h"
#include "people/signing_in/setup.h"

namespace admin {

struct BackupParts { // all of it outlives the routes
    store::Store& store;
    Backups& backups;
    Nightly& nightly;
    people::Setup& setup;
    std::filesystem::path folder;
    std::function<void()> restart; // empty: the next start applies what was staged
    std::function<bool()> lesson_on;
};

// /v1/backups, and how the nightly ones go.
void add_backup_routes(http::RouteTable& table, const BackupParts& parts);
// What a backup holds, restoring it and undoing that; and /v1/setup/restore for a box on which nobody has an
// account yet.
void add_restore_routes(http::RouteTable& table, const BackupParts& parts);
http::Shape backup_shape();

} // namespace admin
