#include "http/serving/messages.h"

#include <catch2/catch_test_macros.hpp>

#include "http/house.h"
#include "http/serving/envelope.h"
#include "support/fake_connection.h"

using http::Access;
using http::Json;
using http::MessageQueue;

namespace {

// A socket's messages without the socket: what it would send is kept.
struct Talk {
    Talk() {
        routes.add(http::message("clock", "Tells the time")
                       .memory()
                       .by(Access::headset)
                       .counted()
                       .handled([](http::Call&) {
                           return http::json({{"t1", 5}});
                       }));
        routes.add(http::message("note", "Writes")
                       .writes()
                       .by(Access::student)
                       .takes(http::object({{"text", http::text(1, 5)}}))
                       .handled<house::Desk>([this](http::Call& call, house::Desk& desk) {
                           order += call.body["text"].get<std::string>() + " ";
                           return http::json({{"by", desk.name}});
                       }));
        routes.add(
            http::message("fail", "").writes().by(Access::open).handled([](http::Call&) -> http::Answer {
                platform::throw_conflict("Taken.");
            }));
        routes.add(
            http::message("defect", "").memory().by(Access::open).handled([](http::Call&) -> http::Answer {
                throw std::runtime_error("a secret detail");
            }));
        routes.add(
            http::message("small", "").memory().by(Access::open).body_limit(50).handled([](http::Call&) {
                return http::no_content();
            }));
        routes.add(http::message("events", "")
                       .memory()
                       .by(Access::open)
                       .parses_itself()
                       .body_limit(200)
                       .takes(http::object({{"batch_id", http::text(1, 5)}}))
                       .handled([](http::Call& call) {
                           return http::json({{"read", call.content}});
                       }));
        routes.add(http::message("hall", "")
                       .memory()
                       .by(Access::open)
                       .errors([](const http::Call&, const platform::Error&) {
                           return http::text("HallNotFound", "", 200);
                       })
                       .handled([](http::Call&) -> http::Answer { platform::throw_not_found("hall"); }));
        queue = std::make_shared<MessageQueue>(
            http::MessageServices{routes, executor, audit, clock,
                                  [this](std::function<void()> work) {
                                      const std::lock_guard lock(mutex);
                                      posted.push_back(std::move(work));
                                  }},
            connection, 7, [this] { return caller; },
            [this](Json reply) { replies.push_back(std::move(reply)); });
    }
    // This thread plays the io thread.
    void turn_until(std::size_t number) {
        CHECK(house::eventually([&] {
            std::vector<std::function<void()>> now;
            {
                const std::lock_guard lock(mutex);
                now.swap(posted);
            }
            for (const auto& work : now)
                work();
            return replies.size() >= number;
        }));
    }
    std::string told(std::string_view message) {
        replies.clear();
        queue->take(message);
        turn_until(1);
        return replies.empty() ? "" : replies.front().dump();
    }

    http::RouteTable routes;
    house::AuditBook audit;
    support::ManualClock clock;
    platform::Caller caller = house::student();
    std::string order;
    std::mutex mutex;
    std::vector<std::function<void()>> posted;
    std::vector<Json> replies;
    support::FakeConnection connection;
    std::shared_ptr<MessageQueue> queue;
    house::ThreadedExecutor executor; // the last, so that its threads end before what they write to
};

} // namespace

