// The files behind Contents: in the folder "content" of the data folder, each under its generated name. Bytes
// pass through in pieces, so a file of 4 GB takes no more memory than a small one.
//
// A client that lost its connection may come back while the server still waits on the old one. Only the
// newest request of an upload writes: an older one stops at its next piece.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "courses/content.h"

namespace courses {

class ContentFiles {
public:
    // Uploads always leave `reserve_bytes` free, because the database needs room to write.
    explicit ContentFiles(std::filesystem::path folder, std::int64_t reserve_bytes = 512LL << 20);

    std::filesystem::path path_of(const std::string& file_name) const { return folder_ / file_name; }
    std::int64_t free_bytes() const;
    bool has(const Content& content) const; // whole, by its size
    // Error storage_full when the disk has no room for `length` bytes besides what the unfinished uploads
    // will take.
    void refuse_without_room(const std::vector<Upload>& unfinished, std::int64_t length) const;

    std::int64_t offset(const Upload& upload) const; // what has arrived
    // Appends what `read` gives; it is on disk when this returns. Error conflict when it does not start at
    // the offset, too_large when it is more than was announced, storage_full, invalid when the bytes are of a
    // type that is not accepted.
    struct Appended {
        std::int64_t offset = 0;
        bool whole = true; // false: the client went away, or came back with another request
    };
    using ReadBody = std::function<bool(const std::function<bool(std::string_view)>& take)>;
    Appended append(const Upload& upload, std::int64_t at, const ReadBody& read);

    // Type and SHA-256 of a file that has arrived. Error invalid when it is not what was announced.
    struct Looked {
        MediaType type;
        std::string sha256;
    };
    Looked look(const Upload& upload);

    // Passes the file to `write` piece by piece, until that returns false.
    void read(const std::string& file_name, std::uint64_t offset, std::uint64_t length,
              const std::function<bool(std::string_view)>& write) const;
    void remove(const std::string& file_name);
    // Removes the files that `somebodys` does not name, and returns how many. `somebodys` is asked after the
    // folder has been read, so that an upload that starts meanwhile is left alone.
    std::size_t remove_orphans(const std::function<std::vector<std::string>()>& somebodys);

private:
    struct Writing;
    std::shared_ptr<Writing> writing_of(const Upload& upload);
    void catch_up(Writing& writing, const Upload& upload) const;

    std::filesystem::path folder_;
    std::int64_t reserve_bytes_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Writing>> writing_; // by file name
};

} // namespace courses
