#include "devices/pairing.h"

#include <catch2/catch_test_macros.hpp>
#include <latch>
#include <nlohmann/json.hpp>
#include <thread>

#include "support/school.h"

using namespace std::chrono_literals;
using devices::PairingCode;
using platform::Role;
using support::error_of;
using support::School;

namespace {

PairingCode make_code(School& school, OrganisationId organisation_id = {}) {
    return school.write([&](store::Tx& tx) {
        return school.pairing.make_code(tx, organisation_id ? organisation_id : school.organisation, {});
    });
}
std::string pair(School& school, int code, const std::string& serial_number) {
    return error_of([&] {
        school.write([&](store::Tx& tx) {
            school.pairing.pair_with_code(tx, code, {serial_number, "", ""});
        });
    });
}
devices::Pairing::SignInOutcome sign_in(School& school, const people::Person& person,
                                        const std::string& serial_number) {
    return school.write([&](store::Tx& tx) {
        return school.pairing.pair_by_sign_in(tx, person, {serial_number, "Mirage", ""});
    });
}
void unpair(School& school, DeviceId device_id) {
    school.write([&](store::Tx& tx) { school.devices.unpair(tx, school.organisation, device_id); });
}

} // namespace

TEST_CASE("a code has six digits, lives ten minutes and works once", "[devices]") {
    School school;
    school.random.queue(42137);
    auto code = make_code(school);
    CHECK(code.digits() == "042137");
    CHECK(pair(school, code.code, "DPVR-1") == "none");
    CHECK(pair(school, code.code, "DPVR-2") == "not found");

    code = make_code(school);
    school.clock.advance(10min - 1s);
    CHECK(pair(school, code.code, "DPVR-2") == "none");
    code = make_code(school);
    school.clock.advance(10min);
    CHECK(pair(school, code.code, "DPVR-3") == "not found");
}

TEST_CASE("a taken code is skipped, modulo a million", "[devices]") {
    School school;
    struct {
        std::uint32_t drawn;
        int expected;
    } const draws[] = {
        {999'998, 999'998}, {999'998, 999'999}, {999'998, 0}, {999'999, 1}, {0, 2}, {5, 5}, {4, 4}, {4, 6},
        {500, 500}};
    for (const auto& draw : draws) {
        school.random.queue(draw.drawn);
        CHECK(make_code(school).code == draw.expected);
    }
}

