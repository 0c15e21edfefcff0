// The second factor: codes of an authenticator app (RFC 6238: 6 digits, 30 s, SHA-1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/random.h"

namespace platform {

// 20 random bytes in base32, as authenticator apps take them.
std::string draw_totp_secret(Random& random);
std::string totp_code(std::string_view secret, std::int64_t now_ms);
// The number of the 30 seconds that `code` belongs to, now or one step either way; nullopt when it is wrong.
// Whoever checks codes keeps the number and takes no code of the same or an earlier step again: a code works
// once.
std::optional<std::int64_t> totp_step(std::string_view secret, std::string_view code, std::int64_t now_ms);
// What the QR of a registration says. The secret comes last: dialect D's page cuts it off there.
std::string otpauth_url(std::string_view issuer, std::string_view account, std::string_view secret);

} // namespace platform
