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
devices::Pairing::Outcome sign_in(School& school, const people::Person& person,
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

namespace {

devices::Pairing::Outcome pair_from(School& school, int code, const std::string& serial_number,
                                    const people::Source& source) {
    return school.write([&](store::Tx& tx) {
        return school.pairing.pair_with_code(tx, code, {serial_number, "", ""}, source);
    });
}

// Wrong codes from there.
void guess(School& school, int tries, const std::string& address) {
    for (int i = 0; i < tries; ++i)
        CHECK(error_of([&] { pair_from(school, 2000 + i, "GUESS", {.address = address}); }) == "not found");
}

std::vector<devices::PairingRequest> requests_of(School& school) {
    return school.read([&](store::Read& read) { return school.pairing.requests(read, school.organisation); });
}

void admit_only(School& school) {
    const auto requests = requests_of(school);
    REQUIRE(requests.size() == 1);
    school.write([&](store::Tx& tx) { school.pairing.admit(tx, school.organisation, requests[0].id); });
}

} // namespace

TEST_CASE("after three wrong codes a right one from there waits for a tap, and from elsewhere pairs",
          "[devices]") {
    School school;
    school.random.queue(1000);
    const auto code = make_code(school);
    guess(school, 3, "10.0.0.1");
    const auto waiting = pair_from(school, code.code, "DPVR-1", {.address = "10.0.0.1"});
    CHECK_FALSE(waiting.device);
    CHECK(school.licence().seats_taken == 0);
    SECTION("the tap pairs it, with the token that it has") {
        CHECK_FALSE(requests_of(school).at(0).person);
        admit_only(school);
        CHECK(school.caller(waiting.token).device_id);
        CHECK(school.licence().seats_taken == 1);
    }
    SECTION("a client that knows no token comes with the same code again, even much later") {
        school.clock.advance(9min);
        admit_only(school);
        school.clock.advance(9min);
        guess(school, 3, "10.0.0.1");
        CHECK(error_of([&] { pair_from(school, code.code, "DPVR-2", {.address = "10.0.0.1"}); }) ==
              "not found");
        CHECK(pair_from(school, code.code, "dpvr-1", {.address = "10.0.0.1"}).device);
        CHECK(school.licence().seats_taken == 1);
        CHECK(error_of([&] { pair_from(school, code.code, "DPVR-1", {.address = "10.0.0.1"}); }) ==
              "not found");
    }
    SECTION("the code is still whoever's it is") {
        CHECK(pair_from(school, code.code, "DPVR-2", {.address = "10.0.0.2"}).device);
    }
    SECTION("ten minutes later nothing is held against the address") {
        school.clock.advance(10min);
        school.random.queue(1001);
        CHECK(pair_from(school, make_code(school).code, "DPVR-1", {.address = "10.0.0.1"}).device);
    }
}

TEST_CASE("two thousand wrong codes in ten minutes make every right one wait for a tap", "[devices]") {
    School school;
    school.random.queue(999'000);
    const auto code = make_code(school);
    for (int i = 0; i < 1400; ++i)
        guess(school, 1, "10.0." + std::to_string(i / 200) + "." + std::to_string(i % 200));
    CHECK_FALSE(pair_from(school, code.code, "DPVR-1", {.address = "10.1.0.1"}).device);
    for (int s = 0; s < 599; ++s) {
        school.clock.advance(1s);
        guess(school, 1, "10.2." + std::to_string(s / 200) + "." + std::to_string(s % 200));
    }
    CHECK_FALSE(pair_from(school, code.code, "DPVR-1", {.address = "10.1.0.1"}).device);
}

TEST_CASE("a headset that has used its token is not taken over by its serial number", "[devices]") {
    School school;
    const auto ada = school.add_student("Ada"), ben = school.add_student("Ben"),
               rossi = school.add_person(Role::teacher, "Rossi");
    const auto headset = school.pair("DPVR-1"); // and uses its token
    school.write([&](store::Tx& tx) {
        school.pairing.open_window(tx, school.organisation, rossi.id, 300);
        school.logins.sign_in_on_device(tx, school.organisation, headset.device.id,
                                        people::PersonReference{ada.id, ada.nickname});
    });
    REQUIRE(school.caller(headset.token).device_id == headset.device.id);
    const people::Source near{.address = "10.0.0.1"};
    const auto still_adas = [&] {
        return school.caller(headset.token).person_id == ada.id &&
               school.logins.wearer(headset.device.id)->id == ada.id;
    };
    SECTION("by PIN in an open window") {
        const auto taken = school.write([&](store::Tx& tx) {
            return school.pairing.pair_by_sign_in(tx, ben, {"dpvr-1", "", ""}, near);
        });
        CHECK_FALSE(taken.device);
        CHECK(still_adas());
        CHECK(requests_of(school).at(0).device_id == headset.device.id);
        admit_only(school); // the teacher says that it is the same
        CHECK(school.caller(headset.token).is_stranger());
        CHECK(school.caller(taken.token).person_id == ben.id);
        CHECK(school.licence().seats_taken == 1);
    }
    SECTION("by the serial number alone") {
        const auto bound = school.write([&](store::Tx& tx) {
            return school.pairing.bind_by_sign_in(tx, ben, {"DPVR-1", "", ""}, near);
        });
        CHECK_FALSE(bound.device);
        CHECK(still_adas());
        CHECK(school.caller(bound.token).is_stranger());
    }
    SECTION("by a code") {
        CHECK_FALSE(pair_from(school, make_code(school).code, "DPVR-1", near).device);
        CHECK(still_adas());
    }
    SECTION("but by a code that was made for it") {
        school.clock.advance(1s);
        const auto code = school.write([&](store::Tx& tx) {
            return school.pairing.make_code(tx, school.organisation, rossi.id, "dpvr-1");
        });
        CHECK(error_of([&] { pair_from(school, code.code, "DPVR-2", near); }) == "not found");
        CHECK(pair_from(school, code.code, "DPVR-1", near).device);
        CHECK(school.caller(headset.token).is_stranger());
    }
    SECTION("but with its token") {
        const people::Source itself{.address = "10.0.0.1", .device_id = headset.device.id};
        CHECK(pair_from(school, make_code(school).code, "DPVR-1", itself).device);
        CHECK(school.caller(headset.token).is_stranger());
    }
    SECTION("after a restart as well") {
        school.write([&](store::Tx& tx) { school.logins.keep_prolonged(tx); });
        school.read([&](store::Read& read) { school.logins.load(read); });
        CHECK(school.logins.token_used(headset.device.id));
    }
}

TEST_CASE("a headset known by its serial number alone is bound again where that takes it from nobody",
          "[devices]") {
    School school;
    const auto ada = school.add_student("Ada"), ben = school.add_student("Ben");
    school.pair("DPVR-1"); // its client never uses the token
    const auto bind = [&](const people::Person& person, const char* address) {
        return school.write([&](store::Tx& tx) {
            return school.pairing.bind_by_sign_in(tx, person, {"DPVR-1", "", ""}, {.address = address});
        });
    };
    CHECK(bind(ada, "10.0.0.1").device); // nobody wears it
    CHECK(bind(ben, "10.0.0.1").device); // from where it was last bound
    CHECK(bind(ben, "10.0.0.2").device); // he wears it
    const auto waiting = bind(ada, "10.0.0.3");
    CHECK_FALSE(waiting.device);
    admit_only(school);
    const auto caller = school.caller(waiting.token);
    CHECK(caller.person_id == ada.id);
    CHECK(caller.proof == platform::Proof::pin); // no token of the headset's own
    CHECK(bind(ben, "10.0.0.3").device);
}

TEST_CASE("one student's inventions take neither the waiting list nor the seats", "[devices]") {
    School school(3);
    const auto ada = school.add_student("Ada"), ben = school.add_student("Ben"),
               cy = school.add_student("Cy");
    const auto rossi = school.add_person(Role::teacher, "Rossi");
    const auto ask = [&](const people::Person& person, const std::string& serial_number) {
        return school.write([&](store::Tx& tx) {
            return school.pairing.pair_by_sign_in(tx, person, {serial_number, "", ""},
                                                  {.address = "10.0.0.1"});
        });
    };
    ask(ben, "DPVR-1");
    for (int i = 0; i < 200; ++i)
        ask(ada, "INVENTED-" + std::to_string(i));
    ask(ada, "DPVR-1"); // not even by naming his
    CHECK(requests_of(school).size() == 3);
    CHECK(requests_of(school).at(0).person->id == ben.id);

    school.write([&](store::Tx& tx) { school.pairing.open_window(tx, school.organisation, rossi.id, 300); });
    for (int i = 0; i < 39; ++i)
        CHECK(ask(ada, "INVENTED-" + std::to_string(i)).device.has_value() == (i == 0));
    CHECK(ask(ben, "DPVR-1").device);
    CHECK(school.licence().seats_left() == 1);
    CHECK_FALSE(ask(cy, "DPVR-2").device); // the last seat is for a tap
    CHECK(ask(rossi, "DPVR-3").device);
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
    CHECK(w.request.person->nickname == "Ada");
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
