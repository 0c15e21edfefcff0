#include "platform/embedded.h"

#include <algorithm>
#include <cstdint>
#include <vector>

// packaging/embed.sh writes these. Plain fields, so that it need not know how the standard library lays out
// its types.
struct RawEntry {
    const char* name;
    std::uint64_t name_size;
    const char* bytes;
    std::uint64_t size;
};
extern "C" const RawEntry lectern_embedded_table[];
extern "C" const std::uint64_t lectern_embedded_count;

namespace platform {
namespace {

std::vector<EmbeddedFile> read_table() {
    std::vector<EmbeddedFile> files;
    files.reserve(lectern_embedded_count);
    for (const RawEntry& entry : std::span(lectern_embedded_table, lectern_embedded_count)) {
        files.push_back({{entry.name, entry.name_size}, {entry.bytes, entry.size}});
    }
    return files;
}

} // namespace

std::span<const EmbeddedFile> embedded_files() {
    static const std::vector<EmbeddedFile> files = read_table();
    return files;
}

const EmbeddedFile* find_embedded(std::string_view name) {
    const auto files = embedded_files();
    const auto found = std::ranges::lower_bound(files, name, {}, &EmbeddedFile::name);
    return found != files.end() && found->name == name ? &*found : nullptr;
}

} // namespace platform
