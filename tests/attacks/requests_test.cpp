// Requests that are built to keep the io thread busy, or to hold what others need.
#include <zlib.h>

#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "http/house.h"
#include "support/raw_client.h"
#include "support/test_appliance.h"

using support::RawClient;
using support::TestAppliance;

namespace {

constexpr const char* chunked_head =
    "POST /v1/logins HTTP/1.1\r\nHost: box\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string gzip(const std::string& text) {
    z_stream stream{};
    REQUIRE(::deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string packed(::deflateBound(&stream, text.size()), 0);
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data())); // zlib only reads it
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    REQUIRE(::deflate(&stream, Z_FINISH) == Z_STREAM_END);
    packed.resize(stream.total_out);
    ::deflateEnd(&stream);
    return packed;
}

void send_all(RawClient& client, std::string_view bytes) {
    while (!bytes.empty()) {
        const std::size_t sent = client.send_some(bytes);
        if (sent == 0 && client.hears_something(std::chrono::milliseconds(10))) return; // it has heard enough
        bytes.remove_prefix(sent);
    }
}

} // namespace

TEST_CASE("a header over several lines is refused", "[attacks]") {
    house::House house;
    for (const char* folded : {"X: a\r\n b\r\n", "X: a\r\n\tb\r\n", "X:\r\n b\r\n", "X: \r\n \r\n"}) {
        INFO(folded);
        RawClient client(house.port);
        CHECK(client.ask(support::get_request("/hello", folded)).status == 400);
    }
    for (const char* odd : {"X:a\r\n", "X:  \t a\r\n", "X:\r\n", "X: \r\n", "X: a \t\r\n"}) {
        INFO(odd);
        RawClient client(house.port);
        CHECK(client.ask(support::get_request("/hello", odd)).status == 200);
    }
}

TEST_CASE("what small bodies inflate to is bounded by their route, and no order waits for it", "[attacks]") {
    const std::string bomb = gzip(std::string(31 << 20, ' '));
    REQUIRE(bomb.size() < 40'000);
    TestAppliance appliance;
    const auto head = appliance.set_up();
    const auto bombs = [&](const std::string& headers, int status) {
        std::vector<RawClient> attackers;
        for (int i = 0; i < 40; ++i) {
            attackers.emplace_back(appliance.port());
            attackers.back().send(
                support::post_request("/v1/logins", bomb, headers + "Content-Encoding: gzip\r\n"));
        }
        appliance.add_person(head, "student", "student " + std::to_string(status)); // meanwhile
        for (auto& attacker : attackers)
            CHECK(attacker.answer().status == status);
    };
    bombs("", 415);
    bombs("Authorization: Bearer " + head.token + "\r\n", 413);
    const auto io = appliance.appliance().network().io;
    INFO(io.longest << " " << io.longest_us << " us");
    CHECK(io.longest_us < 100'000);
}

TEST_CASE("framing that never ends is refused, and costs nobody else a thing", "[attacks]") {
    TestAppliance appliance;
    const std::string much(70'000, 'x');
    const std::string endless[] = {
        "5;" + much,                         // a chunk's extension
        "0\r\nTrailer: " + much,             // a trailer
        "0\r\n" + std::string(70'000, '\n'), // nothing in a trailer
        "0" + std::string(70'000, '0'),      // a chunk's length
    };
    for (const auto& framing : endless) {
        INFO(framing.substr(0, 20));
        RawClient attacker(appliance.port());
        send_all(attacker, chunked_head + framing);
        const auto answer = attacker.answer();
        CHECK(answer.status == 400);
        CHECK(answer.headers.at("connection") == "close");
        CHECK(RawClient(appliance.port()).ask(support::get_request("/health")).status == 200);
    }
}
