// Secrets: argon2id for passwords and PINs, BLAKE2b for tokens. Only hashes are stored, and nothing here is
// ever logged.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <semaphore>
#include <string>
#include <string_view>

#include "platform/random.h"

namespace platform {

// A random token of `bytes` bytes as base64url without padding (32 bytes: 43 characters).
std::string random_token(Random& random, std::size_t bytes = 32);
// What is stored for a token: 32 bytes of BLAKE2b. A token has full entropy, so it needs no salt and no slow
// hash.
std::string hash_token(std::string_view token);
std::string sha256_hex(std::string_view bytes);
bool equal_in_constant_time(std::string_view a, std::string_view b);

inline constexpr std::size_t pepper_bytes = 32;

// A number that tells whether a pepper is the one a database's hashes were made with, and nothing else
// about it. It is kept in the database. nullopt: these bytes can't be a pepper.
std::optional<std::int64_t> pepper_check(std::string_view pepper);

// argon2id for passwords and PINs. There are only 10,000 PINs, so a stolen database alone must not be enough
// to try them all: each secret is first keyed with a pepper that lives in its own file (0600) beside the
// database, never in a backup of it alone. Hashing costs memory and tens of milliseconds, so at most two run
// at once and it never runs on the writer.
class SecretHasher {
public:
    enum class Cost { interactive, least }; // `least` for tests
    enum class Missing { make, refuse };    // what to do without the file
    // Throws Error internal when the pepper is damaged, or missing and not to be made.
    SecretHasher(const std::filesystem::path& pepper_file, Random& random, Cost cost = Cost::interactive,
                 Missing missing = Missing::make);
    std::string hash(std::string_view secret);
    bool verify(const std::string& hash, std::string_view secret);
    // Takes as long as a verify, so that timing does not tell an unknown name from a wrong secret. Always
    // false.
    bool verify_nothing(std::string_view secret);
    std::int64_t check() const { return check_; } // pepper_check of its pepper

private:
    std::string peppered(std::string_view secret) const;
    std::string pepper_;
    std::int64_t check_ = 0;
    Cost cost_;
    std::counting_semaphore<2> running_{2};
};

} // namespace platform
