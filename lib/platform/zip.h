// Zip files in memory, for rosters and for the export of a student's data.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace platform {

struct ZipEntry {
    std::string name; // with its folders: "grades/users.csv"
    std::string content;
};

// Limits on what a zip may unpack to: a few kilobytes can hold gigabytes of zeros.
struct ZipLimits {
    std::size_t entries = 100;
    std::size_t entry_bytes = 64u << 20;
    std::size_t total_bytes = 128u << 20;
};

// The files of a zip, without folders. Throws Error invalid, naming `field`, when the bytes are not a zip,
// are damaged or encrypted, or exceed the limits.
std::vector<ZipEntry> read_zip(std::string_view bytes, const std::string& field,
                               const ZipLimits& limits = {});

class ZipWriter {
public:
    explicit ZipWriter(std::int64_t now_ms); // the time that the files carry, UTC
    ~ZipWriter();
    ZipWriter(const ZipWriter&) = delete;
    ZipWriter& operator=(const ZipWriter&) = delete;
    void add(const std::string& name, std::string_view content);
    std::string finish(); // call once

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace platform
