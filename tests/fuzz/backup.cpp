// Backups before they are restored. The first byte of the input says what the rest is:
//   a    the archive itself
//   e    its entries: after each line "=== NAME" follows the content, where "@NAME" alone is that of a real
//        backup and "@fit" the backup.json that fits the others
//   d    changes to the database of a real one: three bytes of place and one of value each
// Whatever it is, it is taken, or refused as a bad request; and nothing is left beside it.
#include <nlohmann/json.hpp>

#include "admin/archive.h"
#include "admin/inspection.h"
#include "fuzz/support/backup_sample.h"
#include "fuzz/support/fuzz.h"
#include "fuzz/support/scratch.h"
#include "platform/error.h"

namespace fuzz {

namespace {

Entries entries_in(std::string_view text) {
    Entries entries;
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        if (line.starts_with("=== "))
            entries.emplace_back(line.substr(4), "");
        else if (!entries.empty() && line.starts_with('@'))
            for (const auto& [name, bytes] : backup_sample()) {
                if (name == line.substr(1)) entries.back().second = bytes;
            }
        else if (!entries.empty())
            entries.back().second.append(line).append("\n");
        if (!entries.empty() && line == "@fit") entries.back().second = "@fit";
    }
    for (auto& [name, bytes] : entries)
        if (bytes == "@fit") bytes = manifest_of(entries);
    return entries;
}

Entries with_changes(std::string_view changes) {
    Entries entries = backup_sample();
    for (auto& [name, bytes] : entries) {
        if (name != admin::database_name) continue;
        for (; changes.size() >= 4; changes.remove_prefix(4)) {
            const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(changes[i]); };
            const std::size_t place = (std::size_t{byte(0)} << 16 | byte(1) << 8 | byte(2)) % bytes.size();
            bytes[place] = changes[3];
        }
    }
    for (auto& [name, bytes] : entries)
        if (name == admin::manifest_name) bytes = manifest_of(entries);
    return entries;
}

void verify(const std::filesystem::path& archive) {
    try {
        const admin::Inspected inspected = admin::verify(archive, {});
        demand(inspected.holdings.organisations > 0, "a backup that is taken has a school");
        demand(inspected.holdings.persons > 0, "a backup that is taken has somebody who can sign in");
    } catch (const platform::Error& error) {
        demand(error.kind() == platform::ErrorKind::bad_request, "a fault is the backup's", error.what());
    }
    std::size_t left = 0;
    for (const auto& entry : std::filesystem::directory_iterator(archive.parent_path()))
        left += entry.path() != archive;
    demand(left == 0, "nothing is left beside a backup");
}

// What the reader gives is what the archive has: no more bytes than it says, and none made up.
void read(const std::filesystem::path& archive, std::size_t size) {
    try {
        std::size_t bytes = 0;
        admin::read_archive(archive, [&](const std::string& name, std::uint64_t said, const auto& read) {
            demand(name.find("..") == std::string::npos && !name.starts_with('/'), "no name leads elsewhere",
                   name);
            std::uint64_t got = 0;
            for (std::string_view piece = read(); !piece.empty(); piece = read())
                got += piece.size();
            demand(got == said, "an entry is as long as it says", name);
            bytes += got;
        });
        demand(bytes < size, "nothing is read that is not there");
    } catch (const platform::Error& error) {
        demand(error.kind() == platform::ErrorKind::bad_request, "a fault is the archive's", error.what());
    }
}

} // namespace

void fuzz_backup(std::string_view input) {
    static const ScratchFile archive("backup.tar");
    const unsigned char kind = take_byte(input);
    const std::string bytes = kind == 'd'   ? archive_of(with_changes(input))
                              : kind == 'e' ? archive_of(entries_in(input))
                                            : std::string(input);
    archive.fill(bytes);
    if (kind != 'd') read(archive.path(), bytes.size());
    verify(archive.path());
}

} // namespace fuzz
