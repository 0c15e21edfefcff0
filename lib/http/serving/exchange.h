// One request, from its head to the bytes of its answer. A connection makes it, the dispatcher decides about
// it, the engine fills it; one thread at a time has it.
#pragma once

#include <array>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/serving/call.h"
#include "http/serving/route.h"
#include "platform/error.h"

namespace http {

class Peer;

struct Exchange {
    // ---- as it came ----
    Call call; // content: the body's bytes as sent
    std::string target, query;
    bool http_1_0 = false;
    bool keep_alive = true; // false: the connection ends after this answer
    bool chunked = false;
    bool expects_continue = false;
    bool wants_upgrade = false;
    std::optional<std::uint64_t> content_length;
    std::size_t body_bytes = 0; // that have come

    // ---- decided when the head had arrived ----
    const Route* route = nullptr;
    RouteTable::Match match;
    std::optional<Answer> refusal; // sent instead of running the route
    std::string allowed_origin;    // the Origin that may read the answer, if it is not our own page
    std::string_view
        strict_transport_security; // the value of that header; "": none. Lives as long as the server
    std::array<char, 29> date{};   // "Sun, 06 Nov 1994 08:49:37 GMT"

    // ---- left by a worker, if one prepared the body ----
    bool body_ready = false;       // call.body is parsed and fits the route
    std::exception_ptr body_fault; // the body can't be taken

    // ---- what came of it ----
    int status = 0;
    std::string error;        // for the audit row
    std::string audit_target; // JSON of ids
    std::string output;       // the answer, head and body
    // preparing: a worker inflates or parses the body; then it is waiting.
    enum class State { arriving, preparing, waiting, running, done } state = State::arriving;
    // Keeps the connection alive while a thread has this, even when the client has gone.
    std::shared_ptr<Peer> connection;

    bool has_body() const { return chunked || content_length.value_or(0) > 0; }
    std::size_t body_limit() const { return route && !refusal ? route->body_limit : 64u << 10; }
};

// What a transfer reads from and writes to: the socket itself, blocking.
class TransferChannel {
public:
    virtual ~TransferChannel() = default;
    // Reads the next bytes of the body as sent. Returns their number, 0 at the end, -1 when the client is
    // gone or too slow.
    virtual std::ptrdiff_t read_body(char* bytes, std::size_t most) = 0;
    virtual bool write(std::string_view bytes) = 0;
    virtual bool body_too_large() const = 0;
    virtual bool body_taken() const = 0; // all of it has been read
};

} // namespace http
