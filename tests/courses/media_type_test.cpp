#include "courses/media_type.h"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace courses {

TEST_CASE("a file's type is told by its first bytes", "[courses]") {
    using namespace std::string_view_literals;
    struct Case {
        std::string_view bytes;
        std::string_view name; // "": not taken
    };
    const std::vector<Case> cases = {
        {"\0\0\0\x20"
         "ftypisom\0\0\x02\0"sv,
         "video/mp4"},
        {"\0\0\0\x20"
         "ftypmp42\0\0\0\0"sv,
         "video/mp4"},
        {"\0\0\0\x20"
         "ftypavif\0\0\0\0"sv,
         ""},
        {"\0\0\0\x18"
         "ftypheic\0\0\0\0"sv,
         ""},
        {"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f\0\0\0\0"sv, "video/webm"},
        {"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0"sv, "application/vnd.android.package-archive"},
        {"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\0\0\0\0"sv, "image/jpeg"},
        {"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"sv, "image/png"},
        {"GIF89a\x01\0\x01\0\0\0\0\0\0\0"sv, "image/gif"},
        {"RIFF\x24\0\0\0WEBPVP8 "sv, "image/webp"},
        {"RIFF\x24\0\0\0WAVEfmt "sv, ""},
        {"#!/bin/sh\nexit 0"sv, ""},
        {"\0\0\0\x20"
         "ftyp"sv,
         "video/mp4"},
        {"PK"sv, ""},
        {""sv, ""},
    };
    for (const Case& each : cases) {
        INFO(std::string(each.bytes));
        const auto type = media_type_of(each.bytes);
        CHECK((type ? type->name : ""sv) == each.name);
    }
}

} // namespace courses
