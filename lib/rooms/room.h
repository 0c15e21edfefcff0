// Rooms and their seats. A headset sits on one seat of the whole organisation, a student on one seat of each
// room. A seat's status is what staff set; that it is occupied also follows from its headset or student.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/device.h"
#include "people/classes.h"
#include "people/people.h"
#include "store/transaction.h"

namespace rooms {

enum class SeatStatus { vacant, occupied, maintenance };
std::string_view name_of(SeatStatus status);
std::optional<SeatStatus> status_named(std::string_view name);

struct SeatType {
    std::int64_t id = 0;
    std::string name;
};

struct Seat {
    std::int64_t id = 0, room_id = 0;
    std::int64_t row = 0, place = 0;                    // from 1
    std::int64_t x = 0, y = 0, width = 30, height = 30; // pixels
    std::int64_t rotation = 0;                          // degrees
    SeatType seat_type;
    SeatStatus status = SeatStatus::vacant; // occupied also when a headset or student sits there
    std::optional<std::int64_t> device_id;
    std::optional<people::PersonReference> person; // the student whose place it is
    std::int64_t updated_ms = 0;
};

struct Room {
    std::int64_t id = 0, organisation_id = 0;
    std::string name;
    std::int64_t rows = 0, places = 0, created_ms = 0;
};

// An outer optional says whether to change it, an inner one whether there is a value.
struct SeatChange {
    std::optional<std::optional<std::int64_t>> device_id, person_id;
    std::optional<SeatStatus> status;
    std::optional<std::int64_t> x, y, width, height, rotation;
};

class Rooms {
public:
    static constexpr std::int64_t most_seats = 400; // of one room, so that making one holds nobody up

    Rooms(devices::Devices& devices, people::People& people, people::Classes& classes)
        : devices_(devices), people_(people), classes_(classes) {}

    std::optional<Room> find(store::Read& read, std::int64_t organisation_id, std::int64_t id) const;
    Room get(store::Read& read, std::int64_t organisation_id, std::int64_t id) const; // Error not_found
    std::vector<Room> list(store::Read& read, std::int64_t organisation_id) const;
    std::vector<Room> all(store::Read& read) const; // of the whole box, at start
    std::vector<Seat> seats(store::Read& read, std::int64_t organisation_id,
                            std::int64_t room_id) const;                                    // row by row
    Seat seat(store::Read& read, std::int64_t organisation_id, std::int64_t seat_id) const; // Error not_found
    std::optional<Seat> seat_of_device(store::Read& read, std::int64_t organisation_id,
                                       std::int64_t device_id) const;
    std::optional<Seat> seat_of_person(store::Read& read, std::int64_t organisation_id, std::int64_t room_id,
                                       std::int64_t person_id) const;
    std::vector<devices::Device> devices_in(store::Read& read, std::int64_t organisation_id,
                                            std::int64_t room_id) const;
    // Who is on that headset: who signed in there, else the student whose seat it stands on.
    std::optional<people::PersonReference> person_on_device(store::Read& read, std::int64_t organisation_id,
                                                            std::int64_t device_id) const;

    // A grid room in one step, its seats 30 x 30 with a pitch of 40, of one type "Standard".
    Room make_grid(store::Tx& tx, std::int64_t organisation_id, const std::string& name, std::int64_t rows,
                   std::int64_t places);
    Room rename(store::Tx& tx, std::int64_t organisation_id, std::int64_t id, const std::string& name);
    void remove(store::Tx& tx, std::int64_t organisation_id, std::int64_t id);
    // A headset or student that sat elsewhere leaves that seat. Error conflict names who sits here already,
    // or that the seat is under maintenance.
    Seat change_seat(store::Tx& tx, std::int64_t organisation_id, std::int64_t seat_id,
                     const SeatChange& change);
    // Puts headsets that have no seat, and the class's students that have none in this room, on free seats in
    // order.
    std::vector<Seat> fill(store::Tx& tx, std::int64_t organisation_id, std::int64_t room_id,
                           std::optional<std::int64_t> class_id);
    // Somebody or something leaves all seats: unpaired, deactivated.
    void vacate_device(store::Tx& tx, std::int64_t organisation_id, std::int64_t device_id);
    void vacate_person(store::Tx& tx, std::int64_t organisation_id, std::int64_t person_id);
    // The seats of somebody whose nickname changed are told again.
    void tell_renamed(store::Tx& tx, std::int64_t organisation_id, std::int64_t person_id);

    // After the commit, on the writer thread.
    std::function<void(std::int64_t organisation_id, const Seat&)> on_seat_changed;
    std::function<void(const Room&)> on_room_changed; // made or renamed
    std::function<void(std::int64_t organisation_id, std::int64_t room_id)> on_room_removed;

private:
    std::vector<std::int64_t> seats_taken_by(store::Read& read, std::int64_t organisation_id,
                                             std::int64_t person_id) const;
    void tell(store::Tx& tx, std::int64_t organisation_id, std::int64_t seat_id);
    void refuse_taken_name(store::Read& read, std::int64_t organisation_id, std::int64_t except_id,
                           const std::string& name) const;
    void seat_device(store::Tx& tx, std::int64_t organisation_id, const Seat& seat, std::int64_t device_id);
    void seat_person(store::Tx& tx, std::int64_t organisation_id, const Seat& seat, std::int64_t person_id);

    void refuse_maintenance(const Seat& seat) const;
    void refuse_vacant(store::Read& read, std::int64_t organisation_id, const Seat& seat) const;

    devices::Devices& devices_;
    people::People& people_;
    people::Classes& classes_;
};

nlohmann::json json_of(const Room& room);
nlohmann::json json_of(const Seat& seat);

} // namespace rooms
