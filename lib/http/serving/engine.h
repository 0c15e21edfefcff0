// The engine: cpp-httplib as the application layer of HTTP. It unpacks bodies and takes forms apart, handles
// ranges and compression, counts lengths and serves HEAD. Sockets, threads, the framing of messages and the
// choice of the route are ours, because cpp-httplib does those badly:
//
// - It is never told to listen. Its process_request runs over a Stream of our own, on whatever thread has the
//   exchange.
// - Beast alone frames messages. The engine gets exactly one message, re-headed: only the headers that it has
//   work with, a Content-Length in place of chunks, no Expect, no Connection. (Left alone, it would take the
//   next pipelined request for the body of a POST that gives no length, and decode the percent signs in a
//   token.)
// - The route is already found when the engine runs. The target it sees is "/<number of the route>", so one
//   pattern per method finds the handler at once; its own list of patterns would be tried one by one for
//   every request.
// - A body that needs neither unpacking nor taking apart stays where it is; the engine would only copy it
//   twice.
#pragma once

#include <memory>

#include "http/serving/exchange.h"
#include "http/serving/route.h"

namespace http {

class Engine {
public:
    explicit Engine(const RouteTable& routes);
    ~Engine();

    // Runs the exchange's route and leaves its answer in exchange.output. Never throws.
    void serve(Exchange& exchange);
    // The same for a transfer: head and body of the answer go straight to the channel. False: it broke off.
    bool serve_transfer(Exchange& exchange, TransferChannel& channel);
    // Makes streamed answers break off soon.
    void shut_down();

private:
    class Server;
    const RouteTable& routes_;
    std::unique_ptr<Server> ordinary_, transfers_;
};

} // namespace http
