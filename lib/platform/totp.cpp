#include "platform/totp.h"

#include <liboath/oath.h>

#include <array>
#include <cstdlib>
#include <memory>

#include "platform/crypto.h"
#include "platform/error.h"
#include "platform/text.h"

namespace platform {
namespace {

constexpr unsigned digits = 6;
constexpr std::int64_t step_ms = 30'000;

struct Freed {
    void operator()(char* bytes) const { std::free(bytes); }
};
using Bytes = std::unique_ptr<char, Freed>;

std::string code_of_step(std::string_view secret, std::int64_t step) {
    char* decoded = nullptr;
    std::size_t length = 0;
    if (oath_base32_decode(secret.data(), secret.size(), &decoded, &length) != OATH_OK)
        throw Error(ErrorKind::internal, "A second-factor secret is not base32.");
    const Bytes bytes(decoded);
    std::array<char, digits + 1> code{};
    if (oath_hotp_generate(bytes.get(), length, static_cast<std::uint64_t>(step), digits, false,
                           OATH_HOTP_DYNAMIC_TRUNCATION, code.data()) != OATH_OK)
        throw Error(ErrorKind::internal, "A second-factor code could not be made.");
    return code.data();
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view hex_digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           c == '-' || c == '_' || c == '.' || c == '~';
        if (plain)
            encoded += c;
        else
            (encoded += '%').append({hex_digits[byte >> 4], hex_digits[byte & 15]});
    }
    return encoded;
}

} // namespace

std::string draw_totp_secret(Random& random) {
    std::array<unsigned char, 20> drawn{};
    random.fill(drawn);
    char* encoded = nullptr;
    std::size_t length = 0;
    if (oath_base32_encode(reinterpret_cast<const char*>(drawn.data()), drawn.size(), &encoded, &length) !=
        OATH_OK)
        throw Error(ErrorKind::internal, "A second-factor secret could not be made.");
    const Bytes bytes(encoded);
    return {bytes.get(), length};
}

std::string totp_code(std::string_view secret, std::int64_t now_ms) {
    return code_of_step(secret, now_ms / step_ms);
}

std::optional<std::int64_t> totp_step(std::string_view secret, std::string_view code, std::int64_t now_ms) {
    const std::int64_t now = now_ms / step_ms;
    for (const std::int64_t step : {now, now - 1, now + 1})
        if (step >= 0 && equal_in_constant_time(code_of_step(secret, step), code)) return step;
    return std::nullopt;
}

namespace {

// Apps split the label at its first colon, encoded or not, so neither half may have one.
std::string label_part(std::string_view text, std::string_view otherwise) {
    std::string part;
    for (const char c : text)
        if (const char kept = c == ':' ? ' ' : c; kept != ' ' || (!part.empty() && part.back() != ' '))
            part += kept;
    part = trimmed(part);
    return part.empty() ? std::string(otherwise) : part;
}

} // namespace

std::string otpauth_url(std::string_view issuer, std::string_view account, std::string_view secret) {
    const std::string school = percent_encoded(label_part(issuer, "Lectern"));
    return "otpauth://totp/" + school + ":" + percent_encoded(label_part(account, "account")) +
           "?issuer=" + school + "&algorithm=SHA1&digits=6&period=30&secret=" + std::string(secret);
}

} // namespace platform
