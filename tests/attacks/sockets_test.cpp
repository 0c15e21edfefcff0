// Guests' sockets that break the protocol, hang up at the wrong moment or never finish what they say.
#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "attacks/frames.h"
#include "http/house.h"
#include "support/raw_client.h"
#include "support/test_appliance.h"

using namespace attacks;
using support::RawClient;
using support::TestAppliance;

namespace {

RawClient open_socket(std::uint16_t port, std::string_view target, std::string_view headers = {}) {
    RawClient client(port);
    client.send(upgrade_request(target, headers));
    REQUIRE(client.answer().status == 101);
    return client;
}

} // namespace

TEST_CASE("a guest who sends a bad frame and closes in the same segment leaves nothing behind", "[attacks]") {
    TestAppliance appliance;
    for (int i = 0; i < 50; ++i) {
        RawClient guest = open_socket(appliance.port(), "/ws");
        guest.send(frame(Opcode::binary, "xx") + frame(Opcode::close, close_reason(1000)));
    }
    CHECK(TestAppliance::wait_for([&] { return appliance.appliance().network().sockets == 0; }));
    appliance.stop(); // and the stop waits for none of them
}

TEST_CASE("however a guest leaves, its socket ends once", "[attacks]") {
    const std::string bad = frame(Opcode::text, "close"), good = frame(Opcode::text, "hello"),
                      close = frame(Opcode::close, close_reason(1000));
    const std::string endings[] = {
        bad,
        bad + close,
        bad + good + close,
        good + bad + close + close,
        close + bad,
        close + close,
        bad + frame(Opcode::ping, "?") + close,
        frame(Opcode::text, "throw") + close,
        frame(Opcode::text, "part", false) + close,
        frame(Opcode::more, "of nothing"),
        frame(Opcode::text, "part", false),
        bad + frame(Opcode::text, "part", false),
        "\x81",
        bad + "\x81",
        close + "\x81\xff",
        "",
    };
    house::House house;
    int opened = 0;
    for (const bool hangs_up : {true, false}) {
        std::vector<RawClient> staying;
        for (const auto& ending : endings) {
            RawClient guest = open_socket(house.port, "/live");
            ++opened;
            if (!ending.empty()) guest.send(ending);
            if (hangs_up) continue;
            guest.end_sending();
            staying.push_back(std::move(guest));
        }
        CHECK(house::eventually([&] { return house.door->figures().sockets == 0; }));
        CHECK(house::eventually([&] { return house.sockets.closed == opened; }));
    }
    CHECK(house.sockets.opened == opened);
    house.stop();
    for (const auto& connection : house.sockets.connections)
        CHECK(connection.expired());
}
