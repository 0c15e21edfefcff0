// A WebSocket client that waits for what it wants. One thread; it waits up to five seconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

// The server's answer, if it was not 101.
struct HandshakeRefused : std::runtime_error {
    HandshakeRefused(int said, const std::string& why) : std::runtime_error(why), status(said) {}
    int status;
};

class SocketClient {
public:
    using Headers = std::vector<std::pair<std::string, std::string>>;

    // Does the handshake at once. Throws HandshakeRefused when the server refuses it.
    SocketClient(std::uint16_t port, const std::string& target, const Headers& headers = {},
                 bool deflate = false);
    ~SocketClient();
    SocketClient(SocketClient&&) noexcept;

    void send(std::string_view text);
    void send_binary(std::string_view bytes);
    // The next message; nullopt when the server has closed. Throws when neither comes in time.
    std::optional<std::string> read(std::chrono::milliseconds patience = std::chrono::seconds(20));
    // Whether a message comes within the time. It is kept for read.
    bool hears_something(std::chrono::milliseconds patience);
    bool last_was_binary() const;
    // After read returned nullopt: the server's close code, 0 when it just hung up.
    std::uint16_t close_code() const;
    std::string header(std::string_view name) const; // of the 101
    int pings_heard() const;
    void close();
    void hang_up(); // without a close, like lost Wi-Fi

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace support
