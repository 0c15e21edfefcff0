// OneRoster files. An input that is a zip is read as it is. Any other becomes one: after each line
// "=== NAME" follows what is in that file, so that a change of a table is not lost in the zip's checksums.
#include <algorithm>

#include "fuzz/support/fuzz.h"
#include "people/rosters/roster.h"
#include "platform/error.h"
#include "platform/zip.h"

namespace fuzz {

namespace {

void read(std::string_view zip, std::size_t unpacked) {
    try {
        const people::Roster roster = people::read_roster(zip);
        std::size_t bytes = 0;
        for (const people::RosterRow& row : roster.rows)
            for (const std::string& name : row.classes)
                bytes += name.size();
        // Each row of enrollments gives one student a class, whose name is cut.
        demand(bytes <= 1000 * (1 + unpacked), "the classes of a roster are bounded");
    } catch (const platform::Error& error) {
        demand(error.kind() == platform::ErrorKind::invalid, "a fault is the file's", error.what());
    }
}

std::vector<platform::ZipEntry> files_in(std::string_view text) {
    constexpr std::string_view mark = "=== ";
    std::vector<platform::ZipEntry> files;
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        if (line.starts_with(mark))
            files.push_back({std::string(line.substr(mark.size())), ""});
        else if (!files.empty())
            files.back().content.append(line).append("\n");
    }
    return files;
}

} // namespace

void fuzz_oneroster(std::string_view input) {
    if (input.starts_with("PK")) return read(input, 256u << 20);
    const auto files = files_in(input);
    platform::ZipWriter writer(1'788'249'600'000);
    for (const auto& file : files)
        writer.add(file.name, file.content);
    const std::string zip = writer.finish();
    read(zip, input.size());
    const bool has_odd_names = std::ranges::any_of(files, [](const auto& file) {
        return file.name.empty() || file.name.size() > 500 || file.name.ends_with('/') ||
               file.name.find('\0') != std::string::npos;
    });
    if (has_odd_names || files.empty() || files.size() > 100) return;
    const auto again = platform::read_zip(zip, "file");
    demand(std::ranges::equal(
               files, again,
               [](const auto& a, const auto& b) { return a.name == b.name && a.content == b.content; }),
           "a zip is read as it was written");
}

} // namespace fuzz
