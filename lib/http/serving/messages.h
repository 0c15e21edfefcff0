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
#include <optional>
#include <string>
#include <string_view>

#include "http/serving/body.h"
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
    // Runs it on a worker, for what would keep the io thread too long. False: too much waits there already.
    std::function<bool(std::function<void()>)> work = [](const auto&) { return false; };
};

// The error code of the envelope for an Error: "Unauthorized", "NotFound", ... Validation faults go into
// `data`.
std::string message_error_code(const platform::Error& error);

class MessageQueue : public std::enable_shared_from_this<MessageQueue> {
    struct Waiting;

public:
    using Send = std::function<void(Json reply)>;
    // Who is asking right now: a socket's caller changes when somebody signs in on its headset.
    using WhoAsks = std::function<platform::Caller()>;

    // `connection` and `socket_id` go into each Call. Everything here runs on the io thread.
    MessageQueue(MessageServices services, platform::Connection* connection, std::int64_t socket_id,
                 WhoAsks who, Send send);

    // A text frame, parsed once on whichever thread had the time for it.
    struct Incoming {
        std::optional<Json> tree;     // null when the text is not JSON, or nobody needs the tree
        std::shared_ptr<Waiting> own; // set when the route reads its data itself, or the text is faulty
        std::size_t bytes = 0;
    };
    // On any thread. `tree_wanted`: dialects look at the message first.
    Incoming read(std::string_view text, std::size_t most_values, bool tree_wanted) const;

    // Queues a message. False: the queue is full and the caller must close the socket (1008).
    bool take(Incoming incoming);
    bool take(std::string_view text) { return take(read(text, most_json_values, false)); }
    bool take(Json message, std::size_t bytes = 0);
    // Answers by name a message that was too long to be read.
    bool refuse_too_large(std::string_view outline, std::size_t limit);
    // The socket is gone: waiting messages are dropped, running ones get no answer.
    void close();

private:
    std::shared_ptr<Waiting> unparsed(std::string_view text) const;
    bool has_room() const;
    bool queue(std::shared_ptr<Waiting> waiting);
    void start_next();
    void start(const std::shared_ptr<Waiting>& waiting);
    void finish(const std::shared_ptr<Waiting>& waiting);

    MessageServices services_;
    platform::Connection* connection_;
    std::int64_t socket_id_;
    WhoAsks who_;
    Send send_;
    std::deque<std::shared_ptr<Waiting>> waiting_;
    bool running_ = false, starting_ = false, closed_ = false;
};

} // namespace http
