// The data folder: its lock, its files, and whether its disk takes writes.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "platform/error.h"
#include "store/connection.h"

namespace store {

// Another process holds the folder.
class FolderInUse : public platform::Error {
public:
    explicit FolderInUse(const std::string& message)
        : platform::Error(platform::ErrorKind::conflict, message) {}
};

class Folder {
public:
    // Makes the folder if it is missing and takes its lock. Throws FolderInUse when another process holds it.
    // `vfs` names SQLite's file layer; "" is the system's.
    Folder(std::filesystem::path path, std::string vfs);
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::filesystem::path database() const { return path_ / "lectern.db"; }
    std::filesystem::path log() const { return path_ / "lectern.db-wal"; }
    std::filesystem::path shared_memory() const { return path_ / "lectern.db-shm"; }
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
