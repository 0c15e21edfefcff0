#include "rooms/room.h"

#include <catch2/catch_test_macros.hpp>

#include "support/school.h"

using platform::Role;
using rooms::Seat;
using rooms::SeatChange;
using rooms::SeatStatus;
using support::error_of;
using support::School;

namespace {

// Two rows of three seats.
struct Classroom {
    School school;
    rooms::Room room = make("Lab");
    std::vector<Seat> told;

    Classroom() {
        school.rooms.seat_changed.connect([this](OrganisationId, const Seat& seat) { told.push_back(seat); });
    }
    rooms::Room make(const std::string& name) {
        return school.write(
            [&](store::Tx& tx) { return school.rooms.make_grid(tx, school.organisation, name, 2, 3); });
    }
    std::vector<Seat> seats(RoomId room_id = {}) {
        return school.read([&](store::Read& read) {
            return school.rooms.seats(read, school.organisation, room_id ? room_id : room.id);
        });
    }
    std::string change(SeatId seat_id, const SeatChange& change) {
        return error_of([&] {
            school.write(
                [&](store::Tx& tx) { school.rooms.change_seat(tx, school.organisation, seat_id, change); });
        });
    }
    std::string seat_device(SeatId seat_id, std::optional<DeviceId> device_id) {
        SeatChange wanted;
        wanted.device_id = device_id;
        return change(seat_id, wanted);
    }
    std::string seat_person(SeatId seat_id, std::optional<PersonId> person_id) {
        SeatChange wanted;
        wanted.person_id = person_id;
        return change(seat_id, wanted);
    }
    std::string set_status(SeatId seat_id, SeatStatus status) {
        SeatChange wanted;
        wanted.status = status;
        return change(seat_id, wanted);
    }
};

} // namespace

TEST_CASE("a grid room is made in one step", "[rooms]") {
    Classroom lab;
    auto seats = lab.seats();
    REQUIRE(seats.size() == 6);
    const Seat& last = seats.back();
    CHECK(last.row == 2);
    CHECK(last.place == 3);
    CHECK(last.x == 80);
    CHECK(last.y == 40);
    CHECK(last.width == 30);
    CHECK(last.seat_type.name == "Standard");
    CHECK(last.status == SeatStatus::vacant);
    CHECK(error_of([&] { lab.make("LAB"); }) == "conflict");
    CHECK(error_of([&] {
              lab.school.write([&](store::Tx& tx) {
                  lab.school.rooms.make_grid(tx, lab.school.organisation, "Hall", 50, 50);
              });
          }) == "invalid");
}

TEST_CASE("a headset sits on one seat, and leaves it for another", "[rooms]") {
    Classroom lab;
    auto other = lab.make("Hall");
    auto headset = lab.school.pair("DPVR-1").device, second = lab.school.pair("DPVR-2").device;
    auto here = lab.seats()[0].id, there = lab.seats(other.id)[5].id;

    CHECK(lab.seat_device(here, headset.id) == "none");
    CHECK(lab.seats()[0].status == SeatStatus::occupied);
    CHECK(lab.seat_device(here, headset.id) == "none"); // twice is once
    CHECK(lab.seat_device(here, second.id) == "conflict");

    lab.told.clear();
    CHECK(lab.seat_device(there, headset.id) == "none");
    CHECK(lab.seats()[0].status == SeatStatus::vacant);
    CHECK(lab.seats(other.id)[5].device_id == headset.id);
    REQUIRE(lab.told.size() == 2); // both seats are told
    CHECK(lab.told[0].id == here);
    CHECK(lab.told[1].id == there);

    CHECK(lab.seat_device(there, std::nullopt) == "none");
    CHECK(lab.seats(other.id)[5].status == SeatStatus::vacant);
    CHECK(lab.seat_device(there, DeviceId(999)) == "invalid");
}

TEST_CASE("a student has one seat in each room", "[rooms]") {
    Classroom lab;
    auto other = lab.make("Hall");
    auto ada = lab.school.add_student("Ada"), ben = lab.school.add_student("Ben");
    auto seats = lab.seats();
    CHECK(lab.seat_person(seats[0].id, ada.id) == "none");
    CHECK(lab.seat_person(seats[0].id, ben.id) == "conflict");
    CHECK(lab.seat_person(lab.seats(other.id)[0].id, ada.id) == "none");
    CHECK(lab.seat_person(seats[1].id, ada.id) == "none");
    seats = lab.seats();
    CHECK_FALSE(seats[0].person);
    CHECK(seats[1].person->nickname == "Ada");
    CHECK(lab.seats(other.id)[0].person->nickname == "Ada");

    // A deactivated student leaves all of them.
    lab.school.write(
        [&](store::Tx& tx) { lab.school.people.deactivate(tx, lab.school.organisation, ada.id); });
    CHECK_FALSE(lab.seats()[1].person);
    CHECK_FALSE(lab.seats(other.id)[0].person);
    CHECK(lab.seat_person(seats[1].id, ada.id) == "invalid");
}

TEST_CASE("a seat is announced again when its student's nickname changes", "[rooms]") {
    Classroom lab;
    auto ada = lab.school.add_student("Ada");
    CHECK(lab.seat_person(lab.seats()[0].id, ada.id) == "none");
    lab.told.clear();
    people::PersonChange change;
    change.nickname = "Ada L";
    lab.school.write(
        [&](store::Tx& tx) { lab.school.people.change(tx, lab.school.organisation, ada.id, change); });
    REQUIRE(lab.told.size() == 1);
    CHECK(lab.told[0].person->nickname == "Ada L");
}

