#include "platform/plain_name.h"

#include <catch2/catch_test_macros.hpp>
#include <utility>

using platform::plain_name;

TEST_CASE("names that look alike are one name", "[platform]") {
    const std::pair<const char*, const char*> cases[] = {
        {"Ada", "Ada"},
        {"  Ada  Lovelace\t", "Ada Lovelace"},
        {"zo\u00eb", "zo\u00eb"},
        {"zoe\u0308", "zo\u00eb"},             // a letter and its mark
        {"Nguye\u0302\u0303n", "Nguy\u1ec5n"}, // and two of them
        {"ana\u00a0", "ana"},                  // a no-break space
        {"\u3000\u5c71\u7530\u3000\u82b1\u5b50", "\u5c71\u7530 \u82b1\u5b50"},
        {"\u200f\u05e9\u05e8\u05d4", "\u05e9\u05e8\u05d4"}, // a mark of direction
        {"no\u00ebl\u200b", "no\u00ebl"},                   // a space of no width
        {"\ufeffBen", "Ben"},
        {"Li\u00adam", "Liam"},
        {"\u1112\u1161\u11ab\u1100\u1173\u11af", "\ud55c\uae00"}, // Korean, letter by letter
        {"\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
         "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"},
        {"A\u200dda\u200d", "Ada"}, // a joiner that joins nothing
        {"\u200b", ""},
        {"\xff broken", "\xff broken"},
        {"\U0001f600", "\U0001f600"},
    };
    for (const auto& [name, plain] : cases) {
        INFO(name);
        CHECK(plain_name(name) == plain);
        CHECK(plain_name(plain) == plain);
    }
}
