// Socket messages are routes too: declared the same way, with the same classes and the same guard, answered
// after their commit. Each socket has a MessageQueue, which keeps their order: the next message starts when
// the one before it is answered. A sender who is faster than that isn't refused: once so many messages wait as
// its standing may leave unanswered, nothing more is read from it until half of them are answered.
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

    // `connection`, which outlives this, and `socket_id` go into each Call. Everything here runs on the io thread.
    MessageQueue(MessageServices services, platform::Connection& connection, std::int64_t socket_id,
                 WhoAsks who, Send send);

    // A text frame, parsed once on whichever thread had the time for it.
    struct Incoming {
        std::optional<Json> tree;     // null when the text is not JSON, or nobody needs the tree
        std::shared_ptr<Waiting> own; // set when the route reads its data itself, or the text is faulty
        std::size_t bytes = 0;
    };
    // On any thread. `tree_wanted`: dialects look at the message first.
    Incoming read(std::string_view text, std::size_t most_values, bool tree_wanted) const;

    // Queues a message.
    void take(Incoming incoming);
    void take(std::string_view text) { take(read(text, most_json_values, false)); }
    void take(Json message, std::size_t bytes = 0);
    // Answers by name a message that nobody has read: it was too long, or there was no time for it.
    void refuse(std::string_view outline, platform::Error fault);
    // True while nothing is read.
    bool is_full() const { return full_; }
    // The socket is gone: waiting messages are dropped, running ones get no answer.
    void close();

private:
    std::shared_ptr<Waiting> unparsed(std::string_view text) const;
    bool has_room(std::size_t part) const;
    void queue(std::shared_ptr<Waiting> waiting);
    void start_next();
    void start(const std::shared_ptr<Waiting>& waiting);
    void finish(const std::shared_ptr<Waiting>& waiting);

    MessageServices services_;
    platform::Connection& connection_;
    std::int64_t socket_id_;
    WhoAsks who_;
    Send send_;
    std::deque<std::shared_ptr<Waiting>> waiting_;
    std::size_t waiting_bytes_ = 0;
    bool running_ = false, starting_ = false, closed_ = false, full_ = false;
};

} // namespace http
