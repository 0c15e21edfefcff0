// HMAC-SHA-256 (RFC 2104), by the processor's own instructions where it has them. The key is taken in once,
// because that is half of the work for a short message.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace platform {

class HmacSha256 {
public:
    explicit HmacSha256(std::string_view key);      // of any length
    std::string of(std::string_view message) const; // 32 bytes; from any thread

private:
    struct States;
    std::shared_ptr<const States> states_;
};

} // namespace platform
