// The files behind Contents: in the folder "content" of the data folder, each under its generated name. Bytes
// go through in pieces, so a file of 4 GB takes no more memory than a small one.
//
// A client that lost its connection comes back while the server may still be waiting for the old one. The
// newest request of an upload is the one that writes: an older one stops at its next piece.
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
    // `reserve_bytes` stay free whatever is uploaded: the database needs room to write.
    explicit ContentFiles(std::filesystem::path folder, std::int64_t reserve_bytes = 512LL << 20);

    std::filesystem::path path_of(const std::string& file_name) const { return folder_ / file_name; }
    std::int64_t free_bytes() const;
    // Error storage_full when the disk has no room for `length` bytes beside what the unfinished uploads will
    // take.
    void refuse_without_room(const std::vector<Upload>& unfinished, std::int64_t length) const;

    std::int64_t offset(const Upload& upload) const; // what has arrived
    // Appends what `read` gives; on disk when this returns. Error conflict when it does not begin at the
    // offset, too_large when it is more than was announced, storage_full, invalid when the bytes are of no
    // type that is taken.
    struct Appended {
        std::int64_t offset = 0;
        bool whole = true; // false: the client went away, or came back by another request
    };
    using ReadBody = std::function<bool(const std::function<bool(std::string_view)>& take)>;
    Appended append(const Upload& upload, std::int64_t at, const ReadBody& read);

    // Of a file that has arrived: what it is and its SHA-256. Error invalid when it is not what it should be.
    struct Looked {
        MediaType type;
        std::string sha256;
    };
    Looked look(const Upload& upload);

    // A piece at a time, to `write`, until it gives false.
    void read(const std::string& file_name, std::uint64_t offset, std::uint64_t length,
              const std::function<bool(std::string_view)>& write) const;
    void remove(const std::string& file_name);
    // Removes the files that `somebodys` does not name, which is asked after the folder was read: what is
    // begun meanwhile is not touched. How many went.
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
