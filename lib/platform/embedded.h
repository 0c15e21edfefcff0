#pragma once

#include <span>
#include <string_view>

namespace platform {

// A file that the program carries inside: "schema.sql", "migrations/0002_name.sql", "web/index.html.gz".
// Files of the page are gzip-compressed; the others are as they are in the source tree.
struct EmbeddedFile {
    std::string_view name;
    std::string_view bytes;
};

// All of them, sorted by name.
std::span<const EmbeddedFile> embedded_files();

// The one of that name, or null.
const EmbeddedFile* find_embedded(std::string_view name);

} // namespace platform
