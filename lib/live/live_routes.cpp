#include "live/live_routes.h"

#include <limits>
#include <optional>

#include "http/serving/problem.h"
#include "http/serving/topics.h"
#include "platform/error.h"

namespace live {

namespace {

using http::Access;
using http::Call;

constexpr std::int64_t most_version = std::numeric_limits<std::int64_t>::max();
constexpr double most_ms = 1e15; // far beyond any clock, and still exact to a fraction in a double

// With fractions: a headset on good Wi-Fi has round trips of 2 ms, and the clocks must agree better than
// that.
double server_ms(const platform::Clock& clock) {
    return static_cast<double>(clock.now_us()) / 1000.0;
}

http::Shape topic_name() {
    return http::text(1, 120);
}

http::Route subscribe_message(Hub& hub) {
    const http::Shape seen =
        http::object({{"epoch", http::text(1, 80)}, {"version", http::integer(0, most_version)}});
    return http::message("subscribe", "Hear what a topic holds, and every change from now on")
        .memory()
        .by(Access::signed_in)
        .counted()
        .tagged("live")
        .takes(http::object({{"topic", topic_name()}, {"since?", seen}}))
        .gives(http::object({}))
        .handled([&hub](Call& call) {
            const platform::JsonFields body = call.fields();
            std::optional<Seen> since;
            if (const auto given = body.find_object("since"))
                since = Seen{given->get<std::string>("epoch"), given->get<std::uint64_t>("version")};
            hub.subscribe(call.socket_id, body.get<std::string>("topic"), since);
            return http::json(http::Json::object());
        });
}

http::Route unsubscribe_message(Hub& hub) {
    return http::message("unsubscribe", "Hear no more of a topic")
        .memory()
        .by(Access::signed_in)
        .counted()
        .tagged("live")
        .takes(http::object({{"topic", topic_name()}}))
        .gives(http::object({}))
        .handled([&hub](Call& call) {
            hub.unsubscribe(call.socket_id, call.fields().get<std::string>("topic"));
            return http::json(http::Json::object());
        });
}

http::Route ping_message(const platform::Clock& clock) {
    return http::message("ping", "Learn that the connection works")
        .memory()
        .by(Access::signed_in)
        .counted()
        .tagged("live")
        .takes(http::object({}))
        .gives(http::object({{"server_ms", http::number(0, most_ms)}}))
        .handled([&clock](Call&) {
            return http::json({{"server_ms", server_ms(clock)}});
        });
}

http::Route clock_message(const platform::Clock& clock) {
    return http::message("clock",
                         "Compare clocks: t0 is the headset's, t1 the server's, both in milliseconds")
        .memory()
        .by(Access::signed_in)
        .counted()
        .tagged("live")
        .takes(http::object({{"t0", http::number(-most_ms, most_ms)}}))
        .gives(http::object({{"t0", http::number(-most_ms, most_ms)}, {"t1", http::number(0, most_ms)}}))
        .handled([&clock](Call& call) {
            return http::json({{"t0", call.fields().json("t0")}, {"t1", server_ms(clock)}});
        });
}

} // namespace

void add_topic_push(http::RouteTable& table) {
    table.add(
        http::RouteBuilder("PUSH", "topic",
                           "What a topic holds (status snapshot), what changed in it (status update), or "
                           "that it is no more (status closed, with its name alone)")
            .by(Access::signed_in)
            .gives(http::topic_message_shape(table))
            .tagged("live"));
}

namespace {

// Somebody opened the socket's address in a browser, or with a client that can't do more.
http::Route plain_get() {
    return http::get("/v1/live", "The live socket; its messages are in /asyncapi.json")
        .memory()
        .by(Access::open)
        .counted()
        .tagged("live")
        .gives(http::nothing(), 426)
        .handled([](Call& call) {
            http::Answer answer = http::problem(
                call, {platform::ErrorKind::bad_request,
                       "This is a WebSocket: open it as ws:// or wss://, with a client for these."});
            http::set_status(answer, 426);
            answer.header("Upgrade", "websocket").header("Connection", "Upgrade");
            return answer;
        });
}

} // namespace

void add_live_routes(http::RouteTable& table, Hub& hub, const platform::Clock& clock) {
    table.add(plain_get());
    table.add(subscribe_message(hub));
    table.add(unsubscribe_message(hub));
    table.add(ping_message(clock));
    table.add(clock_message(clock));
}

} // namespace live