TEST_CASE("pairing says when every code is taken, and expired codes are free again", "[devices]") {
    School school;
    auto other = school.add_organisation("Hillside");
    school.write([&](store::Tx& tx) {
        tx.run(
            "WITH RECURSIVE all_codes(code) AS (SELECT 0 UNION ALL SELECT code + 1 FROM all_codes WHERE code "
            "< 999999)"
            " INSERT INTO pairing_codes (code, organisation_id, created_ms, expires_ms) SELECT code, ?, ?, ? "
            "FROM all_codes",
            other, tx.now_ms(), tx.now_ms() + 600'000);
    });
    CHECK(error_of([&] { make_code(school); }) == "conflict");
    CHECK(pair(school, 123'456, "DPVR-1") == "none"); // it was Hillside's
    CHECK(make_code(school).code == 123'456);
    school.clock.advance(11min);
    CHECK(error_of([&] { make_code(school); }) == "none");
}

TEST_CASE("of a hundred headsets at once, exactly forty get the forty seats", "[devices]") {
    School school(40);
    std::vector<int> codes;
    for (int i = 0; i < 100; ++i)
        codes.push_back(make_code(school).code);
    std::atomic<int> paired{0}, refused{0};
    std::latch start(8);
    std::vector<std::thread> headsets;
    for (int t = 0; t < 8; ++t)
        headsets.emplace_back([&, t] {
            start.arrive_and_wait();
            for (std::size_t i = static_cast<std::size_t>(t); i < codes.size(); i += 8) {
                std::string what = pair(school, codes[i], "DPVR-" + std::to_string(i));
                if (what == "none") ++paired;
                if (what == "conflict") ++refused;
            }
        });
    for (auto& headset : headsets)
        headset.join();
    CHECK(paired == 40);
    CHECK(refused == 60);
    CHECK(school.licence().seats_taken == 40);
    auto devices =
        school.read([&](store::Read& read) { return school.devices.paired(read, school.organisation); });
    CHECK(devices.size() == 40);

    // When one headset is unpaired, another can be paired.
    unpair(school, devices.front().id);
    CHECK(school.licence().seats_left() == 1);
    CHECK(pair(school, make_code(school).code, "DPVR-200") == "none");
    CHECK(error_of([&] { make_code(school); }) == "conflict");
}

TEST_CASE("pairing again takes no second seat and ends the old token", "[devices]") {
    School school;
    auto first = school.pair("DPVR-1");
    auto again = school.pair("dpvr-1");
    CHECK(again.device.id == first.device.id);
    CHECK(school.licence().seats_taken == 1);
    CHECK(school.caller(first.token).is_stranger());
    CHECK(school.caller(again.token).device_id == first.device.id);
}

TEST_CASE("a headset belongs to one organisation until it is unpaired there", "[devices]") {
    School school;
    auto hillside = school.add_organisation("Hillside");
    auto here = school.pair("DPVR-1");
    CHECK(pair(school, make_code(school, hillside).code, "DPVR-1") == "conflict");

    unpair(school, here.device.id);
    CHECK(school.caller(here.token).is_stranger());
    CHECK(school.licence().seats_taken == 0);
    CHECK(error_of([&] { unpair(school, here.device.id); }) == "not found");
    auto there = school.pair("DPVR-1", hillside);
    CHECK(there.device.id != here.device.id); // what was recorded here stays here
    CHECK(school
              .read([&](store::Read& read) {
                  return school.devices.get(read, school.organisation, here.device.id);
              })
              .paired == false);
}

TEST_CASE("an ended licence pairs nothing new and leaves the rest alone", "[devices]") {
    School school;
    auto headset = school.pair("DPVR-1");
    auto code = make_code(school);
    school.write([&](store::Tx& tx) {
        school.organisations.change_licence(tx, school.organisation, {.last_day = "2026-09-01"});
    });
    CHECK(pair(school, code.code, "DPVR-2") == "none"); // its last day
    school.clock.advance(48h);
    CHECK(error_of([&] { make_code(school); }) == "conflict");
    CHECK(school.caller(headset.token).device_id == headset.device.id);
    CHECK(error_of([&] {
              school.write([&](store::Tx& tx) {
                  school.organisations.change_licence(tx, school.organisation, {.seats = 1});
              });
          }) == "conflict");
}

TEST_CASE("ten wrong codes close pairing to that serial number for a while", "[devices]") {
    School school;
    school.random.queue(1000);
    auto code = make_code(school);
    for (int i = 0; i < 10; ++i)
        CHECK(pair(school, 2000 + i, "DPVR-1") == "not found");
    CHECK(pair(school, code.code, "DPVR-1") == "too many requests");
    CHECK(pair(school, code.code, "DPVR-2") == "none"); // the rest of the class can go on
    school.clock.advance(10min);
    CHECK(pair(school, make_code(school).code, "DPVR-1") == "none");
}

TEST_CASE("many wrong codes slow all pairing down for a minute", "[devices]") {
    School school;
    school.random.queue(1000);
    auto code = make_code(school);
    for (int i = 0; i < 60; ++i)
        CHECK(pair(school, 2000 + i, "GUESS-" + std::to_string(i)) == "not found");
    CHECK(pair(school, 3000, "GUESS-61") == "not found"); // one a second gets through
    CHECK(pair(school, code.code, "DPVR-1") == "too many requests");
    school.clock.advance(1s);
    CHECK(pair(school, code.code, "DPVR-1") == "none");
    school.clock.advance(61s);
    for (int i = 0; i < 2; ++i)
        CHECK(pair(school, make_code(school).code, "DPVR-" + std::to_string(2 + i)) == "none");
}

TEST_CASE("signing in pairs at once while pairing is open, or by a teacher", "[devices]") {
    School school;
    auto ada = school.add_student("Ada");
    auto rossi = school.add_person(Role::teacher, "Rossi");

    auto by_teacher = sign_in(school, rossi, "DPVR-1");
    REQUIRE(by_teacher.device);
    CHECK(by_teacher.device->person->nickname == "Rossi");
    CHECK(school.caller(by_teacher.token).device_id == by_teacher.device->id);

    CHECK_FALSE(sign_in(school, ada, "DPVR-2").device);
    auto open = school.write(
        [&](store::Tx& tx) { return school.pairing.open_window(tx, school.organisation, rossi.id, 300); });
    CHECK(open.open_until_ms == school.clock.now_ms() + 300'000);
    CHECK(open.seats_left == 39);
    auto in_time = sign_in(school, ada, "DPVR-3");
    REQUIRE(in_time.device);
    CHECK(school.caller(in_time.token).person_id == ada.id);
    school.clock.advance(5min);
    CHECK_FALSE(sign_in(school, ada, "DPVR-4").device);
}

namespace {

// A headset on which Ada signed in while pairing was closed.
struct Waiting {
    School school;
    people::Person ada = school.add_student("Ada");
    std::vector<PairingRequestId> asked, closed;
    std::string token;
    devices::PairingRequest request;

    Waiting() {
        school.pairing.requested.connect(
            [this](const devices::PairingRequest& made) { asked.push_back(made.id); });
        school.pairing.request_closed.connect(
            [this](OrganisationId, PairingRequestId id) { closed.push_back(id); });
        token = sign_in(school, ada, "DPVR-1").token;
        request = requests().at(0);
    }
    std::vector<devices::PairingRequest> requests() {
        return school.read(
            [&](store::Read& read) { return school.pairing.requests(read, school.organisation); });
    }
    std::string admit(PairingRequestId request_id, OrganisationId organisation_id = {}) {
        const OrganisationId where = organisation_id ? organisation_id : school.organisation;
        return error_of(
            [&] { school.write([&](store::Tx& tx) { school.pairing.admit(tx, where, request_id); }); });
    }
};

} // namespace

TEST_CASE("a headset that waits takes no part until a tap admits it, with whoever signed in", "[devices]") {
    Waiting w;
    CHECK(w.request.person.nickname == "Ada");
    CHECK(w.school.caller(w.token).is_stranger());
    CHECK(w.school.licence().seats_taken == 0);

    CHECK(w.admit(w.request.id, w.school.add_organisation("Hillside")) == "not found");
    CHECK(w.admit(w.request.id) == "none");
    CHECK(w.school.caller(w.token).person_id == w.ada.id);
    CHECK(w.school.licence().seats_taken == 1);
    CHECK(w.requests().empty());
    CHECK(w.closed == w.asked);
    CHECK(w.admit(w.request.id) == "not found");
}

TEST_CASE("a headset that asks again replaces its request and its token", "[devices]") {
    Waiting w;
    auto again = sign_in(w.school, w.ada, "DPVR-1");
    REQUIRE(w.requests().size() == 1);
    CHECK(w.closed == std::vector<PairingRequestId>{w.request.id});
    CHECK(w.admit(w.requests().front().id) == "none");
    CHECK(w.school.caller(w.token).is_stranger());
    CHECK(w.school.caller(again.token).person_id == w.ada.id);
}

TEST_CASE("how a headset stops waiting", "[devices]") {
    Waiting w;
    SECTION("it may be turned away") {
        w.school.write(
            [&](store::Tx& tx) { w.school.pairing.refuse(tx, w.school.organisation, w.request.id); });
        CHECK(w.closed == w.asked);
    }
    SECTION("pairing it by a code settles it") {
        w.school.pair("DPVR-1");
        CHECK(w.closed == w.asked);
    }
    SECTION("whoever signed in is erased") {
        w.school.write([&](store::Tx& tx) { w.school.people.erase(tx, w.school.organisation, w.ada.id); });
        CHECK(w.closed == w.asked);
    }
    SECTION("after an hour it is forgotten") {
        w.school.clock.advance(1h);
    }
    CHECK(w.requests().empty());
    CHECK(w.admit(w.request.id) == "not found");
    CHECK(w.school.caller(w.token).is_stranger());
}

TEST_CASE("without a seat a headset goes on waiting", "[devices]") {
    Waiting w;
    w.school.write([&](store::Tx& tx) {
        w.school.organisations.change_licence(tx, w.school.organisation, {.seats = 0});
    });
    CHECK(w.admit(w.request.id) == "conflict");
    CHECK(w.requests().size() == 1);
}

TEST_CASE("changes of pairing are announced after the commit", "[devices]") {
    School school(2);
    std::vector<std::int64_t> seats_left;
    school.pairing.state_changed.connect(
        [&](const devices::PairingState& state) { seats_left.push_back(state.seats_left); });
    auto first = school.pair("DPVR-1");
    school.pair("DPVR-2");
    CHECK(error_of([&] { school.pair("DPVR-3"); }) == "conflict");
    unpair(school, first.device.id);
    CHECK(seats_left == std::vector<std::int64_t>{1, 0, 1});
}
