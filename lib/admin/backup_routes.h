#pragma once

#include <functional>

#include "admin/backup.h"
#include "http/serving/route.h"
#include "people/signing_in/setup.h"

namespace admin {

struct BackupParts { // all of it outlives the routes
    store::Store& store;
    Backups& backups;
    people::Setup& setup;
    std::filesystem::path folder;
    std::function<void()> restart; // empty: the next start applies what was staged
};

// /v1/backups, and /v1/setup/restore for a box on which nobody has an account yet.
void add_backup_routes(http::RouteTable& table, const BackupParts& parts);

} // namespace admin
