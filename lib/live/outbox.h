// The frames that wait for one connection. The queue is bounded, and overflow has a policy: an update
// replaces the waiting one with the same key, pictures are dropped first, and a connection that still cannot
// keep up is closed. Nobody ever waits for it.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "platform/connection.h"

namespace live {

enum class DropRule {
    keep,        // commands, answers: never dropped
    replaceable, // a state update: a newer one with the same key takes its place
    picture,     // dropped first, oldest first; at most one per key waits
};

struct OutboxLimits {
    std::size_t bytes = 1u << 20; // waiting, pictures included
    std::size_t frames = 1024;
};

class Outbox : public std::enable_shared_from_this<Outbox> {
public:
    Outbox(std::shared_ptr<platform::Connection> connection, OutboxLimits limits);
    // False when the connection had to be closed for it, or was closed before.
    bool push(platform::Frame frame, DropRule rule, std::string_view key = {});
    // Closes the connection; frames that wait are not sent any more.
    void close(platform::CloseReason reason);

    // The bytes waiting here, without the frame that the connection is sending at the moment.
    std::size_t waiting_bytes() const { return bytes_; }
    std::size_t waiting_frames() const { return waiting_.size(); }
    std::uint64_t sent_frames() const { return sent_frames_; }
    std::uint64_t dropped_pictures() const { return dropped_pictures_; }
    std::uint64_t replaced_updates() const { return replaced_updates_; }
    bool overflowed() const { return overflowed_; }
    bool closed() const { return closed_; }

private:
    struct Waiting {
        platform::Frame frame;
        DropRule rule;
        std::string key;
    };
    using Place = std::list<Waiting>::iterator;
    void send_waiting();
    bool replace(const platform::Frame& frame, DropRule rule, std::string_view key);
    bool fits(std::size_t more_bytes) const;
    void drop_pictures_for(std::size_t more_bytes);
    void drop(Place place);

    std::shared_ptr<platform::Connection> connection_;
    OutboxLimits limits_;
    std::list<Waiting> waiting_; // a list, because an idle headset's is empty and then costs nothing
    std::size_t bytes_ = 0;
    bool sending_ = false, in_send_loop_ = false, overflowed_ = false, closed_ = false;
    std::uint64_t sent_frames_ = 0, dropped_pictures_ = 0, replaced_updates_ = 0;
};

} // namespace live
