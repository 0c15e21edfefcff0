// Stock DPVR headsets take part in a lesson with nothing installed, by their own remote control. The headset is
// a fake that behaves as docs/dpvr.md says; no real one was there.
#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "dialects/dpvr/wire.h"
#include "support/fake_dpvr.h"
#include "support/live_headset.h"
#include "support/live_school.h"

using dialects::dpvr::MessageType;
using support::FakeDpvr;
using support::Json;
using support::LiveClient;
using support::LiveSchool;
using support::TestAppliance;
using namespace std::chrono_literals;

namespace {

std::uint16_t number(MessageType type) {
    return static_cast<std::uint16_t>(type);
}

struct DpvrSchool : LiveSchool {
    DpvrSchool() : LiveSchool(true) {}

    FakeDpvr connect(const std::string& serial_number) {
        FakeDpvr headset(box.appliance().dpvr_port(), serial_number);
        headset.beat();
        return headset;
    }
    Json waiting() { return box.expect(200, "GET", "/v1/dpvr/waiting", nullptr, teacher).at("items"); }
    DeviceId take_in(const std::string& serial_number) {
        const Json taken = box.expect(201, "POST", "/v1/dpvr/headsets",
                                      {{"headsets", {{{"serial_number", serial_number}}}}}, teacher);
        const DeviceId id(taken.at("items").at(0).at("id").get<std::int64_t>());
        return id;
    }
    bool is_online(DeviceId id) {
        return TestAppliance::wait_for([&] { return box.services().presence.is_online(id); });
    }
    // Returns when the server has worked through all that the headset has said. The manual clock stands still
    // meanwhile, so what was said before an order can't pass for what was said long after it.
    void settle(FakeDpvr& headset, DeviceId id) {
        headset.battery = headset.battery % 90 + 1;
        headset.beat();
        REQUIRE(TestAppliance::wait_for([&] {
            const auto present = box.services().presence.find(id);
            return present && present->report.battery == headset.battery;
        }));
    }
    // In a seat of the lesson's room, so that the lesson calls it.
    void seat_in_room(DeviceId id) {
        const Json seats =
            box.expect(200, "GET", "/v1/rooms/" + room.at("id").dump(), nullptr, teacher).at("seats");
        seat(seats.at(next_seat_++), id);
    }

private:
    std::size_t next_seat_ = 4;
};

} // namespace

TEST_CASE("without a word in the configuration no port is open for DPVR headsets", "[stories][dpvr]") {
    LiveSchool school;
    CHECK(school.box.appliance().dpvr_port() == 0);
    CHECK(school.box.expect(200, "GET", "/v1/dpvr/waiting", nullptr, school.teacher).at("on") == false);
    school.box.expect(409, "POST", "/v1/dpvr/headsets", {{"headsets", {{{"serial_number", "P1-1"}}}}},
                      school.teacher);
}