TEST_CASE("messages are answered in the envelope", "[http]") {
    Talk talk;
    talk.clock.set_ms(1'000);
    const auto note = [](const char* text) {
        return std::string(R"({"type":"note","data":{"text":")") + text + R"("},"eid":"a1"})";
    };
    CHECK(talk.told(note("hi")) ==
          R"({"data":{"by":"writer"},"eid":"a1","error":null,"status":"success","ts":1000,"type":"note"})");
    CHECK(talk.told(R"({"type":"note","data":{"text":"hi"},"eid":17,"ts":4})") ==
          R"({"data":{"by":"writer"},"eid":"17","error":null,"status":"success","ts":1000,"type":"note"})");
    CHECK(
        talk.told(note("too long")) ==
        R"({"data":{"errors":[{"field":"text","message":"must be 1 to 5 characters"}],)"
        R"("message":"The request has faulty fields."},"eid":"a1","error":"Invalid","status":"error","ts":1000,"type":"note"})");
    struct Row {
        const char *message, *error;
    };
    const Row rows[] = {
        {"{", "BadRequest"},
        {"[1]", "BadRequest"},
        {"7", "BadRequest"},
        {R"({"data":{}})", "MessageTypeRequired"},
        {R"({"type":null})", "MessageTypeRequired"},
        {R"({"type":"nothing"})", "UnknownMessageType"},
        {R"({"type":"clock"})", "Forbidden"},
        {R"({"type":"fail"})", "Conflict"},
        {R"({"type":"defect","data":null})", "Internal"},
        {R"({"type":"hall"})", "HallNotFound"},
        {R"({"type":"small","data":{"a":"12345678901234567890"}})", "TooLarge"},
        {R"({"type":"note"})", "Invalid"},
    };
    for (const auto& row : rows) {
        INFO(row.message);
        const auto reply = Json::parse(talk.told(row.message));
        CHECK(reply["error"] == row.error);
        CHECK(reply["status"] == "error");
        CHECK(reply.dump().find("secret") == std::string::npos);
    }
    talk.caller = {};
    CHECK(Json::parse(talk.told(note("hi")))["error"] == "Unauthorized");
    talk.caller = house::headset();
    CHECK(Json::parse(talk.told(R"({"type":"clock"})"))["data"]["t1"] == 5);
    CHECK(talk.audit.count_of("clock 200") == 1);
    CHECK(talk.told(R"({"type":"small"})").find(R"("data":null)") != std::string::npos);
}

TEST_CASE("the messages of one socket are answered in order, memory or not", "[http]") {
    Talk talk;
    talk.caller.device_id = DeviceId(3); // may both write notes and ask the time
    std::string order;
    for (int i = 0; i < 50; ++i) {
        talk.queue->take(Json{{"type", "note"}, {"data", {{"text", std::to_string(i)}}}, {"eid", 2 * i}});
        talk.queue->take(Json{{"type", "clock"}, {"eid", 2 * i + 1}});
        order += std::to_string(i) + " ";
    }
    talk.turn_until(100);
    for (std::size_t i = 0; i < 100; ++i)
        CHECK(talk.replies.at(i)["eid"] == std::to_string(i));
    CHECK(talk.order == order);
}

TEST_CASE("nothing more is read of a sender with too much unanswered, until half of it is answered",
          "[http]") {
    Talk talk;
    std::size_t number = 0;
    for (; talk.connection.pauses == 0 && number < 1000; ++number)
        talk.queue->take(Json{{"type", "note"}, {"data", {{"text", "x"}}}});
    CHECK(number == 64); // a student's limit
    CHECK(talk.queue->is_full());
    std::size_t answered = 0;
    for (; talk.connection.pauses == 1 && answered < number; answered = talk.replies.size())
        talk.turn_until(answered + 1);
    CHECK(answered == 33);
    talk.turn_until(number);
    CHECK(talk.connection.pauses == 0);
    // Few messages, but large ones: what waits is bounded by bytes as well.
    for (number = 0; talk.connection.pauses == 0 && number < 1000; ++number)
        talk.queue->take(Json{{"type", "note"}, {"data", {{"text", "x"}}}}, 1 << 20);
    CHECK(number == 4);
}

TEST_CASE("a message that nobody has read is refused by name, in its turn", "[http]") {
    Talk talk;
    talk.queue->take(Json{{"type", "note"}, {"data", {{"text", "1st"}}}, {"eid", "1"}});
    talk.queue->refuse(R"({"type":"events","eid":2})",
                       {platform::ErrorKind::unavailable, "The box is too busy.", 1});
    talk.turn_until(2);
    CHECK(talk.replies.at(0)["eid"] == "1");
    CHECK(talk.replies.at(1)["error"] == "Unavailable");
    CHECK(talk.replies.at(1)["type"] == "events");
    CHECK(talk.replies.at(1)["eid"] == "2");
    CHECK(talk.replies.at(1)["data"]["retry_after_s"] == 1);
}

TEST_CASE("a socket that is gone is not answered", "[http]") {
    Talk talk;
    talk.queue->take(Json{{"type", "note"}, {"data", {{"text", "x"}}}});
    talk.queue->close();
    talk.queue->take(Json{{"type", "small"}});
    CHECK(house::eventually([&] {
        const std::lock_guard lock(talk.mutex);
        return !talk.posted.empty();
    }));
    for (const auto& work : talk.posted)
        work();
    CHECK(talk.replies.empty());
}

TEST_CASE("a message whose commit fails is answered by the error", "[http]") {
    Talk talk;
    talk.executor.commit_fails = true;
    CHECK(Json::parse(talk.told(R"({"type":"note","data":{"text":"x"}})"))["error"] == "StorageFull");
    talk.executor.full = true;
    const auto reply = Json::parse(talk.told(R"({"type":"note","data":{"text":"x"}})"));
    CHECK(reply["error"] == "Unavailable");
    CHECK(reply["data"]["retry_after_s"] == 1);
    const auto rows = talk.audit.rows();
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].with_transaction);
    CHECK(rows[1].entry.status == 507);
    CHECK(rows[2].entry.status == 503);
}

TEST_CASE("a message's outermost level is found without a look into its values", "[http]") {
    const auto envelope = http::envelope_of(
        R"( {"type" : "events","data":{"a":["}",{"b\"":"]\\"}], "c":1} , "eid":12,"ts":null} )");
    REQUIRE(envelope);
    CHECK(envelope->type == R"("events")");
    CHECK(envelope->data == R"({"a":["}",{"b\"":"]\\"}], "c":1})");
    CHECK(envelope->eid == "12");
    CHECK(http::envelope_of("{}"));
    CHECK(http::envelope_of("{}")->type.empty());
    for (const char* broken :
         {"", "1", "[]", "{", R"({"type")", R"({"type":})", R"({"type":"a)", R"({"type":"a","data":{"b":[})",
          R"({"type":"a"} x)", R"({type:1})", R"({"a":1,})"}) {
        INFO(broken);
        CHECK_FALSE(http::envelope_of(broken));
    }
}

TEST_CASE("a route that reads its data itself gets it as it stands", "[http]") {
    Talk talk;
    const auto say = [&talk](std::string_view message) { talk.queue->take(message); };
    say(R"({"type":"events","eid":"1","data":{"batch_id" : "too long for the shape"}})");
    CHECK(talk.replies.back()["status"] == "success");
    CHECK(talk.replies.back()["eid"] == "1");
    CHECK(talk.replies.back()["type"] == "events");
    CHECK(talk.replies.back()["data"]["read"] == R"({"batch_id" : "too long for the shape"})");
    say(R"({"type":"events","eid":2})");
    CHECK(talk.replies.back()["data"]["read"] == "{}");
    say(R"({"type":"events","eid":{},"data":")" + std::string(300, 'x') + "\"}");
    CHECK(talk.replies.back()["error"] == "TooLarge");
    say(R"({"type":"events","eid":1.2.3,"data":{}})");
    CHECK(talk.replies.back()["error"] == "BadRequest");
}
