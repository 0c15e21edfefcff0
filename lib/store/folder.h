// The data folder: its lock, its files, and whether the disk below it takes writes.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "store/connection.h"

namespace store {

class Folder {
public:
    // Makes the folder when it is missing and takes its lock. Throws Error conflict when another process holds it.
    // `vfs` names SQLite's file layer; "" is the system's.
    Folder(std::filesystem::path path, std::string vfs);
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::filesystem::path database() const { return path_ / "lectern.db"; }
    std::filesystem::path backups() const { return path_ / "backups"; }

    // The database's file must exist for all modes but `create`.
    std::unique_ptr<Connection> open(Connection::Mode mode) const;

    // Tries it: writes and syncs a megabyte through the same file layer, and removes it.
    bool takes_writes() const;

private:
    void lock();

    std::filesystem::path path_;
    std::string vfs_;
    int lock_ = -1;
};

} // namespace store
