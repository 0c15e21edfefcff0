// Tar archives (POSIX ustar), written and read piece by piece. A backup is one, so that any tool can open
// it.
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

    // Both return the SHA-256 of what went in, in hexadecimal.
    std::string add(const std::string& name, std::string_view bytes);
    std::string add_file(const std::string& name, const std::filesystem::path& file);
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
// time and "" at the end. Throws Error bad_request, naming the entry, when it is not one of our archives: a
// name that leads elsewhere or comes twice, a folder's entry, a broken head, more than `most_entries`, no
// end.
inline constexpr std::size_t most_entries = 100'000;
void read_archive(const std::filesystem::path& file,
                  const std::function<void(const std::string& name, std::uint64_t size,
                                           const std::function<std::string_view()>& read)>& entry);

} // namespace admin
