// WebSockets through the front door.
#include <catch2/catch_test_macros.hpp>

#include "attacks/frames.h"
#include "http/house.h"
#include "support/raw_client.h"
#include "support/socket_client.h"

using house::eventually;
using house::House;
using support::RawClient;
using support::SocketClient;
using namespace std::chrono_literals;

TEST_CASE("a socket carries messages both ways, in order", "[http]") {
    House house;
    for (const bool deflate : {false, true}) {
        SocketClient client(house.port, "/live", {{"Authorization", "Token headset"}}, deflate);
        for (int i = 0; i < 200; ++i)
            client.send("message " + std::to_string(i));
        for (int i = 0; i < 200; ++i)
            CHECK(client.read() == "echo message " + std::to_string(i));
        client.send_binary(std::string(60'000, '\1'));
        CHECK(client.read().value().size() == 60'005);
        CHECK(client.last_was_binary());
    }
}

TEST_CASE("pages get their messages deflated, headsets do not", "[http]") {
    House house;
    SocketClient page(house.port, "/live", {{"Authorization", "Bearer teacher"}}, true);
    CHECK(page.header("Sec-WebSocket-Extensions").starts_with("permessage-deflate"));
    const std::string repetitive(100'000, 'x');
    page.send(repetitive);
    CHECK(page.read() == "echo " + repetitive);
    SocketClient headset(house.port, "/live", {{"Authorization", "Bearer headset"}}, true);
    CHECK(headset.header("Sec-WebSocket-Extensions").empty());
}

TEST_CASE("what a handshake may also look like", "[http]") {
    House house;
    const std::string rest =
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    RawClient two_lines(house.port);
    two_lines.send(support::get_request("/live", "Connection: keep-alive\r\nConnection: Upgrade\r\n" + rest));
    CHECK(two_lines.answer().status == 101);
    // The smallest window is one that zlib doesn't have. A larger one would break the promise.
    for (const auto& [bits, agreed] : {std::pair{"8", false}, {"\"8\"", false}, {"9", true}}) {
        RawClient client(house.port);
        client.send(support::get_request(
            "/live",
            "Connection: Upgrade\r\nAuthorization: Bearer teacher\r\nSec-WebSocket-Extensions: "
            "permessage-deflate; server_max_window_bits=" +
                std::string(bits) + "\r\n" + rest));
        const auto answer = client.answer();
        CHECK(answer.status == 101);
        CHECK(answer.headers.contains("sec-websocket-extensions") == agreed);
    }
}

TEST_CASE("the handshake brings the handler's headers and the first subprotocol offered", "[http]") {
    House house;
    SocketClient client(house.port, "/live", {{"Sec-WebSocket-Protocol", "lectern, other"}});
    CHECK(client.header("Set-Cookie") == "guest=1");
    CHECK(client.header("Sec-WebSocket-Protocol") == "lectern");
}

TEST_CASE("a client that may not open a socket is answered over HTTP, and may go on", "[http]") {
    House house;
    CHECK_THROWS_AS(SocketClient(house.port, "/nowhere"), support::HandshakeRefused);
    const std::string upgrade =
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    struct Row {
        const char *target, *headers;
        int status;
    };
    const Row rows[] = {
        {"/nowhere", "", 404},
        {"/live?guest=no", "", 401},
        {"/live?guest=no&token=wrong", "", 401},
        {"/live?guest=no&token=teacher", "", 101},
        {"/live?guest=no", "Cookie: a=b; lectern=teacher\r\n", 101},
        {"/live?guest=no", "Cookie: lectern=teacher\r\nOrigin: http://box\r\n", 101},
        {"/live?guest=no", "Cookie: lectern=teacher\r\nOrigin: http://evil.example\r\n", 403},
        {"/live?guest=no&token=teacher", "Origin: http://elsewhere.example\r\n", 101}, // no cookie, no danger
        {"/live", "Origin: http://elsewhere.example\r\n", 101},
    };
    for (const auto& row : rows) {
        INFO(row.target << " " << row.headers);
        RawClient client(house.port);
        client.send(support::get_request(row.target, upgrade + row.headers));
        CHECK(client.answer().status == row.status);
        if (row.status != 101) CHECK(client.ask(support::get_request("/hello")).status == 200);
    }
    // without the upgrade it is an ordinary path
    RawClient client(house.port);
    CHECK(client.ask(support::get_request("/live")).status == 404);
    // and frames must wait for the handshake
    client.send(support::get_request("/live", upgrade) + "\x81\x80????");
    CHECK(client.answer().status == 400);
}

TEST_CASE("an upgrade waits for the answers before it", "[http]") {
    House house;
    RawClient client(house.port);
    client.send(
        support::get_request("/wait") +
        support::get_request("/live",
                             "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
    house.gate.await_waiting(1);
    CHECK_FALSE(client.hears_something(30ms));
    house.gate.open();
    CHECK(client.answer().body == R"({"waited":true})");
    CHECK(client.answer().status == 101);
}

TEST_CASE("a socket is closed by either side, and its listener told once", "[http]") {
    House house;
    {
        SocketClient client(house.port, "/live");
        client.send("close");
        CHECK_FALSE(client.read().has_value());
        CHECK(client.close_code() == 4001);
    }
    CHECK(eventually([&] { return house.sockets.closed == 1; }));
    CHECK_FALSE(house.sockets.endings.back().by_peer);
    CHECK(house.sockets.endings.back().code == 4001);
    CHECK(house.sockets.endings.back().reason == "the token is no longer valid");
    {
        SocketClient client(house.port, "/live");
        client.close();
    }
    CHECK(eventually([&] { return house.sockets.closed == 2; }));
    CHECK(house.sockets.endings.back().by_peer);
    CHECK(house.sockets.endings.back().code == 1000);
    {
        SocketClient client(house.port, "/live");
        client.hang_up();
    }
    CHECK(eventually([&] { return house.sockets.closed == 3; }));
    CHECK(house.sockets.endings.back().code == 0);
    {
        SocketClient client(house.port, "/live");
        client.send("throw");
        CHECK_FALSE(client.read().has_value());
        CHECK(client.close_code() == 4050);
    }
    CHECK(eventually([&] { return house.sockets.closed == 4; }));
    CHECK(house.sockets.opened == 4);
    CHECK(eventually([&] { return house.door->figures().sockets == 0; }));
}

TEST_CASE("a message over the limit is read past and answered, and its socket stays", "[http]") {
    House house;
    house.sockets.longest_message = 100'000;
    for (const bool deflate : {false, true}) {
        SocketClient client(house.port, "/live", {{"Authorization", "Token teacher"}}, deflate);
        for (const std::size_t bytes : {100'001, 3 << 20}) {
            client.send(R"({"data":{"type":"no"},"x":")" + std::string(bytes, ',') +
                        R"(\"","type" : "hi","eid":[1]})");
            CHECK(client.read() == R"(echo too large: {"type":"hi","eid":null})");
            client.send(std::string(100'000, 'y'));
            CHECK(client.read().value().size() == 100'005);
        }
    }
}

TEST_CASE("a message that nobody can read past closes its socket alone", "[http]") {
    House house;
    SocketClient other(house.port, "/live"), client(house.port, "/live");
    client.send(std::string((16 << 20) + 20'000, 'x'));
    CHECK_FALSE(client.read().has_value());
    CHECK(client.close_code() == 4013);
    other.send("still here");
    CHECK(other.read() == "echo still here");
}

TEST_CASE("a message that never ends closes its socket", "[http]") {
    http::FrontDoorOptions options;
    options.body_deadline = 100ms;
    House house(options);
    RawClient client(house.port);
    client.send(attacks::upgrade_request("/live"));
    REQUIRE(client.answer().status == 101);
    client.send(attacks::frame(attacks::Opcode::text, "part", false));
    CHECK(client.ends(5s));
    CHECK(eventually([&] { return house.sockets.closed == 1; }));
}

TEST_CASE("a silent socket is pinged, and closed when it does not answer", "[http]") {
    http::FrontDoorOptions options;
    options.ping_after = 100ms;
    options.silent_limit = 1500ms;
    House house(options);
    SocketClient alive(house.port, "/live"), dead(house.port, "/live");
    // One client runs (and so answers pings), the other does not.
    CHECK(eventually([&] {
        alive.hears_something(20ms);
        return house.sockets.closed == 1;
    }));
    CHECK(alive.pings_heard() > 1);
    alive.send("signs");
    CHECK(alive.read() == "echo alive"); // its listener knows that it is there
    alive.send("here");
    CHECK(alive.read() == "echo here");
    CHECK_FALSE(house.sockets.endings.front().by_peer);
    CHECK(house.sockets.endings.front().code == 4010);
}

TEST_CASE("a stop closes sockets with 4000", "[http]") {
    House house;
    SocketClient client(house.port, "/live");
    std::jthread stopping([&] { house.stop(); });
    CHECK_FALSE(client.read().has_value());
    CHECK(client.close_code() == 4000);
    stopping.join();
    CHECK(house.sockets.closed == 1);
}

TEST_CASE("a stop waits for no socket that does not answer", "[http]") {
    House house;
    SocketClient client(house.port, "/live");
    const auto before = std::chrono::steady_clock::now();
    house.stop(300ms);
    CHECK(std::chrono::steady_clock::now() - before < 3s);
    CHECK(house.sockets.closed == 1);
}
