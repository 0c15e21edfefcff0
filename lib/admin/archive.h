// Tar archives (POSIX ustar), written and read piece by piece: what a backup is, so that any tool can open
// one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace admin {

class ArchiveWriter {
public:
    // Makes the file; it must not exist. Throws Error storage_full or unavailable, and removes what it made
    // unless finish() was called.
    explicit ArchiveWriter(const std::filesystem::path& file);
    ~ArchiveWriter();
    ArchiveWriter(const ArchiveWriter&) = delete;
    ArchiveWriter& operator=(const ArchiveWriter&) = delete;

    void add(const std::string& name, std::string_view bytes);
    void add_file(const std::string& name, const std::filesystem::path& file);
    void finish(); // on disk when it returns

private:
    void head(const std::string& name, std::uint64_t size);
    void pad(std::uint64_t size);
    void write(std::string_view bytes);

    std::filesystem::path file_;
    int descriptor_ = -1;
    bool finished_ = false;
};

// Calls `entry` for each file in the archive; it gets the name and takes the bytes by `read`, a piece at a
// time, until that gives "". Error bad_request when it is no archive of ours: a name that leads elsewhere, a
// broken head.
void read_archive(const std::filesystem::path& file,
                  const std::function<void(const std::string& name, std::uint64_t size,
                                           const std::function<std::string_view()>& read)>& entry);

} // namespace admin
