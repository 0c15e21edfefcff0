#include "store/connection.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "platform/error.h"

namespace store {
namespace {

using platform::ErrorKind;

// How long to wait for somebody with a sqlite3 shell; our own threads never hold each other up.
constexpr int busy_ms = 1000;

int open_flags(Connection::Mode mode) {
    const int common = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_URI;
    switch (mode) {
        case Connection::Mode::create:
            return common | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
        case Connection::Mode::read_write:
            return common | SQLITE_OPEN_READWRITE;
        case Connection::Mode::read_only:
            break;
    }
    return common | SQLITE_OPEN_READONLY;
}

// SQLite reports a full disk in two ways: as SQLITE_FULL, and as an I/O error where it did not expect one (a
// quota, the shared memory file, a flush of blocks allocated late).
bool means_full(int code, int system_error) {
    const int primary = code & 0xff;
    return primary == SQLITE_FULL ||
           (primary == SQLITE_IOERR && (system_error == ENOSPC || system_error == EDQUOT));
}

// In doubt: what was written may not be on the disk, or the disk holds something else. Running out of memory
// does not count, although SQLite reports it as an I/O error when it strikes there.
bool means_doubt(int code) {
    if (code == SQLITE_IOERR_NOMEM) return false;
    const int primary = code & 0xff;
    return primary == SQLITE_IOERR || primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB ||
           primary == SQLITE_CANTOPEN || primary == SQLITE_READONLY;
}

// "UNIQUE constraint failed: rooms.organisation_id, rooms.name" -> "The name is already taken."
std::string taken(std::string_view message) {
    const std::size_t dot = message.rfind('.');
    std::string column(dot == std::string_view::npos ? "value" : message.substr(dot + 1));
    std::ranges::replace(column, '_', ' ');
    return "The " + column + " is already taken.";
}

[[noreturn]] void throw_constraint(int code, const std::string& message) {
    switch (code) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
            throw platform::Error(ErrorKind::conflict, taken(message));
        case SQLITE_CONSTRAINT_FOREIGNKEY:
            throw ReferenceError();
        case SQLITE_CONSTRAINT_TRIGGER:
            throw platform::Error(ErrorKind::conflict, message);
        default:
            throw platform::Error(ErrorKind::internal, message); // validation should have caught this
    }
}

} // namespace

ReferenceError::ReferenceError()
    : platform::Error(ErrorKind::conflict, "It is still in use, or it refers to something that is gone.") {}

struct Connection::Impl {
    struct Slot {
        sqlite3_stmt* statement = nullptr;
        bool busy = false;
    };

    Impl(const std::filesystem::path& file, Mode mode, const char* vfs)
        : database(file.c_str(), open_flags(mode), busy_ms, vfs) {}
    ~Impl() {
        for (const auto& [sql, slot] : statements)
            sqlite3_finalize(slot.statement);
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    SQLite::Database database;
    std::unordered_map<const char*, Slot> statements;
    Trouble trouble = Trouble::none;
};

Connection::Connection(const std::filesystem::path& file, Mode mode, const char* vfs) {
    try {
        impl_ = std::make_unique<Impl>(file, mode, vfs);
    } catch (const SQLite::Exception& failure) {
        throw platform::Error(ErrorKind::unavailable,
                              "Cannot open " + file.string() + ": " + failure.what() + ".", 5);
    }
    sqlite3_db_config(handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    execute(
        "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA foreign_keys=ON; PRAGMA "
        "temp_store=MEMORY;"
        "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-8192;");
    if (mode == Mode::read_only) return;
    // Between checkpoints the log keeps up to this many bytes of its blocks; a larger log is cut back when it
    // restarts from its beginning.
    execute("PRAGMA journal_size_limit=16777216;");
    if (text("PRAGMA journal_mode=WAL") != "wal") {
        throw platform::Error(
            ErrorKind::unavailable,
            "The file system of " + file.string() + " cannot share memory, which the database needs.", 5);
    }
}

Connection::~Connection() = default;

Statement Connection::prepared(Sql sql, Statement::Bytes bytes) {
    Impl::Slot& slot = impl_->statements[sql.text()];
    if (slot.busy) return prepare_once(sql.text()); // the same SQL, used inside a loop over its own rows
    if (slot.statement == nullptr) {
        const int code =
            sqlite3_prepare_v3(handle(), sql.text(), -1, SQLITE_PREPARE_PERSISTENT, &slot.statement, nullptr);
        if (code != SQLITE_OK) fail(code);
    }
    slot.busy = true;
    return Statement(*this, slot.statement, &slot.busy, bytes);
}

Statement Connection::prepare_once(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    const int code =
        sqlite3_prepare_v3(handle(), sql.c_str(), static_cast<int>(sql.size()), 0, &statement, nullptr);
    if (code != SQLITE_OK) fail(code);
    return Statement(*this, statement, nullptr, Statement::Bytes::copied);
}

void Connection::execute(const char* sql) {
    const int code = impl_->database.tryExec(sql);
    if (code != SQLITE_OK) fail(sqlite3_extended_errcode(handle()));
}

std::int64_t Connection::integer(const char* sql) {
    Statement statement = prepare_once(sql);
    return statement.step() ? statement.integer(0) : 0;
}

std::string Connection::text(const char* sql) {
    Statement statement = prepare_once(sql);
    return statement.step() ? statement.string(0) : "";
}

std::int64_t Connection::changes() const {
    return sqlite3_changes64(handle());
}

std::int64_t Connection::last_insert_id() const {
    return sqlite3_last_insert_rowid(handle());
}

bool Connection::in_transaction() const {
    return sqlite3_get_autocommit(handle()) == 0;
}

sqlite3* Connection::handle() const {
    return impl_->database.getHandle();
}

Connection::Trouble Connection::take_trouble() {
    return std::exchange(impl_->trouble, Trouble::none);
}

void Connection::fail(int code) {
    const std::string message = sqlite3_errmsg(handle());
    const int primary = code & 0xff;
    if (primary == SQLITE_CONSTRAINT) throw_constraint(code, message);
    if (means_full(code, sqlite3_system_errno(handle()))) {
        impl_->trouble = std::max(impl_->trouble, Trouble::full);
        throw platform::Error(ErrorKind::storage_full, "The box's disk is full.");
    }
    if (means_doubt(code)) {
        impl_->trouble = Trouble::doubt;
        throw platform::Error(ErrorKind::unavailable, "The database cannot be used: " + message + ".", 5);
    }
    switch (primary) {
        case SQLITE_NOMEM:
        case SQLITE_IOERR: // out of memory in the file layer
            throw platform::Error(ErrorKind::unavailable, "The box is out of memory.", 5);
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_INTERRUPT:
            throw platform::Error(ErrorKind::unavailable, "The database is busy: " + message + ".", 1);
        case SQLITE_TOOBIG:
            throw platform::Error(ErrorKind::too_large, "It is too large for the database.");
        default:
            throw platform::Error(ErrorKind::internal, "SQLite: " + message);
    }
}

} // namespace store