TEST_CASE("the status of a seat", "[rooms]") {
    Classroom lab;
    auto headset = lab.school.pair("DPVR-1").device;
    auto seat = lab.seats()[0].id;
    auto status = [&] { return lab.seats()[0].status; };

    CHECK(lab.set_status(seat, SeatStatus::occupied) == "none"); // by hand: somebody without a headset
    CHECK(status() == SeatStatus::occupied);
    CHECK(lab.set_status(seat, SeatStatus::vacant) == "none");
    CHECK(lab.set_status(seat, SeatStatus::maintenance) == "none");
    CHECK(lab.seat_device(seat, headset.id) == "conflict");
    SeatChange both;
    both.status = SeatStatus::vacant;
    both.device_id = headset.id;
    CHECK(lab.change(seat, both) == "conflict"); // it would not be vacant
    both.status = SeatStatus::occupied;
    CHECK(lab.change(seat, both) == "none");
    CHECK(lab.set_status(seat, SeatStatus::vacant) == "conflict"); // the headset says otherwise
    both.status = SeatStatus::vacant;
    both.device_id = std::optional<DeviceId>();
    CHECK(lab.change(seat, both) == "none");
    CHECK(status() == SeatStatus::vacant);
}

TEST_CASE("an unpaired headset leaves its seat", "[rooms]") {
    Classroom lab;
    auto headset = lab.school.pair("DPVR-1").device;
    CHECK(lab.seat_device(lab.seats()[0].id, headset.id) == "none");
    lab.school.write(
        [&](store::Tx& tx) { lab.school.devices.unpair(tx, lab.school.organisation, headset.id); });
    CHECK(lab.seats()[0].status == SeatStatus::vacant);
    CHECK(lab.seat_device(lab.seats()[0].id, headset.id) == "invalid");
}

TEST_CASE("a room fills in order, around taken and broken seats", "[rooms]") {
    Classroom lab;
    auto& school = lab.school;
    auto rossi = school.add_person(Role::teacher, "Rossi");
    auto a_class = school.write(
        [&](store::Tx& tx) { return school.classes.add(tx, school.organisation, "7b", rossi.id); });
    for (const char* name : {"Ada", "Ben", "Cleo"}) {
        auto student = school.add_student(name);
        school.write([&](store::Tx& tx) {
            school.classes.add_student(tx, school.organisation, a_class.id, student.id);
        });
    }
    std::vector<DeviceId> headsets;
    for (int i = 1; i <= 3; ++i)
        headsets.push_back(school.pair("DPVR-" + std::to_string(i)).device.id);
    auto seats = lab.seats();
    lab.set_status(seats[1].id, SeatStatus::maintenance);
    lab.seat_device(seats[2].id, headsets[0]);

    auto filled = school.write(
        [&](store::Tx& tx) { return school.rooms.fill(tx, school.organisation, lab.room.id, a_class.id); });
    CHECK(filled[0].device_id == headsets[1]);
    CHECK(filled[0].person->nickname == "Ada");
    CHECK_FALSE(filled[1].device_id);
    CHECK_FALSE(filled[1].person);
    CHECK(filled[2].device_id == headsets[0]);
    CHECK(filled[2].person->nickname == "Ben");
    CHECK(filled[3].device_id == headsets[2]);
    CHECK(filled[3].person->nickname == "Cleo");
    CHECK(filled[4].status == SeatStatus::vacant);

    // The person on a headset is whoever signed in there; without one, the student of its seat.
    auto on = [&](DeviceId device_id) {
        return school.read([&](store::Read& read) {
            return school.rooms.person_on_device(read, school.organisation, device_id);
        });
    };
    CHECK(on(headsets[1])->nickname == "Ada");
    school.write([&](store::Tx& tx) {
        school.logins.sign_in_on_device(tx, school.organisation, headsets[1],
                                        people::PersonReference{rossi.id, rossi.nickname});
    });
    CHECK(on(headsets[1])->nickname == "Rossi");
}

TEST_CASE("another organisation sees and changes no seat", "[rooms]") {
    Classroom lab;
    auto& school = lab.school;
    auto hillside = school.add_organisation("Hillside");
    auto theirs = school.pair("DPVR-9", hillside).device;
    auto seat = lab.seats()[0].id;
    CHECK(lab.seat_device(seat, theirs.id) == "invalid");
    CHECK(error_of([&] {
              school.write([&](store::Tx& tx) { school.rooms.change_seat(tx, hillside, seat, {}); });
          }) == "not found");
    CHECK(error_of([&] {
              school.write([&](store::Tx& tx) { school.rooms.remove(tx, hillside, lab.room.id); });
          }) == "not found");
    school.read([&](store::Read& read) {
        CHECK(school.rooms.seats(read, hillside, lab.room.id).empty());
        CHECK(school.rooms.list(read, hillside).empty());
    });
}

TEST_CASE("a deleted room leaves its headsets and students without a seat", "[rooms]") {
    Classroom lab;
    auto& school = lab.school;
    auto headset = school.pair("DPVR-1").device;
    lab.seat_device(lab.seats()[0].id, headset.id);
    RoomId removed;
    school.rooms.room_removed.connect([&](OrganisationId, RoomId room_id) { removed = room_id; });
    school.write([&](store::Tx& tx) { school.rooms.remove(tx, school.organisation, lab.room.id); });
    CHECK(removed == lab.room.id);
    school.read([&](store::Read& read) {
        CHECK_FALSE(school.rooms.seat_of_device(read, school.organisation, headset.id));
        CHECK(school.devices.get(read, school.organisation, headset.id).paired);
    });
}
