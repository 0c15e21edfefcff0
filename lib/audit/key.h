// The audit key: 32 random bytes in a file of the data folder, beside the pepper. Who has the database but
// not this file can change, add or cut no row of the audit log without it being seen (chain.h, verify.h).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "platform/hmac.h"
#include "platform/random.h"

namespace audit {

inline constexpr const char* key_name = "audit-key"; // in the data folder, mode 0600; in every backup
inline constexpr std::size_t key_bytes = 32;

class Key {
public:
    // Throws Error internal unless these are 32 bytes.
    explicit Key(std::string_view bytes);

    // HMAC-SHA-256, 32 bytes. `what` says what is signed: a mac of one kind is none of another.
    std::string mac(std::string_view what, std::string_view message) const;

private:
    platform::HmacSha256 hmac_;
};

// nullopt: there is no such file. Throws Error internal when it is damaged.
std::optional<Key> read_key(const std::filesystem::path& folder);
// A new key, for a log that has none or whose key is lost. Before the key it leaves the note that a new head
// begins (head.h), signed with it: a key without a head would look like a cut, if we are cut off in between.
Key make_key(const std::filesystem::path& folder, platform::Random& random);

} // namespace audit
