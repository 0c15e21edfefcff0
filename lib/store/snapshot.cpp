#include "store/snapshot.h"

#include <fcntl.h>
#include <unistd.h>

#include <system_error>

#include "platform/error.h"
#include "platform/files.h"

namespace store {
namespace {

using platform::Error;
using platform::ErrorKind;

void make_empty(const std::filesystem::path& file) {
    const int made = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (made < 0) throw Error(ErrorKind::unavailable, platform::system_failure("make", file));
    close(made);
    platform::give_to_folder_owner(file);
}

void sync_file(const std::filesystem::path& file) {
    const int opened = open(file.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = opened >= 0 && fsync(opened) == 0;
    if (opened >= 0) close(opened);
    if (!synced) throw Error(ErrorKind::unavailable, "Cannot write " + file.string() + " to the disk.");
}

} // namespace

void copy_database(Connection& connection, const std::filesystem::path& file) {
    if (std::filesystem::exists(file))
        platform::throw_conflict("There is already a file " + file.string() + ".");
    std::filesystem::path part = file;
    part += ".part";
    try {
        make_empty(part); // SQLite would make it readable by everybody
        {
            Statement copy = connection.prepare_once("VACUUM INTO ?");
            copy.bind(1, part.native());
            copy.step();
        }
        sync_file(part);
        std::filesystem::rename(part, file);
        platform::sync_folder(std::filesystem::absolute(file).parent_path());
    } catch (...) {
        std::error_code ignored;
        std::filesystem::remove(part, ignored);
        throw;
    }
}

} // namespace store
