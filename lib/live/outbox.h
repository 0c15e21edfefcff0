// What waits for one connection. Bounded, and overflow has a policy: an update replaces the waiting one of the same key,
// pictures are dropped first, and a connection that still cannot keep up is closed (1013), never waited for.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "platform/connection.h"

namespace live {

enum class DropRule {
    keep,        // commands, answers: never dropped
    replaceable, // a state update: a newer one of the same key takes its place
    picture,     // dropped first, oldest first; at most one of a key waits
};

struct OutboxLimits {
    std::size_t bytes = 1u << 20;  // waiting, pictures included
    std::size_t frames = 1024;
};

class Outbox : public std::enable_shared_from_this<Outbox> {
public:
    Outbox(std::shared_ptr<platform::Connection> connection, OutboxLimits limits);
    // False when the connection had to be closed for it.
    bool push(platform::Frame frame, DropRule rule, const std::string& key = {});
    std::size_t waiting_bytes() const { return bytes_; }
    std::size_t waiting_frames() const { return waiting_.size(); }
    std::uint64_t dropped_pictures() const { return dropped_pictures_; }
    std::uint64_t replaced_updates() const { return replaced_updates_; }
    bool overflowed() const { return overflowed_; }

private:
    struct Waiting {
        platform::Frame frame;
        DropRule rule;
        std::string key;
    };
    void send_next();
    bool make_room(std::size_t bytes);

    std::shared_ptr<platform::Connection> connection_;
    OutboxLimits limits_;
    std::deque<Waiting> waiting_;
    std::size_t bytes_ = 0;
    bool sending_ = false, overflowed_ = false;
    std::uint64_t dropped_pictures_ = 0, replaced_updates_ = 0;
};

} // namespace live
