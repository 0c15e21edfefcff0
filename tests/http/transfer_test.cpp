// Transfers: the socket itself, on a thread of its own.
#include <catch2/catch_test_macros.hpp>
#include <thread>

#include "http/house.h"
#include "support/raw_client.h"

using house::House;
using http::Json;
using support::get_request;
using support::RawClient;
using namespace std::chrono_literals;

namespace {

std::string letters(std::size_t from, std::size_t to) {
    std::string text;
    for (std::size_t at = from; at < to; ++at)
        text.push_back(static_cast<char>('a' + at % 26));
    return text;
}

std::string put_request(std::string_view body, std::string_view headers = {}) {
    return "PUT /content HTTP/1.1\r\nHost: b\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(headers) + "\r\n" + std::string(body);
}

std::size_t sum_of(std::string_view text) {
    std::size_t sum = 0;
    for (const char c : text)
        sum = sum * 31 + static_cast<unsigned char>(c);
    return sum;
}

} // namespace

TEST_CASE("a film is streamed, whole or in ranges, and the connection goes on", "[http]") {
    House house;
    RawClient client(house.port);
    auto answer = client.ask(get_request("/film?bytes=3000000"));
    CHECK(answer.status == 200);
    CHECK(answer.headers.at("content-type") == "video/mp4");
    CHECK((answer.body == letters(0, 3'000'000)));
    struct Row {
        const char* range;
        int status;
        const char* content_range;
        std::size_t from, to;
    };
    const Row rows[] = {
        {"bytes=0-9", 206, "bytes 0-9/1000000", 0, 10},
        {"bytes=999990-", 206, "bytes 999990-999999/1000000", 999'990, 1'000'000},
        {"bytes=-5", 206, "bytes 999995-999999/1000000", 999'995, 1'000'000},
        {"bytes=100000-399999", 206, "bytes 100000-399999/1000000", 100'000, 400'000},
        {"bytes=999990-2000000", 206, "bytes 999990-999999/1000000", 999'990, 1'000'000},
        {"bytes=-99999999", 206, "bytes 0-999999/1000000", 0, 1'000'000}, // all that there is
        {"BYTES=0-1", 206, "bytes 0-1/1000000", 0, 2},
        {"bytes=0-1,1000010-", 206, "bytes 0-1/1000000", 0, 2}, // what is there of several
        {"bytes=0-99999999999999999999999", 206, "bytes 0-999999/1000000", 0, 1'000'000},
        {"items=0-1", 200, nullptr, 0, 1'000'000}, // an unknown unit is ignored
        {"bytes=0-9,5-14", 200, nullptr, 0, 1'000'000},
        {"bytes=1000000-", 416, "bytes */1000000", 0, 0},
        {"bytes=2000000-", 416, "bytes */1000000", 0, 0},
        {"bytes=-0", 416, "bytes */1000000", 0, 0},
        {"bytes=5-4", 416, "bytes */1000000", 0, 0},
        {"bytes=nonsense", 416, "bytes */1000000", 0, 0},
    };
    for (const auto& row : rows) {
        INFO(row.range);
        answer = client.ask(get_request("/film", "Range: " + std::string(row.range) + "\r\n"));
        CHECK(answer.status == row.status);
        CHECK(answer.headers.contains("content-range") == (row.content_range != nullptr));
        if (row.content_range) CHECK(answer.headers["content-range"] == row.content_range);
        if (row.status < 400) CHECK((answer.body == letters(row.from, row.to)));
    }
    answer = client.ask(get_request("/film", "Range: bytes=0-1,10-11\r\n"));
    CHECK(answer.status == 206);
    CHECK(answer.headers.at("content-type").starts_with("multipart/byteranges"));
    CHECK(answer.body.find("bytes 10-11/1000000\r\n\r\nkl\r\n") != std::string::npos);
    CHECK(client.ask(get_request("/film")).headers.at("accept-ranges") == "bytes");
    for (const char* range : {"", "Range: bytes=0-1\r\n"}) {
        client.send("HEAD /film HTTP/1.1\r\nHost: b\r\n" + std::string(range) + "\r\n");
        answer = client.answer(true);
        CHECK(answer.status == 200);
        CHECK(answer.headers.at("content-length") == "1000000");
    }
    CHECK(client.ask(get_request("/hello")).status == 200);
}

TEST_CASE("a stream of unknown length comes in chunks, or to HTTP/1.0 until the end", "[http]") {
    House house;
    RawClient client(house.port);
    auto answer = client.ask(get_request("/film?bytes=200000&unknown=yes"));
    CHECK(answer.headers.at("transfer-encoding") == "chunked");
    CHECK((answer.body == letters(0, 200'000)));
    CHECK(client.ask(get_request("/hello")).status == 200);
    client.send("GET /film?bytes=200000&unknown=yes HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    answer = client.answer();
    CHECK(answer.headers.at("connection") == "close");
    CHECK((answer.body == letters(0, 200'000)));
    CHECK(client.at_end());
}

TEST_CASE("content is taken as it comes, and what is pipelined behind it kept", "[http]") {
    House house;
    RawClient client(house.port);
    const std::string content = letters(0, 5'000'000);
    const Json expected{{"bytes", content.size()}, {"sum", sum_of(content)}, {"whole", true}};
    client.send(get_request("/hello") + put_request(content) + get_request("/hello") + put_request("") +
                get_request("/film?bytes=100") + get_request("/hello"));
    CHECK(client.answer().body == R"({"hello":"world"})");
    CHECK(Json::parse(client.answer().body) == expected);
    CHECK(client.answer().body == R"({"hello":"world"})");
    CHECK(Json::parse(client.answer().body)["bytes"] == 0);
    CHECK(client.answer().body == letters(0, 100));
    CHECK(client.answer().body == R"({"hello":"world"})");
}

TEST_CASE("content in chunks, byte by byte, and after 100 Continue", "[http]") {
    House house;
    RawClient client(house.port);
    const std::string head = "PUT /content HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n";
    for (const char c : head + "\r\n5\r\nabcde\r\n3;x=y\r\nfgh\r\n0\r\n\r\n")
        client.send({&c, 1});
    CHECK(Json::parse(client.answer().body) ==
          Json{{"bytes", 8}, {"sum", sum_of("abcdefgh")}, {"whole", true}});
    client.send(head + "Expect: 100-continue\r\n\r\n");
    CHECK(client.answer().status == 100);
    client.send("5\r\nabcde\r\n0\r\n\r\n" + get_request("/hello"));
    CHECK(Json::parse(client.answer().body)["bytes"] == 5);
    CHECK(client.answer().status == 200);
}

TEST_CASE("content that is not wanted or too large is not read to its end", "[http]") {
    House house;
    {
        RawClient client(house.port);
        client.send("POST /refuse HTTP/1.1\r\nHost: b\r\nContent-Length: 90000000\r\n\r\nabc");
        const auto answer = client.answer();
        CHECK(answer.status == 409);
        CHECK(answer.headers.at("connection") == "close"); // or a client's pool sends its next request here
        CHECK(client.at_end());
    }
    {
        RawClient client(house.port);
        client.send("PUT /content HTTP/1.1\r\nHost: b\r\nContent-Length: 190000000\r\n\r\nabc");
        CHECK(client.answer().status == 413);
        CHECK(client.at_end());
    }
    RawClient client(house.port);
    client.send("PUT /content HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string piece = "100000\r\n" + std::string(0x100000, 'x') + "\r\n";
    for (int i = 0; i < 101 && !client.hears_something(0ms); ++i)
        client.send(piece);
    CHECK(client.answer().status == 413);
}

TEST_CASE("forty downloads that nobody reads delay no request", "[http]") {
    http::FrontDoorOptions options;
    options.transfer_threads = 40;
    House house(options);
    std::vector<RawClient> deaf;
    for (int i = 0; i < 40; ++i) {
        deaf.emplace_back(house.port, 4096);
        deaf.back().send(get_request("/film?bytes=100000000"));
    }
    CHECK(house::eventually([&] { return house.door->figures().transfers == 40; }));
    RawClient client(house.port);
    const auto before = std::chrono::steady_clock::now();
    CHECK(client.ask(get_request("/hello")).status == 200);
    CHECK(std::chrono::steady_clock::now() - before < 500ms);
    // The forty-first waits its turn, and gets it when another leaves.
    client.send(get_request("/film?bytes=10"));
    CHECK_FALSE(client.hears_something(30ms));
    deaf.clear();
    CHECK(client.answer().body == letters(0, 10));
}

TEST_CASE("a transfer that does not move is cut, and too many are refused", "[http]") {
    http::FrontDoorOptions options;
    options.write_deadline = 400ms;
    options.transfer_threads = 1;
    options.transfers_waiting = 1;
    House house(options);
    RawClient deaf(house.port, 4096), waiting(house.port, 4096), third(house.port);
    deaf.send(get_request("/film?bytes=100000000"));
    CHECK(house::eventually([&] { return house.door->figures().transfers == 1; }));
    waiting.send(get_request("/film?bytes=10"));
    CHECK_FALSE(waiting.hears_something(50ms));
    CHECK(third.ask(get_request("/film?bytes=10")).status == 503);
    CHECK(third.ask(get_request("/hello")).status == 200);
    CHECK(waiting.answer().body == letters(0, 10));
}
