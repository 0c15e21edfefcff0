// Attackers who take places: connections that never ask anything, heads that never end, messages and bodies that
// stay incomplete. Beside them, a class of forty and its teacher.
#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "attacks/frames.h"
#include "http/house.h"
#include "http/serving/standing.h"
#include "support/raw_client.h"
#include "support/socket_client.h"

using namespace attacks;
using house::House;
using support::get_request;
using support::RawClient;
using support::SocketClient;
using namespace std::chrono_literals;

namespace {

constexpr const char* attacker = "127.0.0.66";

// A box with 400 places: a hundred for strangers.
http::FrontDoorOptions small_box() {
    http::FrontDoorOptions options;
    options.connections = 400;
    return options;
}

std::vector<RawClient> idle_connections(const House& house, int number, const char* from) {
    std::vector<RawClient> idle;
    for (int i = 0; i < number; ++i)
        idle.emplace_back(house.port, 0, from);
    return idle;
}

} // namespace

TEST_CASE(
    "idle connections take no place of a class and its teacher, from elsewhere or from behind their address",
    "[attacks]") {
    for (const char* from : {attacker, "127.0.0.1"}) {
        INFO(from);
        House house(small_box());
        const SocketClient teacher(house.port, "/live", {{"Authorization", "Token teacher"}});
        std::vector<SocketClient> headsets;
        for (int i = 0; i < 40; ++i) {
            const std::string token = "headset " + std::to_string(i);
            headsets.emplace_back(house.port, "/live",
                                  SocketClient::Headers{{"Authorization", "Token " + token}});
        }
        RawClient page(house.port);
        REQUIRE(page.ask(get_request("/hello")).status == 200);
        const auto idle = idle_connections(house, 500, from);
        CHECK(house::eventually([&] { return house.door->figures().accepted >= 542; }));
        CHECK(house.door->figures().sockets == 41);
        // Nobody is shut out: another headset comes in, a student signs in, and the page is still there.
        CHECK(RawClient(house.port).ask(get_request("/hello")).status == 200);
        CHECK(page.ask(get_request("/hello")).status == 200);
        CHECK(SocketClient(house.port, "/live", {{"Authorization", "Token headset 41"}}).header("Upgrade") ==
              "websocket");
        CHECK(house.door->figures().refused_connections >= 400);
        CHECK(house.sockets.closed <= 1); // the one that has just left
    }
}

TEST_CASE("of strangers, the one that has most loses first what never asked", "[attacks]") {
    House house(small_box());
    auto many = idle_connections(house, 80, attacker);
    RawClient asking(house.port, 0, attacker), other(house.port, 0, "127.0.0.2");
    REQUIRE(asking.ask(get_request("/hello")).status == 200);
    REQUIRE(other.ask(get_request("/hello")).status == 200);
    const auto more = idle_connections(house, 40, attacker);
    CHECK(house::eventually([&] { return house.door->figures().refused_connections == 22; }));
    CHECK(many.front().at_end());
    CHECK_FALSE(many.back().hears_something(0ms));
    CHECK(asking.ask(get_request("/hello")).status == 200);
    CHECK(other.ask(get_request("/hello")).status == 200);
}

TEST_CASE("strangers from everywhere, with a connection each, shut no newcomer out", "[attacks]") {
    House house(small_box());
    std::vector<RawClient> crowd;
    for (int i = 0; i < 100; ++i)
        crowd.emplace_back(house.port, 0, ("127.0.1." + std::to_string(i + 1)).c_str());
    CHECK(house::eventually([&] { return house.door->figures().connections == 100; }));
    for (int i = 0; i < 20; ++i) {
        const std::string from = "127.0.2." + std::to_string(i + 1);
        CHECK(RawClient(house.port, 0, from.c_str()).ask(get_request("/hello")).status == 200);
        CHECK(house::eventually([&] { return house.door->figures().connections < 100; }));
        crowd.emplace_back(house.port, 0, ("127.0.3." + std::to_string(i + 1)).c_str());
        CHECK(house::eventually([&] { return house.door->figures().connections == 100; }));
    }
}

TEST_CASE("line breaks keep no connection alive", "[attacks]") {
    http::FrontDoorOptions options;
    options.head_deadline = 300ms;
    options.idle_deadline = 600ms;
    House house(options);
    RawClient breaks(house.port, 0, attacker), head(house.port, 0, attacker);
    head.send("\r\n\r\nGET /hello HTTP/1.1\r\n");
    CHECK(house::eventually([&] {
        breaks.send_some("\r\n");
        return breaks.ends(20ms);
    }));
    CHECK(head.answer().status == 408);
}

TEST_CASE("messages and bodies that never end have a bound for each source", "[attacks]") {
    House house;
    constexpr auto most = http::limits_of(http::Standing::stranger).incomplete_bytes;
    house.sockets.longest_message = 1 << 20;
    const std::string part(60'000, 'x');
    std::vector<RawClient> guests;
    const auto begin_message = [&] {
        RawClient& guest = guests.emplace_back(house.port, 0, attacker);
        guest.send(upgrade_request("/live"));
        REQUIRE(guest.answer().status == 101);
        guest.send(frame(Opcode::text, part, false));
        for (int i = 1; i < 10; ++i)
            guest.send(frame(Opcode::more, part, false));
    };
    for (std::size_t sent = 10 * part.size(); sent <= most; sent += 10 * part.size()) {
        begin_message();
        CHECK(house::eventually([&] { return house.door->figures().incomplete_bytes >= sent; }));
    }
    RawClient body(house.port, 0, attacker);
    body.send("POST /echo HTTP/1.1\r\nHost: b\r\nContent-Length: 1000000\r\n\r\n" +
              std::string(900'000, 'x'));
    CHECK(body.answer().status == 503);
    begin_message(); // one too many: it is read past, and not kept
    CHECK(house::eventually([&] { return house.door->figures().incomplete_bytes <= most; }));
    // Others are not concerned.
    RawClient other(house.port, 0, "127.0.0.2");
    CHECK(other.ask(support::post_request("/echo", "[" + std::string(900'000, ' ') + "]")).status == 200);
    guests.clear();
    CHECK(house::eventually([&] { return house.door->figures().incomplete_bytes == 0; }));
}
