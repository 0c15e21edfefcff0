// The front door on the wire, byte for byte.
#include <catch2/catch_test_macros.hpp>
#include <thread>

#include "http/house.h"
#include "support/raw_client.h"

using house::House;
using support::get_request;
using support::post_request;
using support::RawClient;
using namespace std::chrono_literals;

namespace {

std::string with_token(const std::string& token) {
    return "Authorization: Bearer " + token + "\r\n";
}

} // namespace

TEST_CASE("a request is answered", "[http]") {
    House house;
    RawClient client(house.port);
    const auto answer = client.ask(get_request("/hello"));
    CHECK(answer.status == 200);
    CHECK(answer.body == R"({"hello":"world"})");
    CHECK(answer.headers.at("content-type") == "application/json");
    CHECK(answer.headers.at("x-content-type-options") == "nosniff");
    CHECK(answer.headers.at("cache-control") == "no-store");
    CHECK(answer.headers.at("date").ends_with(" GMT"));
    CHECK_FALSE(answer.headers.contains("connection"));
    CHECK_FALSE(answer.headers.contains("keep-alive"));
    // and the connection stays for the next
    CHECK(client.ask(get_request("/hello")).status == 200);
}

TEST_CASE("each class runs where it should", "[http]") {
    House house;
    RawClient client(house.port);
    auto answer = client.ask(get_request("/rooms/7", with_token("teacher")));
    CHECK(answer.body == R"({"by":"worker","id":7})");
    answer = client.ask(post_request("/rooms", R"({"name":"Lab"})", with_token("teacher")));
    CHECK(answer.status == 201);
    CHECK(answer.headers.at("location") == "/rooms/1");
    CHECK(house.executor.committed == 1);
}

TEST_CASE("2,000 idle connections cost a new request nothing", "[http]") {
    http::FrontDoorOptions options;
    options.connections = 12'000; // a quarter of them for strangers
    House house(options);
    std::vector<RawClient> idle;
    for (int i = 0; i < 2000; ++i) {
        idle.emplace_back(house.port);
        idle.back().send(get_request("/hello"));
    }
    for (auto& client : idle)
        REQUIRE(client.answer().status == 200);
    CHECK(house.door->figures().connections == 2000);
    const auto before = std::chrono::steady_clock::now();
    RawClient client(house.port);
    CHECK(client.ask(get_request("/rooms/1", with_token("teacher"))).status == 200);
    CHECK(std::chrono::steady_clock::now() - before < 500ms);
}

TEST_CASE("a request waits for no slow one on another connection", "[http]") {
    House house;
    RawClient slow(house.port), quick(house.port);
    slow.send(get_request("/wait"));
    house.gate.await_waiting(1);
    CHECK(quick.ask(get_request("/hello")).status == 200);
    house.gate.open();
    CHECK(slow.answer().status == 200);
}

TEST_CASE("pipelined requests are answered in order", "[http]") {
    House house;
    RawClient client(house.port);
    std::string all;
    for (int i = 0; i < 100; ++i) {
        all += post_request("/rooms", R"({"name":"r)" + std::to_string(i) + R"("})", with_token("teacher"));
        all += get_request("/rooms/" + std::to_string(i + 1), with_token("teacher"));
        all += get_request("/hello");
    }
    client.send(all);
    for (int i = 0; i < 100; ++i) {
        CHECK(client.answer().body == R"({"name":"r)" + std::to_string(i) + R"("})");
        CHECK(client.answer().body == R"({"by":"worker","id":)" + std::to_string(i + 1) + "}");
        CHECK(client.answer().body == R"({"hello":"world"})");
    }
    for (std::size_t i = 0; i < 100; ++i)
        CHECK(house.order.at(i) == "write r" + std::to_string(i));
}

