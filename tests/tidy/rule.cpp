#include "tidy/rule.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>

namespace tidy {

using support::SourceFile;
using support::SourceTree;

const SourceTree& tree() {
    static const SourceTree whole = support::read_source_tree(LECTERN_SOURCE_ROOT);
    return whole;
}

bool is_on_disk(const std::string& path) {
    return std::filesystem::exists(std::filesystem::path(LECTERN_SOURCE_ROOT) / path);
}

std::string place(const SourceFile& file, std::size_t line) {
    return file.path + ":" + std::to_string(line) + ": ";
}

void report(const Faults& faults) {
    for (const std::string& fault : faults) {
        UNSCOPED_INFO(fault);
    }
    CHECK(faults.empty());
}

void expect(const Faults& faults, const std::string& start) {
    for (const std::string& fault : faults) {
        UNSCOPED_INFO(fault);
    }
    REQUIRE(faults.size() == 1);
    CHECK_THAT(faults.front(), Catch::Matchers::StartsWith(start));
}

} // namespace tidy
