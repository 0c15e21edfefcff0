#include "platform/plain_name.h"

#include <catch2/catch_test_macros.hpp>
#include <utility>

using platform::name_key;
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

TEST_CASE("names that differ in capitals alone have one key", "[platform]") {
    const std::pair<const char*, const char*> same[] = {
        {"Ada", "ADA"},
        {"zo\u00eb", "ZO\u00cb"},
        {"zo\u00eb", "  ZOE\u0308\u00a0"},
        {"Wei\u00df", "WEISS"},
        {"\u0416\u0443\u043a", "\u0436\u0423\u041a"},
        {"\u039d\u03af\u03ba\u03bf\u03c2", "\u039d\u038a\u039a\u039f\u03a3"}, // both small sigmas
        {"\u5c71\u7530", "\u5c71\u7530\u200b"},
        {"\xff Broken", "\xff broken"},
    };
    for (const auto& [one, other] : same) {
        INFO(one << " " << other);
        CHECK(name_key(one) == name_key(other));
        CHECK(name_key(name_key(one)) == name_key(one));
    }
    const std::pair<const char*, const char*> different[] = {
        {"Zoe", "Zo\u00eb"}, {"Ada", "Ada 2"}, {"A", "\u0410"}, // a Latin and a Cyrillic letter
    };
    for (const auto& [one, other] : different)
        CHECK(name_key(one) != name_key(other));
}
