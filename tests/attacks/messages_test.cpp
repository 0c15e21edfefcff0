// Messages that are cheap to send and expensive to read.
#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "http/serving/standing.h"
#include "support/live_headset.h"
#include "support/live_school.h"
#include "support/socket_client.h"
#include "support/test_appliance.h"

using support::Json;
using support::LiveClient;
using support::LiveSchool;
using support::SocketClient;

namespace {

// Nobody feels a delay below this: a headset is asked to play 300 ms ahead.
constexpr std::int64_t unnoticed_us = 100'000;

std::string nested_arrays(std::size_t bytes) {
    std::string text = R"({"type":"hands.raise","eid":"7","data":[[])";
    while (text.size() < bytes)
        text += ",[]";
    return text + "]}";
}

} // namespace

TEST_CASE("guests who send what is expensive to read delay no headset in a lesson", "[attacks]") {
    LiveSchool school;
    LiveClient headset(school.box, school.first.credential);
    std::vector<SocketClient> guests;
    for (int i = 0; i < 60; ++i)
        guests.emplace_back(school.box.port(), "/ws", SocketClient::Headers{}, i % 2 == 0);
    const std::string too_large = nested_arrays(200'000), allowed = nested_arrays(16'000);
    for (auto& guest : guests) {
        CHECK(guest.header("Sec-WebSocket-Extensions").empty()); // nothing that inflates
        guest.send(too_large);
        guest.send(allowed);
        guest.send(allowed);
        headset.expect("ping", Json::object());
    }
    for (auto& guest : guests) {
        CHECK(Json::parse(guest.read().value()).at("error") == "MessageTooLarge");
        CHECK(Json::parse(guest.read().value()).at("status") == "error");
        CHECK(Json::parse(guest.read().value()).at("status") == "error");
    }
    const auto io = school.box.appliance().network().io;
    INFO(io.longest << " " << io.longest_us << " us");
    CHECK(io.longest_us < unnoticed_us);
    CHECK(school.box.appliance().network().sockets == 61);
}

TEST_CASE("a headset whose messages are too large hears so by name, and stays", "[attacks]") {
    LiveSchool school;
    LiveClient headset(school.box, school.first.credential);
    const auto reply = headset.ask("events", {{"x", std::string(2 << 20, 'x')}});
    CHECK(reply.at("error") == "TooLarge");
    CHECK(reply.at("type") == "events");
    headset.expect("ping", Json::object());
    // A message within the limit but over what the io thread parses is parsed elsewhere, and order is kept.
    SocketClient socket(school.box.port(), "/v1/live",
                        {{"Authorization", "Bearer " + school.first.credential.token}});
    for (int i = 0; i < 6; ++i)
        socket.send(i % 2 == 0 ? nested_arrays(300'000) : R"({"type":"ping","eid":"9","data":{}})");
    for (int i = 0; i < 6;) {
        const auto answer = Json::parse(socket.read().value());
        if (answer.value("eid", Json()).is_null()) continue;
        CHECK(answer.at("eid") == (i++ % 2 == 0 ? "7" : "9"));
    }
    const auto io = school.box.appliance().network().io;
    INFO(io.longest << " " << io.longest_us << " us");
    CHECK(io.longest_us < unnoticed_us);
}
