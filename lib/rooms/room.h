// Rooms and their seats. A headset sits on one seat of the whole organisation, a student on one seat of each
// room. A seat's status is what staff set; whether it is occupied also follows from its headset or student.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "devices/device.h"
#include "people/classes.h"
#include "people/people.h"
#include "platform/ids.h"
#include "platform/names.h"
#include "store/hook.h"
#include "store/transaction.h"

namespace rooms {

enum class SeatStatus { vacant, occupied, maintenance };
constexpr auto names_of(SeatStatus) {
    return platform::names<SeatStatus>({{SeatStatus::vacant, "vacant"},
                                        {SeatStatus::occupied, "occupied"},
                                        {SeatStatus::maintenance, "maintenance"}});
}

inline constexpr std::int64_t seat_pitch = 40; // pixels from one seat of a grid to the next

struct SeatType {
    SeatTypeId id;
    std::string name;
};

struct Seat {
    SeatId id;
    RoomId room_id;
    std::int64_t row = 0, place = 0;                    // from 1
    std::int64_t x = 0, y = 0, width = 30, height = 30; // pixels
    std::int64_t rotation = 0;                          // degrees
    SeatType seat_type;
    SeatStatus status = SeatStatus::vacant; // also occupied when a headset or student sits there
    std::optional<DeviceId> device_id;
    std::optional<people::PersonReference> person; // the student whose place it is
    std::int64_t updated_ms = 0;
};

struct Room {
    RoomId id;
    OrganisationId organisation_id;
    std::string name;
    std::int64_t rows = 0, places = 0, created_ms = 0;
};

struct SeatCounts {
    std::int64_t vacant = 0, occupied = 0, maintenance = 0;
};
SeatCounts count(const std::vector<Seat>& seats);

// The outer optional says whether to change the field, the inner one whether it has a value.
struct SeatChange {
    std::optional<std::optional<DeviceId>> device_id;
    std::optional<std::optional<PersonId>> person_id;
    std::optional<SeatStatus> status;
    std::optional<std::int64_t> row, place, x, y, width, height, rotation;
    std::optional<SeatTypeId> seat_type_id;
};

struct NewSeat {
    std::int64_t row = 0, place = 0;
    std::optional<std::int64_t> x, y; // absent: where a grid would have it
    std::int64_t width = 30, height = 30, rotation = 0;
    std::optional<SeatTypeId> seat_type_id; // absent: the room's first
};

// A whole room as an editor saves it. Seats that it leaves out are removed.
struct LayoutType {
    std::optional<SeatTypeId> id; // absent: a new one
    std::string name;
};
struct LayoutSeat {
    std::optional<SeatId> id; // absent: a new one
    std::int64_t row = 0, place = 0, x = 0, y = 0, width = 30, height = 30, rotation = 0;
    std::optional<std::string> seat_type; // by name; absent: as it was, or the first
    // Starts or ends maintenance. Whether a seat is occupied follows from who sits there, so "occupied" means
    // no more than "not in maintenance" here.
    std::optional<SeatStatus> status;
};
struct Layout {
    std::optional<std::string> name;
    std::optional<std::vector<LayoutType>> seat_types; // absent: as they were
    std::vector<LayoutSeat> seats;
};

// Where a class usually sits in a room, and on which headsets.
struct Place {
    SeatId seat_id;
    std::optional<DeviceId> device_id;
    std::optional<people::PersonReference> person;
};

enum class Occupant { headset, student, both };
constexpr auto names_of(Occupant) {
    return platform::names<Occupant>(
        {{Occupant::headset, "headset"}, {Occupant::student, "student"}, {Occupant::both, "both"}});
}

class Rooms {
public:
    static constexpr std::int64_t most_seats = 400; // of one room, so that making one stays quick
    static constexpr std::size_t most_seat_types = 20;

    Rooms(devices::Devices& devices, people::People& people, people::Classes& classes)
        : devices_(devices), people_(people), classes_(classes) {}

    std::optional<Room> find(store::Read& read, OrganisationId organisation_id, RoomId id) const;
    Room get(store::Read& read, OrganisationId organisation_id, RoomId id) const; // Error not_found
    std::vector<Room> list(store::Read& read, OrganisationId organisation_id) const;
    std::vector<Room> all(store::Read& read) const; // of the whole box, at start
    std::vector<Seat> seats(store::Read& read, OrganisationId organisation_id,
                            RoomId room_id) const;                                      // row by row
    Seat seat(store::Read& read, OrganisationId organisation_id, SeatId seat_id) const; // Error not_found
    std::optional<Seat> seat_of_device(store::Read& read, OrganisationId organisation_id,
                                       DeviceId device_id) const;
    std::optional<Seat> seat_of_person(store::Read& read, OrganisationId organisation_id, RoomId room_id,
                                       PersonId person_id) const;
    std::vector<SeatType> seat_types(store::Read& read, OrganisationId organisation_id,
                                     RoomId room_id) const; // oldest first
    std::vector<devices::Device> devices_in(store::Read& read, OrganisationId organisation_id,
                                            RoomId room_id) const;
    // The person on that headset: whoever signed in there, else the student whose seat it stands on.
    std::optional<people::PersonReference> person_on_device(store::Read& read, OrganisationId organisation_id,
                                                            DeviceId device_id) const;

