// The second factor: codes from an authenticator app (RFC 6238: 6 digits, 30 s, SHA-1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/random.h"

namespace platform {

// 20 random bytes in base32, the form that authenticator apps take.
std::string draw_totp_secret(Random& random);
std::string totp_code(std::string_view secret, std::int64_t now_ms);
// The number of the 30-second step that `code` belongs to: the present one or a neighbour; nullopt when the
// code is wrong. A code works once: the caller keeps the number and takes no code of the same or an earlier
// step again.
std::optional<std::int64_t> totp_step(std::string_view secret, std::string_view code, std::int64_t now_ms);
// The content of a registration's QR code. The secret comes last, because the page of the seats dialect cuts
// it off there.
std::string otpauth_url(std::string_view issuer, std::string_view account, std::string_view secret);

} // namespace platform
