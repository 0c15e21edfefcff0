// The schema, and how a database gets to it. A fresh database is made from schema.sql, which is the whole
// current schema. Version 1 is the first one that was released. Each change since has a file
// migrations/NNNN_name.sql, from 0002 on without gaps, that brings a database of the version before to its
// number. PRAGMA user_version says which version a database has.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "platform/error.h"
#include "store/connection.h"

namespace store {

struct Migration {
    int number;
    std::string_view sql;
};

struct Schema {
    std::string_view whole;
    std::vector<Migration> migrations; // in order

    int version() const { return migrations.empty() ? 1 : migrations.back().number; }
};

// The schema that this program carries. Throws Error internal when its files are not numbered as they should
// be.
Schema embedded_schema();

// Of kind conflict: the database is newer, not Lectern's, or lacks a column that its version has. Trying again
// does not help.
class UnfitDatabase : public platform::Error {
public:
    explicit UnfitDatabase(const std::string& message) : Error(platform::ErrorKind::conflict, message) {}
};

// Makes a fresh database, or upgrades an older one: completely, or on a failure not at all. Before an upgrade
// it copies the database into `backups` and says so in the journal. Throws UnfitDatabase, naming `file`, its
// version and ours.
void bring_up_to_date(Connection& connection, const Schema& schema, const std::filesystem::path& file,
                      const std::filesystem::path& backups, std::int64_t now_ms);

} // namespace store
