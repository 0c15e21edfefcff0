#include "platform/text.h"

#include <catch2/catch_test_macros.hpp>

#include <limits>

using namespace std::string_literals;

TEST_CASE("UTF-8 is what every other program also takes for it", "[platform]") {
    struct Row {
        std::string text;
        bool valid;
        std::size_t length;
    };
    const Row rows[] = {
        {"", true, 0},
        {"Coral reef", true, 10},
        {"Zoë", true, 3},
        {"教室", true, 2},
        {"\xF0\x9F\x90\xA0", true, 1},
        {"a\0b"s, true, 3},
        {"\xF4\x8F\xBF\xBF", true, 1},  // U+10FFFF, the last one
        {"\x80", false, 0},             // a continuation by itself
        {"\xC3", false, 0},             // cut off
        {"\xE6\x95", false, 0},         // cut off
        {"\xC0\xAF", false, 0},         // overlong slash
        {"\xE0\x80\xAF", false, 0},     // overlong slash
        {"\xF0\x80\x80\xAF", false, 0}, // overlong slash
        {"\xED\xA0\x80", false, 0},     // a surrogate
        {"\xF4\x90\x80\x80", false, 0}, // beyond U+10FFFF
        {"\xFF", false, 0},
    };
    for (const Row& row : rows) {
        INFO(platform::hex(row.text));
        CHECK(platform::is_utf8(row.text) == row.valid);
        if (row.valid) {
            CHECK(platform::utf8_length(row.text) == row.length);
            CHECK(platform::first_characters(row.text, row.length) == row.text);
            const std::string cut = platform::first_characters(row.text, row.length / 2);
            CHECK(platform::is_utf8(cut));
            CHECK(platform::utf8_length(cut) == row.length / 2);
        }
    }
}

TEST_CASE("small text helpers", "[platform]") {
    CHECK(platform::trimmed("  a b\t\r\n") == "a b");
    CHECK(platform::trimmed(" \n ").empty());
    CHECK(platform::trimmed("").empty());
    CHECK(platform::lower_ascii("DPVR-07 É") == "dpvr-07 É");
    CHECK(platform::hex("\0\xff\x1a"s) == "00ff1a");
    CHECK(platform::hex("").empty());
}

TEST_CASE("times are written as ISO 8601 with milliseconds", "[platform]") {
    struct Row {
        std::int64_t ms;
        std::string_view text;
    };
    const Row rows[] = {
        {0, "1970-01-01T00:00:00.000Z"},
        {1, "1970-01-01T00:00:00.001Z"},
        {-1, "1969-12-31T23:59:59.999Z"},
        {951782400000, "2000-02-29T00:00:00.000Z"},
        {1795249800250, "2026-11-21T08:30:00.250Z"},
        {253402300799999, "9999-12-31T23:59:59.999Z"},
    };
    for (const Row& row : rows) {
        CHECK(platform::iso8601(row.ms) == row.text);
        CHECK(platform::parse_iso8601(row.text) == row.ms);
    }
}

TEST_CASE("times are read in every form of RFC 3339", "[platform]") {
    struct Row {
        std::string_view text;
        std::optional<std::int64_t> ms;
    };
    const Row rows[] = {
        {"2026-11-21T08:30:00Z", 1795249800000},
        {"2026-11-21T08:30:00.25Z", 1795249800250},
        {"2026-11-21T08:30:00.2509999999Z", 1795249800250},
        {"2026-11-21t08:30:00z", 1795249800000},
        {"2026-11-21 08:30:00Z", 1795249800000},
        {"2026-11-21T09:30:00+01:00", 1795249800000},
        {"2026-11-21T09:30:00+0100", 1795249800000},
        {"2026-11-21T09:30:00+01", 1795249800000},
        {"2026-11-21T00:00:00-08:30", 1795249800000},
        {"2026-11-21T08:30:00", std::nullopt}, // whose time?
        {"2026-11-21", std::nullopt},
        {"2026-11-21T08:30Z", std::nullopt},
        {"2026-02-29T08:30:00Z", std::nullopt},
        {"2026-13-01T08:30:00Z", std::nullopt},
        {"2026-00-10T08:30:00Z", std::nullopt},
        {"2026-11-21T24:00:00Z", std::nullopt},
        {"2026-11-21T08:60:00Z", std::nullopt},
        {"2026-11-21T08:30:60Z", std::nullopt},
        {"2026-11-21T08:30:00.Z", std::nullopt},
        {"2026-11-21T08:30:00Z ", std::nullopt},
        {"2026-11-21T08:30:00+", std::nullopt},
        {"2026-11-21T08:30:00+01:", std::nullopt},
        {"2026-11-21T08:30:00+24:00", std::nullopt},
        {"26-11-21T08:30:00Z", std::nullopt},
        {"+2026-11-21T08:30:00Z", std::nullopt},
        {"now", std::nullopt},
        {"", std::nullopt},
    };
    for (const Row& row : rows) {
        INFO(row.text);
        CHECK(platform::parse_iso8601(row.text) == row.ms);
    }
}

TEST_CASE("an integer is the whole text or nothing", "[platform]") {
    CHECK(platform::parse_integer("0") == 0);
    CHECK(platform::parse_integer("-12") == -12);
    CHECK(platform::parse_integer("9223372036854775807") == std::numeric_limits<std::int64_t>::max());
    for (const std::string_view wrong :
         {"", " 1", "1 ", "+1", "1.0", "0x10", "one", "9223372036854775808", "-"}) {
        INFO(wrong);
        CHECK_FALSE(platform::parse_integer(wrong).has_value());
    }
}
