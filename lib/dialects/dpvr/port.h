// The port that DPVR headsets connect to: sockets, frames and deadlines on a thread of its own, so that whatever
// comes in there delays nobody else. It knows no school; what it hears goes to whoever made it.
//
// Bounds: so many connections in all and from one address (links.h), one frame of input each, so much output
// each. A connection that says nothing, breaks the framing, or doesn't take what it is sent, goes.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "dialects/dpvr/links.h"

namespace dialects::dpvr {

class Port {
public:
    // All of it is called on the port's own thread.
    struct Hearer {
        std::function<void(Links::LinkNumber, const Heartbeat&)> heartbeat;
        std::function<void(Links::LinkNumber)> gone; // of a link that was heard of
    };
    static constexpr std::size_t most_waiting_bytes = 256 << 10; // to one headset

    // Listens at once. Error bad_request: it can't listen there. `tick`: how often deadlines are looked at.
    Port(const std::string& address, std::uint16_t port, Hearer hearer, LinkLimits limits = {},
         std::chrono::milliseconds tick = std::chrono::milliseconds(500));
    ~Port(); // hears and tells nothing more once it has returned

    std::uint16_t number() const;
    // ---- any thread ----
    // A whole frame. To a link that has gone: nothing happens.
    void send(Links::LinkNumber link, std::string frame);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace dialects::dpvr
