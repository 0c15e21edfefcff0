// Feeds files to a fuzz target: lectern_fuzz NAME FILE|FOLDER... It needs no libFuzzer, so the corpora are
// replayed in every preset. On a crash, the last name that it printed is the file.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "fuzz/support/fuzz.h"
#include "platform/files.h"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_in(const fs::path& path) {
    if (!fs::is_directory(path)) return {path};
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(path))
        if (entry.is_regular_file()) files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

int replay(const fuzz::Target& target, int count, char** paths) {
    std::size_t fed = 0;
    for (int i = 0; i < count; ++i)
        for (const fs::path& file : files_in(paths[i])) {
            std::printf("%s\n", file.c_str());
            std::fflush(stdout);
            const auto input = platform::read_file(file);
            if (!input) {
                std::fprintf(stderr, "cannot read %s\n", file.c_str());
                return 1;
            }
            target.run(*input);
            ++fed;
        }
    std::printf("%zu inputs\n", fed);
    return fed > 0 ? 0 : 1; // an empty corpus would make a test that cannot fail
}

} // namespace

int main(int count, char** arguments) {
    for (const fuzz::Target& target : fuzz::targets())
        if (count > 2 && target.name == arguments[1]) return replay(target, count - 2, arguments + 2);
    std::fprintf(stderr, "usage: %s NAME FILE|FOLDER...\nNAME is one of:\n", arguments[0]);
    for (const fuzz::Target& target : fuzz::targets())
        std::fprintf(stderr, "  %.*s\n", static_cast<int>(target.name.size()), target.name.data());
    return 2;
}
