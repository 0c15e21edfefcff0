// Zip files in memory: rosters come and go as such, and so does what is known of a student.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace platform {

struct ZipEntry {
    std::string name; // as in the zip: "grades/users.csv"
    std::string content;
};

// What a zip may unfold to: a few kilobytes can hold gigabytes of nothing.
struct ZipLimits {
    std::size_t entries = 100;
    std::size_t entry_bytes = 64u << 20;
    std::size_t total_bytes = 128u << 20;
};

// Its files, without folders. Error invalid naming `field` when it is no zip, damaged, encrypted or beyond
// the limits.
std::vector<ZipEntry> read_zip(std::string_view bytes, const std::string& field,
                               const ZipLimits& limits = {});

class ZipWriter {
public:
    explicit ZipWriter(std::int64_t now_ms); // the time that the files carry, UTC
    ~ZipWriter();
    ZipWriter(const ZipWriter&) = delete;
    ZipWriter& operator=(const ZipWriter&) = delete;
    void add(const std::string& name, std::string_view content);
    std::string finish(); // once

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace platform
