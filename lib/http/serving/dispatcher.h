// From the head of a request to the bytes of its answer: finds the route, asks the guard, has the right
// thread run the engine, and leaves the audit row. It knows nothing of sockets.
#pragma once

#include <atomic>
#include <exception>

#include "http/serving/engine.h"
#include "http/serving/exchange.h"
#include "http/serving/guard.h"
#include "http/serving/options.h"
#include "http/serving/seams.h"
#include "platform/clock.h"

namespace http {

// Takes an exchange whose answer is ready. Called from any thread.
class Finished {
public:
    virtual ~Finished() = default;
    virtual void finished(Exchange& exchange) = 0;
};

class Dispatcher {
public:
    Dispatcher(const ServingOptions& options, RouteTable& routes, Executor& executor,
               Authenticator& authenticator, AuditSink& audit, platform::Clock& clock, Finished& finished);

    // ---- io thread ----
    // The head has arrived: finds the route, the caller and, if the call may not go on, the refusal.
    void meet(Exchange& exchange);
    // The same for a WebSocket, which has no route, but a caller and an origin.
    void meet_upgrade(Exchange& exchange);
    // Whether a worker must prepare the body first, because inflating or parsing it here would delay everybody.
    bool needs_worker(const Exchange& exchange) const;
    // The body has arrived too, and is prepared if it must be. True when the answer is there at once; otherwise it comes through Finished.
    bool run(Exchange& exchange);
    // Answers a refused exchange, or one that never became a request.
    void refuse(Exchange& exchange);
    void refuse(Exchange& exchange, const platform::Error& error, int status = 0);
    void tick();                        // every second
    void stop() { stopping_ = true; }   // from now on, answers say that the connection closes
    void cut() { engine_.shut_down(); } // streamed answers break off

    // ---- a worker ----
    // Inflates the body, and parses and checks it. Never throws.
    void prepare(Exchange& exchange);

    // ---- a transfer's thread ----
    bool run_transfer(Exchange& exchange, TransferChannel& channel);

private:
    void find_route(Exchange& exchange, std::string_view path);
    void answer_options(Exchange& exchange);
    bool work(Exchange& exchange);
    void replace(Exchange& exchange, const std::exception_ptr& failure);
    void leave_audit_row(Exchange& exchange, Call* with_transaction);

    const ServingOptions& options_;
    RouteTable& routes_;
    Executor& executor_;
    AuditSink& audit_;
    platform::Clock& clock_;
    Finished& finished_;
    Guard guard_;
    Engine engine_;
    std::array<char, 29> date_{};
    std::int64_t tidied_us_ = 0;
    std::atomic<bool> stopping_{false};
};

} // namespace http