TEST_CASE("pipelined writes share the writer, and keep their order", "[http]") {
    House house;
    RawClient client(house.port);
    std::string all;
    for (int i = 0; i < 50; ++i)
        all += post_request("/rooms", R"({"name":"r)" + std::to_string(i) + R"("})", with_token("teacher"));
    client.send(all);
    for (int i = 0; i < 50; ++i)
        CHECK(client.answer().body == R"({"name":"r)" + std::to_string(i) + R"("})");
    for (std::size_t i = 0; i < 50; ++i)
        CHECK(house.order.at(i) == "write r" + std::to_string(i));
}

TEST_CASE("a pipelined request behind a slow one waits its turn", "[http]") {
    House house;
    RawClient client(house.port);
    client.send(get_request("/wait") + get_request("/hello") +
                get_request("/rooms/3", with_token("teacher")));
    house.gate.await_waiting(1);
    CHECK_FALSE(client.hears_something(50ms));
    house.gate.open();
    CHECK(client.answer().body == R"({"waited":true})");
    CHECK(client.answer().body == R"({"hello":"world"})");
    CHECK(client.answer().status == 200);
}

TEST_CASE("a POST without a length does not swallow the next request", "[http]") {
    House house;
    RawClient client(house.port);
    client.send("POST /echo HTTP/1.1\r\nHost: box\r\n\r\n" + get_request("/hello") +
                "DELETE /echo HTTP/1.1\r\nHost: box\r\n\r\n" + get_request("/hello"));
    CHECK(client.answer().body == "{}");
    CHECK(client.answer().body == R"({"hello":"world"})");
    const auto deleted = client.answer();
    CHECK(deleted.status == 204);
    CHECK_FALSE(deleted.headers.contains("content-length"));
    CHECK(client.answer().body == R"({"hello":"world"})");
}

TEST_CASE("a chunked body arrives whole", "[http]") {
    House house;
    RawClient client(house.port);
    client.send(
        "POST /echo HTTP/1.1\r\nHost: box\r\nTransfer-Encoding: chunked\r\n\r\n"
        "4\r\n{\"a\"\r\n3;note=x\r\n:1}\r\n0\r\nTrailer: ignored\r\n\r\n" +
        get_request("/hello"));
    CHECK(client.answer().body == R"({"a":1})");
    CHECK(client.answer().body == R"({"hello":"world"})");
}

TEST_CASE("Expect: 100-continue is answered once, and before the body", "[http]") {
    House house;
    RawClient client(house.port);
    client.send(get_request("/hello") +
                "POST /echo HTTP/1.1\r\nHost: box\r\nContent-Length: 7\r\nExpect: 100-continue\r\n\r\n");
    CHECK(client.answer().status == 200);
    CHECK(client.answer().status == 100);
    client.send(R"({"a":1})" + get_request("/hello"));
    CHECK(client.answer().body == R"({"a":1})");
    CHECK(client.answer().status == 200);

    // a refused client is told so instead, and need not send it
    client.send("POST /rooms HTTP/1.1\r\nHost: box\r\nContent-Length: 7\r\nExpect: 100-continue\r\n\r\n");
    const auto refused = client.answer();
    CHECK(refused.status == 401);
    CHECK(refused.headers.at("connection") == "close");
    CHECK(client.at_end());
}

TEST_CASE("a request sent byte by byte is understood", "[http]") {
    House house;
    RawClient client(house.port);
    const auto request = "\r\n" + post_request("/echo", R"({"name":"slow"})") +
                         "POST /echo HTTP/1.1\r\nHost: box\r\n"
                         "Transfer-Encoding: chunked\r\n\r\n4\r\n{\"b\"\r\n3\r\n:2}\r\n0\r\n\r\n";
    for (const char c : request)
        client.send({&c, 1});
    CHECK(client.answer().body == R"({"name":"slow"})");
    CHECK(client.answer().body == R"({"b":2})");
}

