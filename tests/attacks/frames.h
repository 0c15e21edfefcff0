// What an attacker's laptop sends: WebSocket frames byte by byte, right or wrong as the story needs them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace attacks {

enum class Opcode : std::uint8_t { more = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

// A masked frame of at most 64 KiB, as clients send it. The mask is zero, so the payload stays readable.
inline std::string frame(Opcode opcode, std::string_view payload, bool final = true) {
    std::string bytes(1, static_cast<char>((final ? 0x80 : 0) | static_cast<int>(opcode)));
    if (payload.size() < 126) {
        bytes += static_cast<char>(0x80 | payload.size());
    } else {
        bytes += static_cast<char>(0x80 | 126);
        bytes += static_cast<char>(payload.size() >> 8);
        bytes += static_cast<char>(payload.size() & 0xff);
    }
    return bytes.append(4, '\0').append(payload);
}

// A close frame's payload.
inline std::string close_reason(std::uint16_t code, std::string_view reason = {}) {
    return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)}.append(reason);
}

inline std::string upgrade_request(std::string_view target, std::string_view more_headers = {}) {
    return "GET " + std::string(target) +
           " HTTP/1.1\r\nHost: box\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
           std::string(more_headers) + "\r\n";
}

} // namespace attacks
