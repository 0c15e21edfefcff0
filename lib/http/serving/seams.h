// The small interfaces that http needs from the rest; app/appliance connects them to store, people, audit and
// live.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/serving/call.h"
#include "http/serving/route.h"
#include "platform/caller.h"
#include "platform/connection.h"

namespace http {

// Runs the route classes `reads`, `writes` and `slow`; the front door itself runs `memory` and `transfer`.
// `work` runs the handler, the validation and the making of the answer's bytes, with the class's resources
// already lent to the call. It returns whether the answer is good (false: an answer of 400 and above, roll
// back), never throws, and is not called at all when the queue is full. `done` is called once, on any thread:
// with null when the work's answer may leave, with an Error when it must be replaced (the commit failed, the
// queue is full). Jobs of one class given by one thread start in the order given; the front door relies on
// that for pipelined writes. Never throws; never blocks.
class Executor {
public:
    virtual ~Executor() = default;
    virtual void run(const Route& route, Call& call, std::function<bool()> work,
                     std::function<void(std::exception_ptr)> done) = 0;
};

// Turns a credential into a caller, from memory, in microseconds, on any thread. An unknown one gives a
// stranger.
class Authenticator {
public:
    virtual ~Authenticator() = default;
    virtual platform::Caller by_token(std::string_view token) = 0;
    virtual platform::Caller by_site_key(std::string_view key) = 0;
};

struct AuditEntry {
    platform::Caller caller;
    std::string method, path; // path with the site key and tokens already redacted
    std::string_view route;   // the route's path pattern, "" when there was none
    int status = 0;
    std::string error;  // the error's message, "" on success
    std::string target; // JSON of ids
};

// Takes the audit rows. For a `writes` call the row goes into the same group; for others it is queued without
// waiting.
class AuditSink {
public:
    virtual ~AuditSink() = default;
    virtual void record(AuditEntry entry, Call* with_transaction) = 0; // null: queue it
    virtual void count(const Route& route, const platform::Caller& caller, int status) = 0;
};

// Takes over sockets. `accept` is called on the io thread once the handshake is done; the listener that it
// returns gets the messages.
struct UpgradeRequest {
    Call call;               // path, query, headers, caller, credential
    std::string subprotocol; // the one that was chosen
};
class UpgradeHandler {
public:
    virtual ~UpgradeHandler() = default;
    // Before the handshake: nullptr lets it through, an Answer refuses it (401, 404).
    virtual std::unique_ptr<Answer> refuse(const UpgradeRequest& request) = 0;
    // Headers to add to the 101 (a cookie for guests of the seats dialect).
    virtual std::vector<std::pair<std::string, std::string>> headers(const UpgradeRequest& request) = 0;
    virtual std::unique_ptr<platform::ConnectionListener> accept(
        std::shared_ptr<platform::Connection> connection, UpgradeRequest request) = 0;
};

} // namespace http
