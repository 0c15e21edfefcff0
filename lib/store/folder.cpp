#include "store/folder.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstddef>
#include <utility>
#include <vector>

#include "platform/error.h"
#include "platform/files.h"
#include "platform/text.h"

namespace store {
namespace {

using platform::Error;
using platform::ErrorKind;

// We make the file ourselves: SQLite would leave it readable by everybody, and the files that SQLite makes
// later beside it (the log, the shared memory) copy its owner and permissions.
void make_private_file(const std::filesystem::path& file) {
    const int made = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (made < 0) throw Error(ErrorKind::unavailable, platform::system_failure("make", file), 5);
    close(made);
    platform::give_to_folder_owner(file);
    platform::sync_folder(file.parent_path());
}

bool write_and_sync(sqlite3_file* file) {
    const std::vector<char> part(64 << 10, 'x');
    for (sqlite3_int64 offset = 0; offset < (1 << 20); offset += static_cast<sqlite3_int64>(part.size())) {
        const int code = file->pMethods->xWrite(file, part.data(), static_cast<int>(part.size()), offset);
        if (code != SQLITE_OK) return false;
    }
    return file->pMethods->xSync(file, SQLITE_SYNC_NORMAL) == SQLITE_OK;
}

} // namespace

Folder::Folder(std::filesystem::path path, std::string vfs) : path_(std::move(path)), vfs_(std::move(vfs)) {
    platform::make_private_folder(path_);
    lock();
}

Folder::~Folder() {
    // the lock goes with it; the file stays, or two processes could lock two files of this name
    close(lock_);
}

void Folder::lock() {
    const std::filesystem::path file = path_ / "lectern.lock";
    lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock_ < 0) throw Error(ErrorKind::unavailable, platform::system_failure("open", file), 5);
    if (flock(lock_, LOCK_EX | LOCK_NB) != 0) {
        close(lock_);
        const std::string holder(platform::trimmed(platform::read_file(file).value_or("")));
        throw FolderInUse("Another Lectern (process " + (holder.empty() ? "unknown" : holder) +
                          ") uses the folder " + path_.string() + ".");
    }
    platform::give_to_folder_owner(file);
    const std::string process = std::to_string(getpid()) + '\n';
    // The number only serves the message above: a full disk must not keep the server from starting.
    if (ftruncate(lock_, 0) == 0 && pwrite(lock_, process.data(), process.size(), 0) < 0) return;
}

std::unique_ptr<Connection> Folder::open(Connection::Mode mode) const {
    if (mode == Connection::Mode::create) make_private_file(database());
    return std::make_unique<Connection>(database(), mode, vfs_.empty() ? nullptr : vfs_.c_str());
}

bool Folder::takes_writes() const {
    sqlite3_vfs* const vfs = sqlite3_vfs_find(vfs_.empty() ? nullptr : vfs_.c_str());
    if (vfs == nullptr) return false;
    // SQLite's file layer needs the name to live as long as the file.
    const std::string name = (path_ / "lectern.probe").string();
    std::vector<std::max_align_t> space(static_cast<std::size_t>(vfs->szOsFile) / sizeof(std::max_align_t) +
                                        1);
    auto* const file = reinterpret_cast<sqlite3_file*>(space.data());
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_TRANSIENT_DB;
    if (vfs->xOpen(vfs, name.c_str(), file, flags, nullptr) != SQLITE_OK) return false;
    const bool taken = write_and_sync(file);
    file->pMethods->xClose(file);
    vfs->xDelete(vfs, name.c_str(), 0);
    return taken;
}

} // namespace store
