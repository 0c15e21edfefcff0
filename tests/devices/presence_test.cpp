#include "devices/presence.h"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "support/school.h"

using namespace std::chrono_literals;
using support::School;

namespace {

devices::Report battery(std::int64_t percent) {
    devices::Report report;
    report.battery = percent;
    return report;
}

// A headset in a school, and everything announced about it.
struct Watched {
    School school;
    DeviceId device;
    std::vector<bool> told, came_or_went;

    Watched() {
        device = school.pair("DPVR-1").device.id;
        school.presence.changed.connect(
            [this](DeviceId id) { told.push_back(school.presence.is_online(id)); });
        school.presence.came_or_went.connect(
            [this](OrganisationId, DeviceId id) { came_or_went.push_back(school.presence.is_online(id)); });
    }
    std::int64_t now() { return school.clock.now_ms(); }
    bool online() { return school.presence.find(device)->online; }
    bool keep() {
        if (!school.presence.has_due(now())) return false;
        school.write([&](store::Tx& tx) { school.presence.keep_due(tx); });
        return true;
    }
    devices::Device stored() {
        return school.read(
            [&](store::Read& read) { return school.devices.get(read, school.organisation, device); });
    }
};

} // namespace

TEST_CASE("a headset that is silent for ten seconds is offline", "[devices]") {
    Watched w;
    CHECK_FALSE(w.online());
    w.school.presence.connected(w.device, w.now());
    CHECK(w.online());
    w.school.clock.advance(9s);
    w.school.presence.sweep(w.now());
    CHECK(w.online());
    w.school.presence.heard(w.device, w.now());
    w.school.clock.advance(10s);
    w.school.presence.sweep(w.now());
    CHECK_FALSE(w.online());
    w.school.presence.heard(w.device, w.now()); // it was only slow
    CHECK(w.online());
    CHECK(w.told == std::vector<bool>{true, false, true});
}

TEST_CASE("a closed socket shows at once, unless another one took its place", "[devices]") {
    Watched w;
    w.school.presence.connected(w.device, w.now());
    w.school.presence.connected(w.device, w.now());
    w.school.presence.disconnected(w.device, w.now());
    CHECK(w.online());
    w.school.presence.disconnected(w.device, w.now());
    CHECK_FALSE(w.online());
}

TEST_CASE("reports add up: each says only what it knows", "[devices]") {
    Watched w;
    w.school.presence.seen(w.device, battery(80), w.now());
    w.school.presence.seen(
        w.device, devices::report_from({{"app", "reef"}, {"gaze", {{"yaw_deg", 10}, {"pitch_deg", -5}}}}),
        w.now());
    auto report = w.school.presence.find(w.device)->report;
    CHECK(report.battery == 80);
    CHECK(report.app == "reef");
    CHECK(report.gaze->pitch_deg == -5);
    CHECK(w.told.size() == 2);
    CHECK(w.came_or_went == std::vector<bool>{true});
    // Unpaired headsets are unknown.
    w.school.presence.seen(DeviceId(w.device.value() + 1), battery(80), w.now());
    CHECK_FALSE(w.school.presence.find(DeviceId(w.device.value() + 1)));
}

TEST_CASE("reports reach the store every thirty seconds, and sooner when much changes", "[devices]") {
    Watched w;
    w.school.presence.seen(w.device, battery(80), w.now());
    CHECK(w.keep()); // it came online
    CHECK(w.stored().battery == 80);
    for (int i = 0; i < 20; ++i) {
        w.school.clock.advance(1s);
        w.school.presence.seen(w.device, battery(79), w.now());
        CHECK_FALSE(w.keep());
    }
    w.school.presence.seen(w.device, battery(70), w.now());
    CHECK(w.keep());
    CHECK(w.stored().battery == 70);
    CHECK(w.stored().last_seen_ms == w.now());
    w.school.presence.seen(w.device, battery(69), w.now());
    w.school.clock.advance(30s);
    CHECK(w.keep());
    CHECK(w.stored().battery == 69);
    w.school.clock.advance(30s);
    CHECK_FALSE(w.keep()); // nothing new
}

TEST_CASE("a report that could not be saved is due again", "[devices]") {
    Watched w;
    w.school.presence.seen(w.device, battery(80), w.now());
    CHECK_THROWS(w.school.write([&](store::Tx& tx) {
        w.school.presence.keep_due(tx);
        platform::throw_conflict("the disk said no");
    }));
    CHECK_FALSE(w.stored().battery);
    w.school.clock.advance(2s);
    CHECK(w.keep());
    CHECK(w.stored().battery == 80);
}

TEST_CASE("after a restart the last known state is there, offline", "[devices]") {
    Watched w;
    w.school.presence.seen(w.device, battery(55), w.now());
    w.keep();
    devices::Presence after_restart;
    w.school.read([&](store::Read& read) { after_restart.load(read, w.school.devices); });
    auto found = after_restart.find(w.device);
    REQUIRE(found);
    CHECK_FALSE(found->online);
    CHECK(found->report.battery == 55);
    auto json = json_of(w.stored(), after_restart);
    CHECK(json.at("battery") == 55);
    CHECK(json.at("online") == false);
    CHECK(json.at("person").is_null());
}

TEST_CASE("a clock set back keeps nobody online", "[devices]") {
    Watched w;
    w.school.presence.connected(w.device, w.now());
    w.school.clock.advance(-24h);
    w.school.presence.sweep(w.now());
    w.school.clock.advance(10s);
    w.school.presence.sweep(w.now());
    CHECK_FALSE(w.online());
}
