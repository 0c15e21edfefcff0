#include "platform/embedded.h"
#include "platform/version.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

TEST_CASE("embedded files are sorted by name and found by it") {
    const auto files = platform::embedded_files();
    CHECK(std::ranges::is_sorted(files, {}, &platform::EmbeddedFile::name));
    for (const auto& file : files) {
        const platform::EmbeddedFile* found = platform::find_embedded(file.name);
        REQUIRE(found != nullptr);
        CHECK(found->bytes.data() == file.bytes.data());
    }
    CHECK(platform::find_embedded("no such file") == nullptr);
    CHECK(platform::find_embedded("") == nullptr);
}

TEST_CASE("files of the page are embedded gzip-compressed") {
    for (const auto& file : platform::embedded_files()) {
        if (!file.name.starts_with("web/")) continue;
        INFO(file.name);
        CHECK(file.name.ends_with(".gz"));
        CHECK(file.bytes.starts_with("\x1f\x8b"));
    }
}

TEST_CASE("the build knows its version") {
    CHECK_FALSE(platform::version().empty());
}
