// What the box takes from whom. Everybody who sends something is one of five, and each has a row in this table:
// a stranger can cost the box little, a headset in a lesson what its lesson needs. `docs/security.md` has the
// same table in words; a test compares the two.
#pragma once

#include <array>
#include <cstddef>

#include "platform/caller.h"
#include "platform/names.h"

namespace http {

enum class Standing { stranger, student, headset, site_key, staff };
constexpr auto names_of(Standing) {
    return platform::names<Standing>({{Standing::stranger, "stranger"},
                                      {Standing::student, "student"},
                                      {Standing::headset, "headset"},
                                      {Standing::site_key, "site key"},
                                      {Standing::staff, "staff"}});
}

struct StandingLimits {
    std::size_t message_bytes;  // the longest socket message
    std::size_t parsed_at_once; // a longer message or body is parsed on workers, not on the io thread
    std::size_t json_values;    // numbers, texts, objects and so on in one message or body
    bool deflate;               // compressed socket messages
};

constexpr std::size_t operator""_KiB(unsigned long long number) {
    return static_cast<std::size_t>(number) << 10;
}

// In the order of Standing.
constexpr std::array<StandingLimits, 5> standing_limits{{
    {.message_bytes = 16_KiB, .parsed_at_once = 4_KiB, .json_values = 1'000, .deflate = false},
    {.message_bytes = 256_KiB, .parsed_at_once = 16_KiB, .json_values = 20'000, .deflate = true},
    {.message_bytes = 1024_KiB, .parsed_at_once = 16_KiB, .json_values = 200'000, .deflate = false},
    {.message_bytes = 1024_KiB, .parsed_at_once = 16_KiB, .json_values = 200'000, .deflate = false},
    {.message_bytes = 1024_KiB, .parsed_at_once = 16_KiB, .json_values = 200'000, .deflate = true},
}};

constexpr const StandingLimits& limits_of(Standing standing) {
    return standing_limits[static_cast<std::size_t>(standing)];
}

inline Standing standing_of(const platform::Caller& caller) {
    if (caller.is_stranger()) return Standing::stranger;
    if (caller.site_key_id) return Standing::site_key;
    if (caller.device_id) return Standing::headset;
    return caller.role >= platform::Role::viewer ? Standing::staff : Standing::student;
}

} // namespace http
