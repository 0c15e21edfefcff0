// Reads the tables of somebody else's SQLite file. It is opened for reading only and believed in nothing: views,
// triggers and functions of its own schema never run.
#include <sqlite3.h>

#include <memory>

#include "app/moving_in/source.h"
#include "platform/error.h"
#include "platform/text.h"

namespace app::moving_in {

namespace {

struct Close {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, Close>;
using Rows = std::unique_ptr<sqlite3_stmt, Close>;

class SqliteFile {
public:
    explicit SqliteFile(const std::filesystem::path& file) : name_(file.string()) {
        sqlite3* opened = nullptr;
        const int code = sqlite3_open_v2(name_.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
        database_.reset(opened);
        if (code != SQLITE_OK) fail();
        sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
        sqlite3_db_config(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
        sqlite3_db_config(opened, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
        sqlite3_db_config(opened, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    }

    template <class Take>
    void each_row(const std::string& sql, Take take) {
        sqlite3_stmt* prepared = nullptr;
        if (sqlite3_prepare_v2(database_.get(), sql.c_str(), -1, &prepared, nullptr) != SQLITE_OK) fail();
        const Rows rows(prepared);
        int code = sqlite3_step(prepared);
        for (; code == SQLITE_ROW; code = sqlite3_step(prepared))
            take(prepared);
        if (code != SQLITE_DONE) fail();
    }

private:
    [[noreturn]] void fail() {
        platform::throw_invalid(name_, std::string("cannot be read: ") + sqlite3_errmsg(database_.get()));
    }

    std::string name_;
    Database database_;
};

std::string bytes_of(sqlite3_stmt* rows, int column) {
    const void* const bytes = sqlite3_column_blob(rows, column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(rows, column));
    return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
}

// A BLOB is told by its size: nothing that moves in is one.
Json value_at(sqlite3_stmt* rows, int column) {
    switch (sqlite3_column_type(rows, column)) {
        case SQLITE_INTEGER:
            return sqlite3_column_int64(rows, column);
        case SQLITE_FLOAT:
            return sqlite3_column_double(rows, column);
        case SQLITE_TEXT: {
            std::string text = bytes_of(rows, column);
            return platform::is_utf8(text) ? Json(std::move(text)) : Json();
        }
        default:
            return nullptr;
    }
}

std::string quoted(const std::string& name) {
    std::string safe = "\"";
    for (const char c : name)
        safe += c == '"' ? std::string("\"\"") : std::string(1, c);
    return safe + "\"";
}

} // namespace

void read_sqlite(const std::filesystem::path& path, Source& source) {
    SqliteFile file(path);
    std::vector<std::string> tables;
    file.each_row("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'",
                  [&](sqlite3_stmt* rows) { tables.push_back(bytes_of(rows, 0)); });
    for (const std::string& table : tables) {
        if (table.starts_with("sqlite_")) continue;
        file.each_row("SELECT * FROM " + quoted(table), [&](sqlite3_stmt* rows) {
            Json row = Json::object();
            const int columns = sqlite3_column_count(rows);
            for (int i = 0; i < columns; ++i)
                row[snake_case(sqlite3_column_name(rows, i))] = value_at(rows, i);
            source.add(table, std::move(row));
        });
    }
}

} // namespace app::moving_in