TEST_CASE("a client that stops reading holds up nobody, and is let go", "[http]") {
    http::FrontDoorOptions options;
    options.write_deadline = 300ms;
    House house(options);
    RawClient deaf(house.port, 4096);
    // The server takes requests only as long as the client reads the answers.
    std::size_t sent = 0;
    const auto request = get_request("/large?bytes=200000");
    for (int i = 0; i < 1000; ++i)
        sent += deaf.send_some(request);
    RawClient other(house.port);
    CHECK(other.ask(get_request("/hello")).status == 200);
    CHECK(house::eventually([&] { return house.door->figures().connections == 1; }));
    CHECK(house.door->figures().timeouts == 1);
}

namespace {

struct Row {
    const char* what;
    std::string request;
    int status;
    bool closes;
};

const std::string deep(10'000, '[');

std::string many_headers() {
    std::string many;
    for (int i = 0; i < 150; ++i)
        many += "X: y\r\n";
    return many;
}

const Row rows[] = {
    {"a body over the route's limit", post_request("/echo", std::string((1 << 20) + 1, ' ')), 413, true},
    {"a body over the limit, in chunks",
     "POST /echo HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n110000\r\n" +
         std::string(0x110000, ' '),
     413, true},
    {"a head over 16 KiB", get_request("/hello", "X: " + std::string(20'000, 'x') + "\r\n"), 431, true},
    {"a head that never ends", "GET /hello HTTP/1.1\r\nX: " + std::string(40'000, 'x'), 431, true},
    {"a hundred headers and more", get_request("/hello", many_headers()), 431, true},
    {"JSON nested 10,000 deep", post_request("/echo", deep), 400, false},
    {"JSON nested deep in strings is no nesting", post_request("/echo", "[\"" + deep + "\"]"), 200, false},
    {"no JSON", post_request("/echo", "{name}"), 400, false},
    {"JSON that is not UTF-8", post_request("/echo", "[\"\xff\"]"), 400, false},
    {"a wrong method", "PATCH /rooms HTTP/1.1\r\nHost: box\r\nContent-Length: 0\r\n\r\n", 405, false},
    {"an unknown path", get_request("/nowhere"), 404, false},
    {"a path of 10,000 characters", get_request("/" + std::string(10'000, 'a')), 404, false},
    {"a faulty percent sign", get_request("/hello%2"), 400, false},
    {"a hidden line break", get_request("/hello%0a"), 400, false},
    {"both a length and chunks",
     "POST /echo HTTP/1.1\r\nHost: b\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     400, true},
    {"chunks and a length",
     "POST /echo HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
     400, true},
    {"two lengths", "POST /echo HTTP/1.1\r\nHost: b\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400,
     true},
    {"no number for a length", "POST /echo HTTP/1.1\r\nHost: b\r\nContent-Length: +2\r\n\r\n{}", 400, true},
    {"an unknown transfer coding", "POST /echo HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: xchunked\r\n\r\n",
     400, true},
    {"a stack of transfer codings",
     "POST /echo HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400, true},
    {"a space before a colon", "GET /hello HTTP/1.1\r\nHost : box\r\n\r\n", 400, true},
    {"no Host", "GET /hello HTTP/1.1\r\n\r\n", 400, true},
    {"two Hosts", "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, true},
    {"no HTTP", "hello box\r\n\r\n", 400, true},
    {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, true},
    {"a faulty chunk", "POST /echo HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400,
     true},
    {"a line between chunks of over 4 KiB, though it comes at once",
     "POST /echo HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(5'000, 'x') +
         "\r\n1\r\n0\r\n\r\n",
     400, true},
    {"a trailer of over 4 KiB, though it comes at once",
     "POST /echo HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\nX: " +
         std::string(5'000, 'x') + "\r\n\r\n",
     400, true},
    {"a method that nobody knows", "BREW /hello HTTP/1.1\r\nHost: b\r\n\r\n", 405, false},
};

} // namespace

TEST_CASE("a request that is too large, too deep, wrong or unknown is told so", "[http]") {
    House house;
    for (const auto& row : rows) {
        INFO(row.what);
        RawClient client(house.port);
        for (std::size_t at = 0; at < row.request.size();) {
            const auto sent = client.send_some(std::string_view(row.request).substr(at));
            if (sent == 0 && client.hears_something(10ms)) break; // it has heard enough
            at += sent;
        }
        const auto answer = client.answer();
        CHECK(answer.status == row.status);
        CHECK((answer.headers.contains("connection") && answer.headers.at("connection") == "close") ==
              row.closes);
        if (row.status >= 400) CHECK(answer.headers.at("content-type") == "application/problem+json");
        if (row.closes)
            CHECK(client.at_end());
        else
            CHECK(client.ask(get_request("/hello")).status == 200);
        if (row.status == 405) CHECK(answer.headers.contains("allow"));
    }
    RawClient client(house.port);
    CHECK(client.ask("PATCH /rooms HTTP/1.1\r\nHost: b\r\n\r\n").headers.at("allow") == "POST, OPTIONS");
    CHECK(
        client.ask(get_request("/nowhere")).body ==
        R"({"detail":"There is nothing at /nowhere.","status":404,"title":"Not Found","type":"about:blank"})");
    // None of them disturbed the others.
    CHECK(house.executor.rolled_back == 0);
}

TEST_CASE("HTTP/1.0 is spoken as it was", "[http]") {
    House house;
    {
        RawClient client(house.port);
        const auto answer = client.ask("GET /hello HTTP/1.0\r\n\r\n");
        CHECK(answer.status == 200);
        CHECK(answer.headers.at("connection") == "close");
        CHECK(client.at_end());
    }
    RawClient client(house.port);
    const auto request = "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    CHECK(client.ask(request).headers.at("connection") == "keep-alive");
    CHECK(client.ask(request).status == 200);
}

TEST_CASE("HEAD is GET without the body, OPTIONS says what is possible", "[http]") {
    House house;
    RawClient client(house.port);
    client.send("HEAD /hello HTTP/1.1\r\nHost: b\r\n\r\n");
    const auto head = client.answer(true);
    CHECK(head.status == 200);
    CHECK(head.headers.at("content-length") == "17");
    const auto options = client.ask("OPTIONS /echo HTTP/1.1\r\nHost: b\r\n\r\n");
    CHECK(options.status == 204);
    CHECK(options.headers.at("allow") == "POST, PUT, DELETE, OPTIONS");
    CHECK(client.ask("OPTIONS * HTTP/1.1\r\nHost: b\r\n\r\n").status == 204);
}

TEST_CASE("repeated slashes count as one, a final one is optional, an absolute target is its path",
          "[http]") {
    House house;
    RawClient client(house.port);
    for (const auto* target :
         {"//hello", "/hello/", "///hello//", "/%68ello", "http://box:80/hello", "/hello?x=1#y"}) {
        INFO(target);
        CHECK(client.ask(get_request(target)).status == 200);
    }
}

TEST_CASE("Connection: close is obeyed, and a half-closed client gets its answers", "[http]") {
    House house;
    RawClient client(house.port);
    client.send(get_request("/hello") + get_request("/hello", "Connection: close\r\n") +
                get_request("/hello"));
    CHECK(client.answer().headers.contains("connection") == false);
    CHECK(client.answer().headers.at("connection") == "close");
    CHECK(client.at_end());

    RawClient half(house.port);
    half.send(get_request("/wait") + get_request("/hello"));
    half.end_sending();
    house.gate.open();
    CHECK(half.answer().body == R"({"waited":true})");
    CHECK(half.answer().status == 200);
    CHECK(half.at_end());
}

TEST_CASE("a client that leaves while its request runs disturbs nobody", "[http]") {
    House house;
    {
        RawClient client(house.port);
        client.send(get_request("/wait"));
        house.gate.await_waiting(1);
    }
    house.gate.open();
    CHECK(house::eventually([&] { return house.door->figures().connections == 0; }));
    RawClient client(house.port);
    CHECK(client.ask(get_request("/hello")).status == 200);
}
