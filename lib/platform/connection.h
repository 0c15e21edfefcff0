// The seam between sockets and the live part: a connection carries whole messages. http makes connections out
// of WebSockets, live sends through them, tests fake them. All calls happen on the io thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "platform/close_reason.h"

namespace platform {

// A message ready to leave: serialised once and shared by everyone who gets it.
struct Frame {
    std::shared_ptr<const std::string> payload;
    bool binary = false;
};

class Connection {
public:
    virtual ~Connection() = default;
    // Sends one frame; `sent` is called when the socket has taken it. Only one send may be under way. A
    // sender with more to say keeps a queue (live/outbox.h), because only the sender knows what may be
    // replaced or dropped.
    virtual void send(Frame frame, std::function<void()> sent) = 0;
    virtual void close(CloseReason reason) = 0;
    // Nothing is read until each pause has had its resume: a message is still being parsed elsewhere, or as many
    // are unanswered as may be.
    virtual void pause() = 0;
    virtual void resume() = 0;
    virtual const std::string& remote_address() const = 0;
};

// How a connection ended.
struct Ending {
    bool by_peer = true;
    std::uint16_t code = 0; // 0: without a close; then the network is gone, or one side hung up
    std::string reason;
};

// What a connection reports. on_closed comes exactly once, last.
class ConnectionListener {
public:
    virtual ~ConnectionListener() = default;
    virtual void on_message(std::string_view message, bool binary) = 0;
    // How long a message may be; it is asked once a message is longer than most.
    virtual std::size_t longest_message() const = 0;
    // A message was longer than that. It has been read past, and the socket stays. `outline` is what an answer
    // needs: its outermost level without what is long.
    virtual void on_too_large(std::string_view outline) = 0;
    virtual void on_closed(const Ending& ending) = 0;
};

} // namespace platform
