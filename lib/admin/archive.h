// Tar archives (POSIX ustar), written and read piece by piece. A backup is one, so that any tool can open it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace admin {

class ArchiveWriter {
public:
    // Makes the file, which must not exist yet. Throws Error storage_full or unavailable, and removes the
    // file again unless finish() was called.
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

// Calls `entry` for each file in the archive with its name and a `read`, which gives the bytes a piece at a
// time and "" at the end. Throws Error bad_request when it is not one of our archives: a name that leads
// elsewhere, a broken head.
void read_archive(const std::filesystem::path& file,
                  const std::function<void(const std::string& name, std::uint64_t size,
                                           const std::function<std::string_view()>& read)>& entry);

} // namespace admin