TEST_CASE("a stock DPVR headset joins by a teacher's tap and obeys a whole lesson", "[stories][dpvr]") {
    DpvrSchool school;
    FakeDpvr headset = school.connect("P1MAX-0042");
    REQUIRE(TestAppliance::wait_for([&] { return school.waiting().size() == 1; }));
    CHECK(school.waiting().at(0).at("serial_number") == "P1MAX-0042");
    CHECK(school.waiting().at(0).at("battery") == 77);
    const DeviceId id = school.take_in("P1MAX-0042");
    REQUIRE(school.is_online(id));
    CHECK(school.waiting().empty());
    school.seat_in_room(id);

    school.order({{"action", "play"}});
    REQUIRE(headset.hears(number(MessageType::play)));
    CHECK(headset.path == "/sdcard/reef.mp4");
    CHECK(headset.keys_blocked);
    headset.beat();
    CHECK(TestAppliance::wait_for([&] {
        const auto present = school.box.services().presence.find(id);
        return present->report.app == "com.dpvr.videoplayer" && present->report.position_ms == 2000;
    }));
    school.order({{"action", "pause"}});
    REQUIRE(headset.hears(number(MessageType::pause)));
    CHECK(headset.state == "PAUSE");
    school.order({{"action", "seek"}, {"arguments", {{"position_ms", 125'400}}}});
    REQUIRE(headset.hears(number(MessageType::seek)));
    CHECK(headset.position_s == 125);
    school.order({{"action", "resume"}});
    REQUIRE(headset.hears(number(MessageType::resume_at)));
    school.order({{"action", "volume"}, {"arguments", {{"percent", 50}}}});
    REQUIRE(headset.hears(number(MessageType::volume)));
    CHECK(headset.volume == 8);
    // What it can't do the teacher hears; what it was sent counts as done.
    const auto counts_of_newest = [&] {
        return school.box.expect(200, "GET", school.path("commands"), nullptr, school.teacher)
            .at("items")
            .at(0)
            .at("counts");
    };
    CHECK(TestAppliance::wait_for([&] { return counts_of_newest().at("done") == 1; }));
    school.order({{"action", "message"}, {"arguments", {{"text", "Well done"}}}});
    CHECK(TestAppliance::wait_for([&] { return counts_of_newest().at("failed") == 1; }));
    school.order({{"action", "stop"}});
    REQUIRE(headset.hears(number(MessageType::block_keys)));
    CHECK(headset.state == "STOPED");
    CHECK_FALSE(headset.keys_blocked);
}

TEST_CASE("a DPVR headset that comes late or goes astray is put right", "[stories][dpvr]") {
    DpvrSchool school;
    const DeviceId id = school.take_in("P2-7"); // from a list, before it was ever seen
    school.seat_in_room(id);
    school.order({{"action", "play"}});
    school.box.clock.advance(60s);
    FakeDpvr headset = school.connect("P2-7");
    REQUIRE(school.is_online(id));
    school.box.clock.advance(10s);
    REQUIRE(headset.beats_until(number(MessageType::play)));
    school.settle(headset, id);
    school.box.clock.advance(10s);
    REQUIRE(headset.beats_until(number(MessageType::seek)));
    CHECK(headset.body_of_last(number(MessageType::seek)).at("time") == 80);
    // Its student has paused it with the controller.
    headset.state = "PAUSE";
    school.settle(headset, id);
    school.box.clock.advance(10s);
    REQUIRE(headset.beats_until(number(MessageType::resume_at)));
    // The box restarts: the headset connects again, and the lesson goes on.
    school.box.restart();
    FakeDpvr again = school.connect("P2-7");
    REQUIRE(school.is_online(id));
    school.box.clock.advance(10s);
    CHECK(again.beats_until(number(MessageType::play)));
}

TEST_CASE("DPVR headsets and our own share one lesson; an unpaired one hears nothing more",
          "[stories][dpvr]") {
    DpvrSchool school;
    LiveClient own(school.box, school.first.credential);
    std::vector<FakeDpvr> headsets;
    std::vector<DeviceId> ids;
    for (int i = 0; i < 2; ++i) {
        const std::string serial_number = "P1-" + std::to_string(i);
        headsets.push_back(school.connect(serial_number));
        ids.push_back(school.take_in(serial_number));
        REQUIRE(school.is_online(ids.back()));
        school.seat_in_room(ids.back());
    }
    FakeDpvr stranger = school.connect("NOT-OURS");
    school.order({{"action", "play"}});
    own.wait_for("command");
    for (FakeDpvr& headset : headsets)
        CHECK(headset.hears(number(MessageType::play)));
    CHECK(stranger.orders.empty());
    school.box.expect(204, "DELETE", "/v1/devices/" + to_string(ids[0]), nullptr, school.teacher);
    CHECK(headsets[0].hears(number(MessageType::stop)));
    REQUIRE(TestAppliance::wait_for([&] { return school.waiting().size() == 2; })); // it is a stranger again
    school.order({{"action", "pause"}});
    CHECK(headsets[1].hears(number(MessageType::pause)));
}

TEST_CASE("who breaks RDC's framing or says nothing loses the connection", "[stories][dpvr]") {
    DpvrSchool school;
    FakeDpvr broken = school.connect("P1-1");
    broken.send_raw(std::string("\0\1\3\351\0\1", 6)); // a length under six
    CHECK(broken.is_cut_off());
    // Two with one serial: the newer has it.
    FakeDpvr older = school.connect("P1-2");
    REQUIRE(TestAppliance::wait_for([&] { return school.waiting().size() == 1; }));
    FakeDpvr newer = school.connect("P1-2");
    CHECK(older.is_cut_off());
    CHECK(TestAppliance::wait_for([&] { return school.waiting().size() == 1; }));
    // No more than a few from one address.
    std::vector<FakeDpvr> many;
    for (int i = 0; i < 6; ++i)
        many.push_back(school.connect("MANY-" + std::to_string(i)));
    CHECK(many.back().is_cut_off());
}
