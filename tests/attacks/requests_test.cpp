// Requests that are built to keep the io thread busy, or to hold what others need.
#include <catch2/catch_test_macros.hpp>

#include "http/house.h"
#include "support/raw_client.h"
#include "support/test_appliance.h"

using support::RawClient;
using support::TestAppliance;

namespace {

constexpr const char* chunked_head =
    "POST /v1/logins HTTP/1.1\r\nHost: box\r\nTransfer-Encoding: chunked\r\n\r\n";

void send_all(RawClient& client, std::string_view bytes) {
    while (!bytes.empty()) {
        const std::size_t sent = client.send_some(bytes);
        if (sent == 0 && client.hears_something(std::chrono::milliseconds(10))) return; // it has heard enough
        bytes.remove_prefix(sent);
    }
}

} // namespace

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
