// A holder of one of our sockets: an HTTP connection, or what an upgrade has made of it. The front door keeps
// them all, looks at their deadlines and asks them to stop. All on the io thread.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "http/serving/dispatcher.h"
#include "http/serving/seams.h"
#include "http/wire/front_door.h"
#include "http/wire/places.h"

namespace http {

using Time = std::chrono::steady_clock::time_point;

class Peer : public std::enable_shared_from_this<Peer> {
public:
    explicit Peer(std::string address) : address_(std::move(address)) {}
    virtual ~Peer() = default;
    virtual void start() = 0;
    virtual void tick(Time now) = 0; // a few times a second
    virtual void stop() = 0;         // finish what was accepted, then close
    virtual void cut() = 0;          // close now
    virtual void flush() {}          // answers are ready
    virtual bool is_socket() const { return false; }
    const std::string& address() const { return address_; }

    Place place;            // the front door's
    bool flush_due = false; // the front door's note, so that many answers make one flush

private:
    std::string address_;
};

// Threads that block on sockets.
class TransferPool {
public:
    virtual ~TransferPool() = default;
    virtual bool submit(std::function<void()> job) = 0; // false: too many wait
};

// What a peer needs from the front door.
struct PeerServices {
    const FrontDoorOptions& options;
    Dispatcher& dispatcher;
    TransferPool& transfers;
    UpgradeHandler& upgrades;
    Finished& finished;
    std::function<void(std::shared_ptr<Peer>)> add;
    std::function<void(Peer&)> remove;
    std::function<bool(std::function<void()>)> work; // on a worker; false: too much waits there
    IoWatch& watch;
    std::function<void(Peer&, const platform::Caller&)> know; // who it is; that may cost another its place
    Places& places;
    std::atomic<std::uint64_t>& requests;
    std::atomic<std::uint64_t>& timeouts;
    Time now{};              // time of the last tick or wake-up; exact enough for deadlines
    std::size_t running = 0; // exchanges that some thread has
    bool stopping = false;
};

} // namespace http
