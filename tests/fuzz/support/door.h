// One connection at a time through the real front door's connection, dispatcher and WebSocket, but on one
// thread, over a pair of sockets, with a clock that stands still. So an input always takes the same way.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/serving/route.h"
#include "http/serving/seams.h"
#include "platform/clock.h"

namespace fuzz {

class Door {
public:
    // All of it outlives the door.
    Door(http::RouteTable& routes, http::Executor& executor, http::Authenticator& authenticator,
         http::AuditSink& audit, http::UpgradeHandler& upgrades, platform::Clock& clock);
    ~Door();
    Door(const Door&) = delete;
    Door& operator=(const Door&) = delete;

    // Sends the pieces one after the other, each once the box has done what it can with those before it, then
    // ends the sending. Returns all that the box says. Demands that nothing of the connection is left behind.
    std::string talk(const std::vector<std::string_view>& pieces);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Runs everything at once, on the thread that asks. Each call is lent a Desk, which holds nothing.
struct Desk {};
class InlineExecutor final : public http::Executor {
public:
    void run(const http::Route& route, http::Call& call, std::function<bool()> work,
             std::function<void(std::exception_ptr)> done) override;
};

// The tokens "staff", "student" and "headset", and no site key.
class KnownTokens final : public http::Authenticator {
public:
    platform::Caller by_token(std::string_view token) override;
    platform::Caller by_site_key(std::string_view) override { return {}; }
};

// No call may end in a defect of ours, whatever came in.
class NoDefects final : public http::AuditSink {
public:
    void record(http::AuditEntry entry, http::Call* with_transaction) override;
    void count(const http::Route& route, const platform::Caller& caller, int status) override;
};

// A door with a few routes of its own, for what happens before any handler: see door.cpp.
class ToyDoor {
public:
    ToyDoor();
    ~ToyDoor();
    std::string talk(const std::vector<std::string_view>& pieces);
    // The bodies that handlers were given since the last call of this.
    std::vector<std::string> take_bodies();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// "100 Continue" is sent only when the body has not come yet, so it depends on the pieces.
std::string without_continue(std::string answers);

} // namespace fuzz
