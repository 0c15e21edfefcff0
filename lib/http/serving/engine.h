// The engine: cpp-httplib as the application layer of HTTP. It unpacks and takes forms apart, makes ranges
// and compression, counts lengths and serves HEAD; sockets, threads, the framing of messages and the choice
// of the route are ours, because those are what it does badly:
//
// - It is never told to listen. Its process_request runs over a Stream of our own, on whatever thread has the
// exchange.
// - Beast alone frames messages. The engine is given exactly one, re-headed: only the headers that it has
// work with, a
//   Content-Length in place of chunks, no Expect, no Connection. (Left alone it would take the next pipelined
//   request for the body of a POST that says no length, and undo the percent signs in a token.)
// - The route is already found when the engine runs. Its target is "/<number of the route>", so that one
// pattern a method
//   finds the handler at once, where its own list of patterns would be tried one by one for every request.
// - A body that needs neither unpacking nor taking apart stays where it is; it would only be copied twice.
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
    // Streamed answers break off soon.
    void shut_down();

private:
    class Server;
    const RouteTable& routes_;
    std::unique_ptr<Server> ordinary_, transfers_;
};

} // namespace http
