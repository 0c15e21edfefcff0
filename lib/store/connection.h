// One SQLite connection with its cache of prepared statements. Used by one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "store/statement.h"

namespace store {

class Connection {
public:
    enum class Mode { read_write, read_only };
    // Opens `file` (read_write makes it) and sets: WAL, synchronous=FULL, foreign_keys=ON, no automatic checkpoints
    // (the writer does them), trusted_schema off, cell_size_check on.
    Connection(const std::filesystem::path& file, Mode mode);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    Statement prepared(const char* sql_literal);
    Statement prepare_once(const std::string& sql);
    void execute(const char* sql); // one or more statements without results
    std::int64_t changes() const;
    std::int64_t last_insert_id() const;
    bool in_transaction() const; // false also after SQLite ended it by itself
    struct sqlite3* handle() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace store
