#include "platform/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "platform/error.h"

namespace platform {
namespace {

[[noreturn]] void fail(const char* what, const std::filesystem::path& file) {
    const int code = errno;
    const ErrorKind kind = code == ENOSPC || code == EDQUOT ? ErrorKind::storage_full : ErrorKind::internal;
    errno = code;
    throw Error(kind, system_failure(what, file));
}

class File {
public:
    explicit File(int descriptor) : descriptor_(descriptor) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (descriptor_ >= 0) close(descriptor_);
    }
    int get() const { return descriptor_; }

private:
    int descriptor_;
};

void write_whole(int descriptor, std::string_view bytes, const std::filesystem::path& file) {
    while (!bytes.empty()) {
        const ssize_t written = write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail("write", file);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
    return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

} // namespace

std::string system_failure(const char* what, const std::filesystem::path& file) {
    const int code = errno;
    return std::string("Cannot ") + what + " " + file.string() + ": " + std::system_category().message(code) +
           ".";
}

std::optional<std::string> read_file(const std::filesystem::path& file) {
    const File opened(open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (opened.get() < 0) {
        if (errno == ENOENT) return std::nullopt;
        fail("open", file);
    }
    std::string bytes;
    char part[8192];
    for (;;) {
        const ssize_t got = read(opened.get(), part, sizeof part);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail("read", file);
        if (got == 0) return bytes;
        bytes.append(part, static_cast<std::size_t>(got));
    }
}

void write_file_atomically(const std::filesystem::path& file, std::string_view bytes) {
    std::filesystem::path part = file;
    part += ".part";
    unlink(part.c_str()); // left by a power cut; never write through it, it may be a link by now
    {
        const File opened(open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (opened.get() < 0) fail("make", part);
        write_whole(opened.get(), bytes, part);
        if (fsync(opened.get()) != 0) fail("write", part);
    }
    give_to_folder_owner(part);
    if (rename(part.c_str(), file.c_str()) != 0) fail("replace", file);
    sync_folder(folder_of(file));
}

void make_private_folder(const std::filesystem::path& folder) {
    if (std::filesystem::is_directory(folder)) return;
    if (folder.has_parent_path() && !std::filesystem::exists(folder.parent_path())) {
        make_private_folder(folder.parent_path());
    }
    if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) fail("make the folder", folder);
    give_to_folder_owner(folder);
}

void give_to_folder_owner(const std::filesystem::path& file) {
    if (geteuid() != 0) return;
    struct stat folder {};
    struct stat entry {};
    if (stat(folder_of(file).c_str(), &folder) != 0 || lstat(file.c_str(), &entry) != 0) return;
    if (S_ISLNK(entry.st_mode) || (entry.st_uid == folder.st_uid && entry.st_gid == folder.st_gid)) return;
    if (folder.st_uid == 0) return;
    if (lchown(file.c_str(), folder.st_uid, folder.st_gid) != 0) fail("give away", file);
}

void sync_folder(const std::filesystem::path& folder) {
    const File opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened.get() < 0 || (fsync(opened.get()) != 0 && errno != EINVAL)) fail("sync the folder", folder);
}

} // namespace platform