    // A grid room in one step, its seats 30 x 30 with a pitch of 40, of one type "Standard".
    Room make_grid(store::Tx& tx, OrganisationId organisation_id, const std::string& name, std::int64_t rows,
                   std::int64_t places);
    Room rename(store::Tx& tx, OrganisationId organisation_id, RoomId id, const std::string& name);
    void remove(store::Tx& tx, OrganisationId organisation_id, RoomId id);
    // A headset or student that sat elsewhere leaves that seat. Error conflict names the one who sits here
    // already, or says that the seat is under maintenance.
    Seat change_seat(store::Tx& tx, OrganisationId organisation_id, SeatId seat_id, const SeatChange& change);
    // Exchanges the occupants of two seats, if any.
    void swap(store::Tx& tx, OrganisationId organisation_id, SeatId seat_id, SeatId other_id, Occupant what);
    // Puts headsets that have no seat, and the class's students that have none in this room, on free seats in
    // order.
    std::vector<Seat> fill(store::Tx& tx, OrganisationId organisation_id, RoomId room_id,
                           std::optional<ClassId> class_id);
    // Takes an unpaired headset or a deactivated person off all seats.
    void vacate_device(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id);
    void vacate_person(store::Tx& tx, OrganisationId organisation_id, PersonId person_id);
    // Announces the seats of somebody whose nickname changed.
    void tell_renamed(store::Tx& tx, OrganisationId organisation_id, PersonId person_id);

    // ---- the editor: layout.cpp ----
    // Saves everything or nothing: Error invalid names every fault. Seats keep their occupants.
    Room save_layout(store::Tx& tx, OrganisationId organisation_id, RoomId room_id, const Layout& layout);
    Seat add_seat(store::Tx& tx, OrganisationId organisation_id, RoomId room_id, const NewSeat& seat);
    void remove_seat(store::Tx& tx, OrganisationId organisation_id, SeatId seat_id);
    SeatType add_seat_type(store::Tx& tx, OrganisationId organisation_id, RoomId room_id,
                           const std::string& name);
    SeatType rename_seat_type(store::Tx& tx, OrganisationId organisation_id, SeatTypeId id,
                              const std::string& name);
    // Error conflict while seats have this type, or when it is the only one.
    void remove_seat_type(store::Tx& tx, OrganisationId organisation_id, SeatTypeId id);

    // ---- where a class usually sits: seating.cpp ----
    std::vector<Place> seating(store::Read& read, OrganisationId organisation_id, RoomId room_id,
                               ClassId class_id) const;
    // Replaces the seating; an empty one forgets it. Error invalid names every fault.
    void set_seating(store::Tx& tx, OrganisationId organisation_id, RoomId room_id, ClassId class_id,
                     const std::vector<Place>& places);
    // Keeps the present occupants of the room as the class's usual seating.
    void keep_seating(store::Tx& tx, OrganisationId organisation_id, RoomId room_id, ClassId class_id);
    // The class takes its places and everybody else leaves the room; headsets that have a usual seat go
    // there. False when no seating is known for that class in that room. Skips people who have left the
    // class, unpaired headsets, and seats under maintenance.
    bool apply_seating(store::Tx& tx, OrganisationId organisation_id, RoomId room_id, ClassId class_id);

    store::During<OrganisationId, RoomId> removing; // its seats have been told of already
    store::During<OrganisationId, SeatId> removing_seat;
    store::After<OrganisationId, Seat> seat_changed;
    store::After<OrganisationId, RoomId, SeatId> seat_removed;
    store::After<Room> room_changed; // made or renamed
    store::After<OrganisationId, RoomId> room_removed;

private:
    std::vector<SeatId> seats_taken_by(store::Read& read, OrganisationId organisation_id,
                                       PersonId person_id) const;
    void tell(store::Tx& tx, OrganisationId organisation_id, SeatId seat_id);
    void tell_removed(store::Tx& tx, OrganisationId organisation_id, RoomId room_id, SeatId seat_id);
    // Computes its rows and places from its seats.
    Room measure(store::Tx& tx, OrganisationId organisation_id, RoomId room_id);
    SeatType seat_type(store::Read& read, OrganisationId organisation_id, SeatTypeId id) const;
    RoomId room_of_seat_type(store::Read& read, OrganisationId organisation_id, SeatTypeId id) const;
    void refuse_taken_place(store::Read& read, RoomId room_id, SeatId except_id, std::int64_t row,
                            std::int64_t place) const;
    void refuse_taken_name(store::Read& read, OrganisationId organisation_id, RoomId except_id,
                           const std::string& name) const;
    void seat_device(store::Tx& tx, OrganisationId organisation_id, const Seat& seat, DeviceId device_id);
    void seat_person(store::Tx& tx, OrganisationId organisation_id, const Seat& seat, PersonId person_id);

    void refuse_maintenance(const Seat& seat) const;
    void refuse_vacant(store::Read& read, OrganisationId organisation_id, const Seat& seat) const;

    devices::Devices& devices_;
    people::People& people_;
    people::Classes& classes_;
};

nlohmann::json json_of(const Room& room);
nlohmann::json json_of(const Seat& seat);
nlohmann::json json_of(const SeatType& type);
nlohmann::json json_of(const SeatCounts& counts);
nlohmann::json json_of(const Place& place);

} // namespace rooms
