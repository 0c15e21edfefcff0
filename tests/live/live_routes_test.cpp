#include "live/live_routes.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <memory>

#include "platform/error.h"
#include "support/fake_connection.h"
#include "support/manual_clock.h"

namespace {

using live::Json;

struct Fixture {
    Fixture() : hub([](const std::function<void()>& work) { work(); }, clock, "morning") {
        live::add_live_routes(table, hub, clock);
        hub.open_topic("room/7", OrganisationId(1), platform::Role::viewer);
        hub.set("room/7", "room", "Room 2");
        platform::Caller caller;
        caller.organisation_id = OrganisationId(1);
        caller.role = platform::Role::teacher;
        client = hub.add_client(connection, live::Delivery::ticked, caller);
    }
    // As the socket does it: check the shape, run the handler, check that the answer fits its own shape.
    Json say(const std::string& type, const Json& data) {
        const http::Route* route = table.find_message(type);
        REQUIRE(route != nullptr);
        CHECK(route->runs == http::RouteClass::memory);
        if (auto faults = route->request.faults(data); !faults.empty())
            throw platform::Error(std::move(faults));
        http::Call call;
        call.body = data;
        call.socket_id = client;
        const Json answer = Json::parse(route->handle(call).body);
        CHECK(route->answer.faults(answer).empty());
        return answer;
    }
    support::ManualClock clock;
    live::Hub hub;
    http::RouteTable table;
    std::shared_ptr<support::FakeConnection> connection = std::make_shared<support::FakeConnection>();
    live::ClientId client = 0;
};

} // namespace

TEST_CASE("a page subscribes, comes back to what it has seen, and unsubscribes", "[live]") {
    Fixture f;
    CHECK(f.say("subscribe", {{"topic", "room/7"}}) == Json::object());
    const Json snapshot = f.connection->last();
    CHECK(snapshot["status"] == "snapshot");
    CHECK(f.say("unsubscribe", {{"topic", "room/7"}}) == Json::object());
    f.hub.set("room/7", "room", "Room 3");
    f.hub.tick();
    CHECK(f.connection->frames.size() == 1);

    const Json since{{"epoch", snapshot["data"]["epoch"]}, {"version", snapshot["data"]["version"]}};
    f.say("subscribe", {{"topic", "room/7"}, {"since", since}});
    CHECK(f.connection->last()["status"] == "update");
    CHECK(f.connection->last()["data"]["entries"] == Json{{"room", "Room 3"}});
}

TEST_CASE("a subscription that cannot be is refused", "[live]") {
    Fixture f;
    CHECK_THROWS_AS(f.say("subscribe", {{"topic", "room/8"}}), platform::Error);
    CHECK_THROWS_AS(f.say("subscribe", {{"topic", 7}}), platform::Error);
    CHECK_THROWS_AS(f.say("subscribe", {{"topic", "room/7"}, {"since", {{"epoch", "morning"}}}}),
                    platform::Error);
    CHECK(f.connection->frames.empty());
}

TEST_CASE("clock and ping tell server time with fractions of a millisecond", "[live]") {
    Fixture f;
    f.clock.advance(std::chrono::microseconds(250));
    const Json answer = f.say("clock", {{"t0", -12.5}});
    CHECK(answer["t0"] == -12.5);
    CHECK(answer["t1"].get<double>() ==
          Catch::Approx(static_cast<double>(f.clock.now_us()) / 1000).epsilon(0).margin(1e-3));
    CHECK(f.say("ping", Json::object())["server_ms"] == answer["t1"]);
}
