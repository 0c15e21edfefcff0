#include "courses/content_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "platform/error.h"
#include "platform/files.h"
#include "platform/sha256.h"

namespace courses {

namespace {

using platform::Error;
using platform::ErrorKind;

constexpr std::size_t piece_bytes = 256 << 10;
constexpr const char* taken_types =
    "must be an app (APK), a video (MP4, WebM) or an image (JPEG, PNG, WebP, GIF)";

class File {
public:
    File(const std::filesystem::path& path, int flags)
        : descriptor_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600)) {}
    ~File() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    explicit operator bool() const { return descriptor_ >= 0; }
    int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

void write_at(int descriptor, std::int64_t at, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(descriptor, bytes.data(), bytes.size(), at);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0 && (errno == ENOSPC || errno == EDQUOT))
            throw Error(ErrorKind::storage_full, "The disk is full.");
        if (written <= 0) throw Error(ErrorKind::unavailable, "The file cannot be written.");
        at += written;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

} // namespace

// An upload that is being written. Its hash grows with it, so that a large file is not read again at its end.
struct ContentFiles::Writing {
    std::mutex mutex;
    std::uint64_t newest = 0; // the request that may write
    std::int64_t hashed = 0;  // bytes that the hash covers
    platform::Sha256 hash;
};

ContentFiles::ContentFiles(std::filesystem::path folder, std::int64_t reserve_bytes)
    : folder_(std::move(folder)), reserve_bytes_(reserve_bytes) {
    platform::make_private_folder(folder_);
}

bool ContentFiles::has(const Content& content) const {
    std::error_code none;
    const auto size = std::filesystem::file_size(path_of(content.file_name), none);
    return !none && static_cast<std::int64_t>(size) == content.size;
}

std::int64_t ContentFiles::free_bytes() const {
    std::error_code unknown;
    const auto space = std::filesystem::space(folder_, unknown);
    return unknown ? 0 : static_cast<std::int64_t>(space.available);
}

void ContentFiles::refuse_without_room(const std::vector<Upload>& unfinished, std::int64_t length) const {
    std::int64_t promised = length;
    for (const Upload& upload : unfinished)
        promised += upload.length - offset(upload);
    if (promised > free_bytes() - reserve_bytes_)
        throw Error(ErrorKind::storage_full, "The box's disk has no room for a file of this size.");
}

std::int64_t ContentFiles::offset(const Upload& upload) const {
    std::error_code none;
    const auto size = std::filesystem::file_size(path_of(upload.file_name), none);
    return none ? 0 : static_cast<std::int64_t>(size);
}

std::shared_ptr<ContentFiles::Writing> ContentFiles::writing_of(const Upload& upload) {
    const std::lock_guard lock(mutex_);
    auto& writing = writing_[upload.file_name];
    if (!writing) writing = std::make_shared<Writing>();
    return writing;
}

// After a restart of the server, or a failed write, the hash starts over from what is on disk.
void ContentFiles::catch_up(Writing& writing, const Upload& upload) const {
    const std::int64_t there = offset(upload);
    if (writing.hashed == there) return;
    writing.hash = platform::Sha256();
    writing.hashed = 0;
    read(upload.file_name, 0, static_cast<std::uint64_t>(there), [&](std::string_view bytes) {
        writing.hash.add(bytes);
        writing.hashed += static_cast<std::int64_t>(bytes.size());
        return true;
    });
}

ContentFiles::Appended ContentFiles::append(const Upload& upload, std::int64_t at, const ReadBody& read) {
    const auto writing = writing_of(upload);
    std::uint64_t mine = 0;
    {
        const std::lock_guard lock(writing->mutex);
        mine = ++writing->newest;
        catch_up(*writing, upload);
        if (at != writing->hashed)
            platform::throw_conflict("The upload stands at " + std::to_string(writing->hashed) + ", not at " +
                                     std::to_string(at) + ".");
    }
    const File file(path_of(upload.file_name), O_WRONLY | O_CREAT);
    if (!file) throw Error(ErrorKind::unavailable, "The file cannot be opened.");
    Appended result{at, true};
    const bool whole = read([&](std::string_view bytes) {
        const std::lock_guard lock(writing->mutex);
        if (writing->newest != mine) return false;
        if (result.offset + static_cast<std::int64_t>(bytes.size()) > upload.length)
            throw Error(ErrorKind::too_large, "More bytes came than the upload was announced with.");
        if (result.offset == 0 && bytes.size() >= magic_bytes && !media_type_of(bytes))
            platform::throw_invalid("file", taken_types); // refuse now, not after 4 GB
        write_at(file.descriptor(), result.offset, bytes);
        writing->hash.add(bytes);
        writing->hashed += static_cast<std::int64_t>(bytes.size());
        result.offset = writing->hashed;
        return true;
    });
    result.whole = whole;
    if (::fdatasync(file.descriptor()) != 0)
        throw Error(ErrorKind::storage_full, "The disk did not take the file.");
    platform::sync_folder(folder_); // its name, too: the request that made the file may have failed
    return result;
}

ContentFiles::Looked ContentFiles::look(const Upload& upload) {
    std::string first;
    read(upload.file_name, 0, magic_bytes, [&](std::string_view bytes) {
        first += bytes;
        return true;
    });
    const auto type = media_type_of(first);
    if (!type || (type->kind == ContentKind::app && !is_apk(path_of(upload.file_name))))
        platform::throw_invalid("file", taken_types);
    const auto writing = writing_of(upload);
    std::string sha256;
    {
        const std::lock_guard lock(writing->mutex);
        catch_up(*writing, upload);
        sha256 = writing->hash.hex();
        writing->hashed = -1; // a hash can be asked for once
    }
    {
        const std::lock_guard lock(mutex_);
        writing_.erase(upload.file_name);
    }
    if (upload.sha256 && *upload.sha256 != sha256)
        platform::throw_invalid("sha256", "must be the file's; what arrived has " + sha256);
    return {*type, sha256};
}

void ContentFiles::read(const std::string& file_name, std::uint64_t offset, std::uint64_t length,
                        const std::function<bool(std::string_view)>& write) const {
    const File file(path_of(file_name), O_RDONLY);
    if (!file) platform::throw_not_found("file");
    std::string piece(piece_bytes, '\0');
    while (length > 0) {
        const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(length, piece.size()));
        const ssize_t got = ::pread(file.descriptor(), piece.data(), wanted, static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return;
        if (!write({piece.data(), static_cast<std::size_t>(got)})) return;
        offset += static_cast<std::uint64_t>(got);
        length -= static_cast<std::uint64_t>(got);
    }
}

void ContentFiles::remove(const std::string& file_name) {
    {
        const std::lock_guard lock(mutex_);
        writing_.erase(file_name);
    }
    std::error_code ignored;
    std::filesystem::remove(path_of(file_name), ignored);
}

std::size_t ContentFiles::remove_orphans(const std::function<std::vector<std::string>()>& somebodys) {
    std::set<std::string> nobodys;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder_, ignored))
        if (entry.is_regular_file(ignored)) nobodys.insert(entry.path().filename());
    if (nobodys.empty()) return 0;
    for (const std::string& name : somebodys())
        nobodys.erase(name);
    for (const std::string& name : nobodys)
        remove(name);
    return nobodys.size();
}

} // namespace courses
