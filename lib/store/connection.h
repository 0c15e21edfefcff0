// One SQLite connection with its cache of prepared statements. One thread at a time uses it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "platform/error.h"
#include "store/statement.h"

struct sqlite3;

namespace store {

// A foreign key refused: other rows still refer to this one, or it refers to one that is gone.
class ReferenceError : public platform::Error {
public:
    ReferenceError();
};

class Connection {
public:
    // Only `create` makes a missing file: a disk that has gone must not be taken for an empty one.
    enum class Mode { create, read_write, read_only };

    // Opens `file` and sets: WAL, synchronous=FULL, foreign_keys=ON, no automatic checkpoints (the writer
    // does them), trusted_schema off, cell_size_check on. `vfs` names SQLite's file layer; null is the
    // system's.
    Connection(const std::filesystem::path& file, Mode mode, const char* vfs = nullptr);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    Statement prepared(Sql sql, Statement::Bytes bytes);
    Statement prepare_once(const std::string& sql);
    void execute(const char* sql); // one or more statements without results
    // The first column of the first row: for PRAGMAs.
    std::int64_t integer(const char* sql);
    std::string text(const char* sql);

    std::int64_t changes() const;
    std::int64_t last_insert_id() const;
    bool in_transaction() const; // false also after SQLite itself ended the transaction
    sqlite3* handle() const;

    // The worst reason why statements have failed since the last call. A domain only sees a platform::Error;
    // the writer has to know whether it can still trust the disk.
    enum class Trouble { none, full, doubt };
    Trouble take_trouble();
    // Throws the platform::Error for a result code of SQLite on this connection, and remembers the trouble.
    [[noreturn]] void fail(int code);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace store
