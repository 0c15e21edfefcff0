// Where a class usually sits in a room: kept once, and applied whenever the class comes.
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "platform/error.h"
#include "rooms/room.h"

namespace rooms {

namespace {

bool sits_the_same(const Seat& a, const Seat& b) {
    const auto person = [](const Seat& seat) { return seat.person ? seat.person->id : PersonId(); };
    return a.device_id == b.device_id && person(a) == person(b);
}

} // namespace

std::vector<Place> Rooms::seating(store::Read& read, OrganisationId organisation_id, RoomId room_id,
                                  ClassId class_id) const {
    get(read, organisation_id, room_id);
    classes_.get(read, organisation_id, class_id);
    auto rows = read.query(
        "SELECT c.seat_id, c.device_id, p.id, p.nickname FROM class_seats c JOIN seats s ON s.id = c.seat_id"
        " LEFT JOIN persons p ON p.id = c.person_id WHERE c.class_id = ? AND s.room_id = ? ORDER BY s.row, "
        "s.place",
        class_id, room_id);
    std::vector<Place> places;
    while (rows.step()) {
        Place& place = places.emplace_back();
        rows.read(place.seat_id, place.device_id, place.person);
    }
    return places;
}

void Rooms::set_seating(store::Tx& tx, OrganisationId organisation_id, RoomId room_id, ClassId class_id,
                        const std::vector<Place>& places) {
    get(tx, organisation_id, room_id);
    classes_.get(tx, organisation_id, class_id);
    std::set<SeatId> free;
    std::set<DeviceId> headsets, taken_headsets;
    std::set<PersonId> students, taken_students;
    for (const Seat& seat : seats(tx, organisation_id, room_id))
        free.insert(seat.id);
    for (const devices::Device& device : devices_.paired(tx, organisation_id))
        headsets.insert(device.id);
    for (const people::Person& student : classes_.students(tx, organisation_id, class_id))
        students.insert(student.id);
    std::vector<platform::FieldError> faults;
    const auto fault = [&](std::size_t index, const char* name, const char* message) {
        faults.push_back({"seats[" + std::to_string(index) + "]." + name, message});
    };
    for (std::size_t i = 0; i < places.size(); ++i) {
        const Place& place = places[i];
        if (free.erase(place.seat_id) == 0) fault(i, "seat_id", "must be a seat of this room, once");
        if (place.device_id && !headsets.contains(*place.device_id))
            fault(i, "device_id", "must be a paired headset of this organisation");
        else if (place.device_id && !taken_headsets.insert(*place.device_id).second)
            fault(i, "device_id", "must not come twice");
        if (place.person && !students.contains(place.person->id))
            fault(i, "person_id", "must be a student of this class");
        else if (place.person && !taken_students.insert(place.person->id).second)
            fault(i, "person_id", "must not come twice");
    }
    if (!faults.empty()) throw platform::Error(std::move(faults));
    tx.run(
        "DELETE FROM class_seats WHERE class_id = ? AND seat_id IN (SELECT id FROM seats WHERE room_id = ?)",
        class_id, room_id);
    for (const Place& place : places)
        if (place.device_id || place.person)
            tx.run("INSERT INTO class_seats (class_id, seat_id, device_id, person_id) VALUES (?, ?, ?, ?)",
                   class_id, place.seat_id, place.device_id,
                   place.person ? std::optional(place.person->id) : std::nullopt);
}

void Rooms::keep_seating(store::Tx& tx, OrganisationId organisation_id, RoomId room_id, ClassId class_id) {
    std::set<PersonId> students;
    for (const people::Person& student : classes_.students(tx, organisation_id, class_id))
        students.insert(student.id);
    std::vector<Place> places;
    for (const Seat& seat : seats(tx, organisation_id, room_id)) {
        Place place{seat.id, seat.device_id, seat.person};
        if (place.person && !students.contains(place.person->id)) place.person.reset();
        places.push_back(std::move(place));
    }
    set_seating(tx, organisation_id, room_id, class_id, places);
}

bool Rooms::apply_seating(store::Tx& tx, OrganisationId organisation_id, RoomId room_id, ClassId class_id) {
    const auto places = seating(tx, organisation_id, room_id, class_id);
    if (places.empty()) return false;
    std::set<DeviceId> headsets;
    std::set<PersonId> students;
    for (const devices::Device& device : devices_.paired(tx, organisation_id))
        headsets.insert(device.id);
    for (const people::Person& student : classes_.students(tx, organisation_id, class_id))
        students.insert(student.id);
    std::map<SeatId, Seat> before, wanted;
    for (Seat& seat : seats(tx, organisation_id, room_id))
        before.emplace(seat.id, std::move(seat));
    wanted = before;
    for (auto& [id, seat] : wanted)
        seat.person.reset();
    for (const Place& place : places) {
        Seat& seat = wanted.at(place.seat_id);
        if (seat.status == SeatStatus::maintenance) continue;
        if (place.person && students.contains(place.person->id)) seat.person = place.person;
        if (!place.device_id || !headsets.contains(*place.device_id) || seat.device_id == place.device_id)
            continue;
        vacate_device(tx, organisation_id, *place.device_id); // from whichever room it stands in
        for (auto& [id, other] : wanted)
            if (other.device_id == place.device_id) other.device_id.reset();
        seat.device_id = place.device_id;
    }
    for (const auto& [id, seat] : wanted)
        if (!sits_the_same(seat, before.at(id)))
            tx.run("UPDATE seats SET device_id = NULL, person_id = NULL, updated_ms = ? WHERE id = ?",
                   tx.now_ms(), id);
    for (const auto& [id, seat] : wanted) {
        if (sits_the_same(seat, before.at(id))) continue;
        tx.run("UPDATE seats SET device_id = ?, person_id = ? WHERE id = ?", seat.device_id,
               seat.person ? std::optional(seat.person->id) : std::nullopt, id);
        tell(tx, organisation_id, id);
    }
    return true;
}

nlohmann::json json_of(const Place& place) {
    return {{"seat_id", place.seat_id},
            {"device_id", place.device_id ? nlohmann::json(*place.device_id) : nlohmann::json()},
            {"person", people::json_of(place.person)}};
}

} // namespace rooms
