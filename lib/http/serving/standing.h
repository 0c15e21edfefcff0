// How much the box takes from each kind of sender. There are five kinds, and each has a row in this table:
// a stranger can cost the box little, a headset in a lesson what its lesson needs. `docs/security.md` has the
// same table in words; a test compares the two.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

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
    std::size_t message_bytes;    // the longest socket message
    std::size_t parsed_at_once;   // a longer message or body is parsed on workers, not on the io thread
    std::size_t json_values;      // numbers, texts, objects and so on in one message or body
    bool deflate;                 // compressed socket messages
    bool gzip;                    // compressed bodies
    std::size_t places_percent;   // of the box's connections and sockets, for all of this standing
    std::size_t connections;      // and sockets, of one source
    std::size_t incomplete_bytes; // of bodies and messages that are not complete, of one source
    std::size_t incomplete_bytes_in_all; // the same of all sources together
    std::size_t unanswered;              // messages of one socket
};

constexpr std::size_t operator""_KiB(unsigned long long number) {
    return static_cast<std::size_t>(number) << 10;
}

constexpr std::size_t operator""_MiB(unsigned long long number) {
    return static_cast<std::size_t>(number) << 20;
}
constexpr std::size_t no_limit = SIZE_MAX;

// In the order of Standing.
constexpr std::array<StandingLimits, 5> standing_limits{{
    // stranger
    {.message_bytes = 16_KiB,
     .parsed_at_once = 4_KiB,
     .json_values = 1'000,
     .deflate = false,
     .gzip = false,
     .places_percent = 25,
     .connections = no_limit, // a school may be behind one address; who has most goes first
     .incomplete_bytes = 4_MiB,
     .incomplete_bytes_in_all = 32_MiB,
     .unanswered = 16},
    // student
    {.message_bytes = 256_KiB,
     .parsed_at_once = 16_KiB,
     .json_values = 20'000,
     .deflate = true,
     .gzip = true,
     .places_percent = 20,
     .connections = 32,
     .incomplete_bytes = 2_MiB,
     .incomplete_bytes_in_all = 64_MiB,
     .unanswered = 64},
    // headset
    {.message_bytes = 1_MiB,
     .parsed_at_once = 16_KiB,
     .json_values = 200'000,
     .deflate = false,
     .gzip = true,
     .places_percent = 30,
     .connections = 16,
     .incomplete_bytes = 16_MiB,
     .incomplete_bytes_in_all = 256_MiB,
     .unanswered = 256},
    // site key: the headsets behind one address that share it
    {.message_bytes = 1_MiB,
     .parsed_at_once = 16_KiB,
     .json_values = 200'000,
     .deflate = false,
     .gzip = true,
     .places_percent = 15,
     .connections = 512,
     .incomplete_bytes = 64_MiB,
     .incomplete_bytes_in_all = 128_MiB,
     .unanswered = 256},
    // staff
    {.message_bytes = 1_MiB,
     .parsed_at_once = 16_KiB,
     .json_values = 200'000,
     .deflate = true,
     .gzip = true,
     .places_percent = 10,
     .connections = 64,
     .incomplete_bytes = 64_MiB,
     .incomplete_bytes_in_all = 256_MiB,
     .unanswered = 256},
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
