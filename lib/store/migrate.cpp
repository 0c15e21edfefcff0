#include "store/migrate.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <optional>
#include <set>
#include <string>

#include "platform/embedded.h"
#include "platform/error.h"
#include "platform/files.h"
#include "platform/log.h"
#include "platform/plain_name.h"
#include "platform/text.h"
#include "store/snapshot.h"

namespace store {
namespace {

using platform::Error;
using platform::ErrorKind;

constexpr std::int64_t application_id =
    0x4c63746e; // "Lctn", so that file(1) and we ourselves recognise our databases

std::string_view name_of(std::string_view path) {
    return path.substr(path.find('/') + 1);
}

int number_of(std::string_view name) {
    const std::optional<std::int64_t> number = platform::parse_integer(name.substr(0, 4));
    if (name.size() < 6 || name[4] != '_' || !number) {
        throw Error(ErrorKind::internal, "A migration is not named NNNN_name.sql: " + std::string(name));
    }
    return static_cast<int>(*number);
}

// When it goes out of scope, rolls back whatever is not committed.
class Transaction {
public:
    explicit Transaction(Connection& connection) : connection_(connection) {
        connection_.execute("BEGIN IMMEDIATE");
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction() {
        if (!connection_.in_transaction()) return;
        try {
            connection_.execute("ROLLBACK");
        } catch (const Error& error) {
            platform::log_error(error.what()); // closing the connection will undo it
        }
    }
    void commit() { connection_.execute("COMMIT"); }

private:
    Connection& connection_;
};

void set_version(Connection& connection, int version) {
    connection.execute(("PRAGMA user_version=" + std::to_string(version)).c_str());
    connection.execute(("PRAGMA application_id=" + std::to_string(application_id)).c_str());
}

void make_fresh(Connection& connection, const Schema& schema) {
    Transaction transaction(connection);
    connection.execute(std::string(schema.whole).c_str());
    set_version(connection, schema.version());
    transaction.commit();
}

// lectern_name_key(TEXT), for migrations alone: no statement of ours calls it.
void name_key_function(sqlite3_context* context, int, sqlite3_value** values) {
    const auto* const text =
        static_cast<const char*>(static_cast<const void*>(sqlite3_value_text(values[0])));
    const std::string key = platform::name_key(
        {text == nullptr ? "" : text, static_cast<std::size_t>(sqlite3_value_bytes(values[0]))});
    sqlite3_result_text64(context, key.data(), key.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void upgrade(Connection& connection, const Schema& schema, std::int64_t from) {
    sqlite3_create_function_v2(connection.handle(), "lectern_name_key", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                               nullptr, name_key_function, nullptr, nullptr, nullptr);
    // Rebuilding a table drops the old one, and that must not delete the rows that refer to it. The check of
    // the keys below makes up for it.
    connection.execute("PRAGMA foreign_keys=OFF");
    // Where only a table's text changes, a migration edits it in sqlite_schema instead of copying the table.
    sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
    {
        Transaction transaction(connection);
        for (const Migration& migration : schema.migrations) {
            if (migration.number > from) connection.execute(std::string(migration.sql).c_str());
        }
        if (const std::string table = connection.text("PRAGMA foreign_key_check"); !table.empty()) {
            throw Error(ErrorKind::internal,
                        "After the upgrade rows of " + table + " refer to rows that are gone.");
        }
        set_version(connection, schema.version());
        transaction.commit();
    }
    sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    connection.execute("PRAGMA foreign_keys=ON");
}

// Each column as "table.column".
constexpr const char* columns_sql =
    "SELECT t.name || '.' || c.name FROM sqlite_schema t JOIN pragma_table_xinfo(t.name) c"
    " WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'";

// Between two releases the schema changes without a new number. A database from such a time would fail later,
// call by call, so refuse it now.
void require_columns(Connection& connection, const Schema& schema, const std::filesystem::path& file) {
    std::set<std::string> there;
    for (auto rows = connection.prepare_once(columns_sql); rows.step();)
        there.insert(rows.string(0));
    SQLite::Database fresh(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    fresh.exec(std::string(schema.whole));
    for (SQLite::Statement rows(fresh, columns_sql); rows.executeStep();)
        if (const std::string wanted = rows.getColumn(0); !there.contains(wanted))
            throw UnfitDatabase(file.string() + " was made by a Lectern between two releases: it has no " +
                                wanted + ". Use that Lectern, or start with an empty folder.");
}

std::filesystem::path back_up_before(Connection& connection, const std::filesystem::path& backups,
                                     std::int64_t from, std::int64_t now_ms) {
    std::string time = platform::iso8601(now_ms).substr(0, 19);
    std::erase(time, ':');
    std::erase(time, '-');
    platform::make_private_folder(backups);
    std::filesystem::path file =
        backups / ("before-upgrade-from-" + std::to_string(from) + "-" + time + "Z.db");
    copy_database(connection, file);
    return file;
}

} // namespace

Schema embedded_schema() {
    Schema schema;
    const platform::EmbeddedFile* const whole = platform::find_embedded("schema.sql");
    if (whole == nullptr) throw Error(ErrorKind::internal, "This program carries no schema.sql.");
    schema.whole = whole->bytes;
    for (const platform::EmbeddedFile& file : platform::embedded_files()) {
        if (!file.name.starts_with("migrations/")) continue;
        const int number = number_of(name_of(file.name));
        if (number != schema.version() + 1) {
            throw Error(ErrorKind::internal,
                        "Migrations must be numbered from 0002 without gaps: " + std::string(file.name));
        }
        schema.migrations.push_back({number, file.bytes});
    }
    return schema;
}

void bring_up_to_date(Connection& connection, const Schema& schema, const std::filesystem::path& file,
                      const std::filesystem::path& backups, std::int64_t now_ms) {
    const std::int64_t version = connection.integer("PRAGMA user_version");
    const bool empty = connection.integer("SELECT count(*) FROM sqlite_schema") == 0;
    if (version == 0 && empty) return make_fresh(connection, schema);
    if (version <= 0 || connection.integer("PRAGMA application_id") != application_id) {
        throw UnfitDatabase(file.string() + " is not a database of Lectern.");
    }
    if (version > schema.version()) {
        throw UnfitDatabase(file.string() + " has schema version " + std::to_string(version) +
                            "; this Lectern knows versions up to " + std::to_string(schema.version()) +
                            ". Install the newer Lectern again, or restore a backup from " +
                            backups.string() + ".");
    }
    if (version == schema.version()) return require_columns(connection, schema, file);
    const std::filesystem::path copy = back_up_before(connection, backups, version, now_ms);
    upgrade(connection, schema, version);
    platform::log_info("Upgraded " + file.string() + " from schema version " + std::to_string(version) +
                       " to " + std::to_string(schema.version()) + "; as it was before: " + copy.string());
}

} // namespace store
