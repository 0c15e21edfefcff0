// The seam between sockets and what is live: a connection carries whole messages. http makes them of WebSockets, live
// fills them, tests fake them. All calls happen on the io thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace platform {

// A message ready to leave, shared by all who get it: serialised once.
struct Frame {
    std::shared_ptr<const std::string> payload;
    bool binary = false;
};

class Connection {
public:
    virtual ~Connection() = default;
    // Sends one frame; `sent` is called when the socket has taken it. Only one send may be under way: who has more to
    // say keeps a queue (live/outbox.h), because only it knows what may be replaced or dropped.
    virtual void send(Frame frame, std::function<void()> sent) = 0;
    virtual void close(std::uint16_t code, std::string_view reason) = 0;
    virtual const std::string& remote_address() const = 0;
};

// What a connection tells. on_closed comes exactly once, last.
class ConnectionListener {
public:
    virtual ~ConnectionListener() = default;
    virtual void on_message(std::string_view message, bool binary) = 0;
    virtual void on_closed() = 0;
};

} // namespace platform
