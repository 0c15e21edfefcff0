// A room or a seat goes: what happened there stays, and no longer says where.
#include <catch2/catch_test_macros.hpp>
#include <map>

#include "support/lesson.h"

using support::Action;
using support::Headset;
using support::Lesson;

namespace {

// The lesson runs on two seats of the room, and the class is there on Mondays, too.
struct InTheRoom : Lesson {
    Headset one{*this, device_1}, two{*this, device_2};
    TimetableEntryId monday;

    InTheRoom() {
        order(Action::start);
        timetable::Entry entry;
        entry.class_id = class_id;
        entry.title = "Oceans";
        entry.room_id = room;
        entry.weekly = timetable::Weekly{1, 480, 525, std::nullopt, std::nullopt};
        monday = write([&](store::Tx& tx) { return services->timetable.add(tx, organisation, entry).id; });
    }
    SeatId seat_of(DeviceId device_id) {
        return read([&](store::Read& read) {
            return services->rooms.seat_of_device(read, organisation, device_id)->id;
        });
    }
    std::map<DeviceId, std::optional<SeatId>> seats_of_runs() {
        std::map<DeviceId, std::optional<SeatId>> seats;
        for (const runs::Run& run : runs())
            seats[run.device_id.value()] = run.seat_id;
        return seats;
    }
    std::optional<RoomId> room_of_monday() {
        return read(
            [&](store::Read& read) { return services->timetable.get(read, organisation, monday).room_id; });
    }
};

} // namespace

TEST_CASE("a room that goes leaves lessons, timetable and runs, without a place", "[stories][rooms]") {
    InTheRoom school;
    const SeatId seat_1 = school.seat_of(school.device_1), seat_2 = school.seat_of(school.device_2);
    const std::map<DeviceId, std::optional<SeatId>> before{{school.device_1, seat_1},
                                                           {school.device_2, seat_2}};
    REQUIRE(school.seats_of_runs() == before);
    REQUIRE(school.now().room_id == school.room);
    REQUIRE(school.room_of_monday() == school.room);
    const RoomId other = school.write([&](store::Tx& tx) {
        return school.services->rooms.make_grid(tx, school.organisation, "Room 3", 1, 1).id;
    });
    const auto remove = [&](RoomId room_id) {
        school.write([&](store::Tx& tx) { school.services->rooms.remove(tx, school.organisation, room_id); });
    };
    remove(other); // touches nothing of this room
    CHECK(school.seats_of_runs() == before);
    CHECK(school.now().room_id == school.room);
    CHECK(school.room_of_monday() == school.room);
    remove(school.room);
    const std::map<DeviceId, std::optional<SeatId>> after{{school.device_1, {}}, {school.device_2, {}}};
    CHECK(school.seats_of_runs() == after);
    CHECK_FALSE(school.now().room_id);
    CHECK_FALSE(school.room_of_monday());
}

TEST_CASE("a seat that goes, alone or by a layout, leaves the runs that were there", "[stories][rooms]") {
    InTheRoom school;
    const SeatId seat_1 = school.seat_of(school.device_1), seat_2 = school.seat_of(school.device_2);
    SECTION("alone") {
        school.write(
            [&](store::Tx& tx) { school.services->rooms.remove_seat(tx, school.organisation, seat_1); });
    }
    SECTION("by a layout that leaves it out") {
        rooms::Layout layout;
        rooms::LayoutSeat kept;
        kept.id = seat_2;
        kept.row = kept.place = 1;
        layout.seats.push_back(kept);
        school.write([&](store::Tx& tx) {
            school.services->rooms.save_layout(tx, school.organisation, school.room, layout);
        });
    }
    const std::map<DeviceId, std::optional<SeatId>> after{{school.device_1, {}}, {school.device_2, seat_2}};
    CHECK(school.seats_of_runs() == after);
}
