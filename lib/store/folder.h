// The data folder: its lock, its files, and whether its disk takes writes.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "store/connection.h"

namespace store {

class Folder {
public:
    // Makes the folder if it is missing and takes its lock. Throws Error conflict when another process holds
    // it. `vfs` names SQLite's file layer; "" is the system's.
    Folder(std::filesystem::path path, std::string vfs);
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::filesystem::path database() const { return path_ / "lectern.db"; }
    std::filesystem::path backups() const { return path_ / "backups"; }

    // For every mode but `create`, the database's file must exist.
    std::unique_ptr<Connection> open(Connection::Mode mode) const;

    // Finds out by trying: writes and syncs a megabyte through the same file layer, then removes it.
    bool takes_writes() const;

private:
    void lock();

    std::filesystem::path path_;
    std::string vfs_;
    int lock_ = -1;
};

} // namespace store
