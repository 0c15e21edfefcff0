#include "chat/chat_routes.h"

#include <nlohmann/json.hpp>

#include "http/serving/lists.h"
#include "http/serving/topics.h"

namespace chat {

namespace {

using http::Access;
using http::Answer;
using http::Call;
using http::Json;

constexpr int messages_per_minute = 60; // of one account or headset

Answer settings(const Endpoint& endpoint) {
    const bool configured = endpoint.is_configured();
    const EndpointOptions& options = endpoint.options();
    return http::json({{"endpoint", configured ? Json(options.url) : Json()},
                       {"model", configured ? Json(options.model) : Json()},
                       {"state", platform::name_of(endpoint.state())}});
}

void add_messages(http::RouteTable& table, Chat& chat, Feed& feed) {
    table.add(http::get("/v1/runs/:id/messages",
                        "What was said in a run, oldest first; for staff it also opens the topic chat/RUN")
                  .reads()
                  .by(Access::signed_in)
                  .asks(http::paging_fields(1000))
                  .gives(http::page_of(message_shape()))
                  .tagged("conversation")
                  .handled<store::Read>([&chat, &feed](Call& call, store::Read& read) {
                      const RunId run_id = call.id<RunId>("id");
                      const auto page = chat.list(read, call.caller, run_id,
                                                  http::page_request<store::PageRequest>(call, 1000));
                      feed.opened(call.caller.organisation_id, run_id,
                                  chat.newest(read, run_id, static_cast<std::int64_t>(Feed::shown)));
                      return http::page_answer(page);
                  }));
    table.add(
        http::post("/v1/runs/:id/messages",
                   "Say something: to the persona as the student of the run, or as a teacher who steps in")
            .slow()
            .by(Access::signed_in)
            .at_most(messages_per_minute)
            .takes(http::object({{"text", http::text(1, Chat::longest_text)}}))
            .gives(http::object({{"message", message_shape()}, {"reply", http::nullable(message_shape())}}),
                   201)
            .tagged("conversation")
            .handled([&chat](Call& call) {
                const RunId run_id = call.id<RunId>("id");
                const auto said = chat.say(call.caller, run_id, call.fields().get<std::string>("text"));
                return http::json({{"message", json_of(said.message)},
                                   {"reply", said.reply ? json_of(*said.reply) : Json()}},
                                  201)
                    .on({{"run", run_id}, {"message", said.message.id}});
            }));
}

// The longest is what the embedded persona tells: an entry of a knowledge base.
http::Shape text_shape() {
    return http::text(0, 10'000);
}

} // namespace

http::Shape message_shape() {
    return http::object({{"id", http::identifier()},
                         {"run_id", http::identifier()},
                         {"role", http::one_of<Role>()},
                         {"person", http::nullable(http::person_reference())},
                         {"kind", http::text(1, 40)},
                         {"text", text_shape()},
                         {"origin", http::nullable(http::one_of({"endpoint", "embedded"}))
                                        .described("of the persona's messages: who answered")},
                         {"sent_at", http::time()}})
        .named("ChatMessage");
}

void add_chat_routes(http::RouteTable& table, Chat& chat, Feed& feed, const Endpoint& endpoint) {
    add_messages(table, chat, feed);
    table.add(http::RouteBuilder("PUSH", "chat.message", "Something was said in a conversation of one's own")
                  .by(Access::signed_in)
                  .gives(message_shape())
                  .tagged("conversation"));
    table.add(http::topic("chat", "The conversation of a run; the number is the run's"));
    table.add(http::entry("chat", "message/*", message_shape()));
    table.add(http::entry("chat", "reply",
                          http::object({{"text", text_shape()}})
                              .described("what the persona is about to say")
                              .named("GrowingReply")));
    table.add(
        http::get(
            "/v1/chat/settings",
            "Who answers students: an endpoint that the box's operator has configured, or the box alone")
            .memory()
            .by(Access::signed_in)
            .gives(http::object({{"endpoint", http::nullable(http::text(1, 500))},
                                 {"model", http::nullable(http::text(0, 200))},
                                 {"state", http::one_of<Endpoint::State>()}})
                       .named("ChatSettings"))
            .tagged("conversation")
            .handled([&endpoint](Call&) { return settings(endpoint); }));
}

} // namespace chat
