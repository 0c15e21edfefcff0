// Socket messages are routes too: declared the same way, with the same classes and the same guard, answered
// after their commit. Each socket has a MessageQueue, which keeps their order: the next message starts when
// the one before it is answered.
//
//   in:  {type, data, eid, ts}
//   out: {status: "success" | "error", type, data, error: null | code, eid, ts}
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/serving/call.h"
#include "http/serving/route.h"
#include "http/serving/seams.h"
#include "platform/clock.h"

namespace http {

// A route with an error shape of its own (a dialect's) gives the code as the body of that answer.

// What all sockets share.
struct MessageServices {
    RouteTable& routes;
    Executor& executor;
    AuditSink& audit;
    platform::Clock& clock;
    std::function<void(std::function<void()>)> post; // runs it on the io thread
};

// The error code of the envelope for an Error: "Unauthorized", "NotFound", ... Validation faults go into
// `data`.
std::string message_error_code(const platform::Error& error);

class MessageQueue : public std::enable_shared_from_this<MessageQueue> {
public:
    using Send = std::function<void(Json reply)>;
    // Who is asking right now: a socket's caller changes when somebody signs in on its headset.
    using WhoAsks = std::function<platform::Caller()>;

    // `connection` and `socket_id` go into each Call. Everything here runs on the io thread.
    MessageQueue(MessageServices services, platform::Connection* connection, std::int64_t socket_id,
                 WhoAsks who, Send send);

    // Parses one text frame and queues it. False: the queue is full and the caller must close the socket
    // (1008).
    bool take(std::string_view text);
    bool take(Json message, std::size_t bytes = 0);
    // The socket is gone: waiting messages are dropped, running ones get no answer.
    void close();

private:
    struct Waiting;
    std::shared_ptr<Waiting> unparsed(std::string_view text);
    bool queue(std::shared_ptr<Waiting> waiting);
    void start_next();
    void start(const std::shared_ptr<Waiting>& waiting);
    void finish(const Waiting& waiting);

    MessageServices services_;
    platform::Connection* connection_;
    std::int64_t socket_id_;
    WhoAsks who_;
    Send send_;
    std::deque<std::shared_ptr<Waiting>> waiting_;
    bool running_ = false, starting_ = false, closed_ = false;
};

} // namespace http
