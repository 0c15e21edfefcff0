#include "rooms/room.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "platform/error.h"
#include "platform/text.h"

namespace rooms {

namespace {

constexpr std::int64_t pitch = seat_pitch;

constexpr store::SqlText room_columns = R"sql(
    SELECT id, organisation_id, name, rows, places, created_ms FROM rooms )sql";

Room room_of(const store::Statement& rows) {
    Room room;
    rows.read(room.id, room.organisation_id, room.name, room.rows, room.places, room.created_ms);
    return room;
}

constexpr store::SqlText seat_columns = R"sql(
    SELECT s.id, s.room_id, s.row, s.place, s.x, s.y, s.width, s.height, s.rotation, t.id, t.name, s.status,
           s.device_id, p.id, p.nickname, s.updated_ms
    FROM seats s JOIN rooms r ON r.id = s.room_id JOIN seat_types t ON t.id = s.seat_type_id
    LEFT JOIN persons p ON p.id = s.person_id WHERE r.organisation_id = ?1 )sql";

Seat seat_of(const store::Statement& rows) {
    Seat seat;
    rows.read(seat.id, seat.room_id, seat.row, seat.place, seat.x, seat.y, seat.width, seat.height,
              seat.rotation, seat.seat_type.id, seat.seat_type.name, seat.status, seat.device_id, seat.person,
              seat.updated_ms);
    if (seat.status == SeatStatus::vacant && (seat.device_id || seat.person))
        seat.status = SeatStatus::occupied;
    return seat;
}

std::vector<Seat> seats_of(store::Statement rows) {
    std::vector<Seat> seats;
    while (rows.step())
        seats.push_back(seat_of(rows));
    return seats;
}

std::vector<Room> rooms_of(store::Statement rows) {
    std::vector<Room> rooms;
    while (rows.step())
        rooms.push_back(room_of(rows));
    return rooms;
}

std::string place_of(const Seat& seat) {
    return "row " + std::to_string(seat.row) + ", place " + std::to_string(seat.place);
}

} // namespace

std::optional<Room> Rooms::find(store::Read& read, OrganisationId organisation_id, RoomId id) const {
    static constexpr auto by_id = room_columns + "WHERE organisation_id = ? AND id = ?";
    auto rows = read.query(by_id, organisation_id, id);
    return rows.step() ? std::optional(room_of(rows)) : std::nullopt;
}

Room Rooms::get(store::Read& read, OrganisationId organisation_id, RoomId id) const {
    auto room = find(read, organisation_id, id);
    if (!room) platform::throw_not_found("room");
    return *std::move(room);
}

std::vector<Room> Rooms::list(store::Read& read, OrganisationId organisation_id) const {
    static constexpr auto by_name = room_columns + "WHERE organisation_id = ? ORDER BY name";
    return rooms_of(read.query(by_name, organisation_id));
}

std::vector<Room> Rooms::all(store::Read& read) const {
    static constexpr auto of_all = room_columns + "ORDER BY id";
    return rooms_of(read.query(of_all));
}

std::vector<Seat> Rooms::seats(store::Read& read, OrganisationId organisation_id, RoomId room_id) const {
    static constexpr auto of_room = seat_columns + "AND s.room_id = ?2 ORDER BY s.row, s.place";
    return seats_of(read.query(of_room, organisation_id, room_id));
}

Seat Rooms::seat(store::Read& read, OrganisationId organisation_id, SeatId seat_id) const {
    static constexpr auto by_id = seat_columns + "AND s.id = ?2";
    auto rows = read.query(by_id, organisation_id, seat_id);
    if (!rows.step()) platform::throw_not_found("seat");
    return seat_of(rows);
}

std::optional<Seat> Rooms::seat_of_device(store::Read& read, OrganisationId organisation_id,
                                          DeviceId device_id) const {
    static constexpr auto by_device = seat_columns + "AND s.device_id = ?2";
    auto rows = read.query(by_device, organisation_id, device_id);
    return rows.step() ? std::optional(seat_of(rows)) : std::nullopt;
}

std::optional<Seat> Rooms::seat_of_person(store::Read& read, OrganisationId organisation_id, RoomId room_id,
                                          PersonId person_id) const {
    static constexpr auto by_person = seat_columns + "AND s.room_id = ?2 AND s.person_id = ?3";
    auto rows = read.query(by_person, organisation_id, room_id, person_id);
    return rows.step() ? std::optional(seat_of(rows)) : std::nullopt;
}

std::vector<devices::Device> Rooms::devices_in(store::Read& read, OrganisationId organisation_id,
                                               RoomId room_id) const {
    std::vector<devices::Device> found;
    for (const Seat& seat : seats(read, organisation_id, room_id)) {
        if (!seat.device_id) continue;
        if (auto device = devices_.find(read, organisation_id, *seat.device_id))
            found.push_back(*std::move(device));
    }
    return found;
}

std::optional<people::PersonReference> Rooms::person_on_device(store::Read& read,
                                                               OrganisationId organisation_id,
                                                               DeviceId device_id) const {
    auto device = devices_.find(read, organisation_id, device_id);
    if (device && device->person) return device->person;
    auto seat = seat_of_device(read, organisation_id, device_id);
    return seat ? seat->person : std::nullopt;
}

void Rooms::refuse_taken_name(store::Read& read, OrganisationId organisation_id, RoomId except_id,
                              const std::string& name) const {
    if (read.integer("SELECT id FROM rooms WHERE organisation_id = ? AND name = ? AND id <> ?",
                     organisation_id, name, except_id))
        platform::throw_conflict("There is a room \"" + name + "\" already.");
}

Room Rooms::make_grid(store::Tx& tx, OrganisationId organisation_id, const std::string& name,
                      std::int64_t rows, std::int64_t places) {
    if (rows * places > most_seats)
        platform::throw_invalid("places", "must make at most " + std::to_string(most_seats) + " seats");
    refuse_taken_name(tx, organisation_id, {}, name);
    RoomId id = tx.insert<RoomId>(
        "INSERT INTO rooms (organisation_id, name, rows, places, created_ms) VALUES (?, ?, ?, ?, ?)",
        organisation_id, name, rows, places, tx.now_ms());
    const SeatTypeId type =
        tx.insert<SeatTypeId>("INSERT INTO seat_types (room_id, name) VALUES (?, 'Standard')", id);
    for (std::int64_t row = 1; row <= rows; ++row)
        for (std::int64_t place = 1; place <= places; ++place)
            tx.run(
                "INSERT INTO seats (room_id, row, place, x, y, seat_type_id, updated_ms) VALUES (?, ?, ?, ?, "
                "?, ?, ?)",
                id, row, place, (place - 1) * pitch, (row - 1) * pitch, type, tx.now_ms());
    Room room = get(tx, organisation_id, id);
    room_changed(tx, room);
    for (Seat& seat : seats(tx, organisation_id, id))
        seat_changed(tx, organisation_id, std::move(seat));
    return room;
}

Room Rooms::rename(store::Tx& tx, OrganisationId organisation_id, RoomId id, const std::string& name) {
    get(tx, organisation_id, id);
    refuse_taken_name(tx, organisation_id, id, name);
    tx.run("UPDATE rooms SET name = ?3 WHERE organisation_id = ?1 AND id = ?2", organisation_id, id, name);
    Room room = get(tx, organisation_id, id);
    room_changed(tx, room);
    return room;
}

void Rooms::remove(store::Tx& tx, OrganisationId organisation_id, RoomId id) {
    get(tx, organisation_id, id);
    for (const Seat& seat : seats(tx, organisation_id, id))
        removing_seat(tx, organisation_id, seat.id);
    removing(tx, organisation_id, id);
    // Delete the seats first: they refer to their types, which go with the room as well.
    tx.run("DELETE FROM seats WHERE room_id = ?", id);
    tx.run("DELETE FROM rooms WHERE organisation_id = ? AND id = ?", organisation_id, id);
    room_removed(tx, organisation_id, id);
}

void Rooms::tell(store::Tx& tx, OrganisationId organisation_id, SeatId seat_id) {
    seat_changed(tx, organisation_id, seat(tx, organisation_id, seat_id));
}

void Rooms::refuse_maintenance(const Seat& seat) const {
    if (seat.status == SeatStatus::maintenance)
        platform::throw_conflict("The seat in " + place_of(seat) + " is under maintenance.");
}

void Rooms::seat_device(store::Tx& tx, OrganisationId organisation_id, const Seat& seat, DeviceId device_id) {
    auto device = devices_.find(tx, organisation_id, device_id);
    if (!device || !device->paired)
        platform::throw_invalid("device_id", "must be a paired headset of this organisation");
    if (seat.device_id == device_id) return;
    refuse_maintenance(seat);
    if (seat.device_id) {
        auto sitting = devices_.find(tx, organisation_id, *seat.device_id);
        platform::throw_conflict("The headset \"" + (sitting ? sitting->name : "") + "\" is on the seat in " +
                                 place_of(seat) + " already.");
    }
    vacate_device(tx, organisation_id, device_id);
    tx.run("UPDATE seats SET device_id = ? WHERE id = ?", device_id, seat.id);
}

void Rooms::seat_person(store::Tx& tx, OrganisationId organisation_id, const Seat& seat, PersonId person_id) {
    auto person = people_.find(tx, organisation_id, person_id);
    if (!person || !person->active)
        platform::throw_invalid("person_id", "must be an active person of this organisation");
    if (seat.person && seat.person->id == person_id) return;
    refuse_maintenance(seat);
    if (seat.person)
        platform::throw_conflict("\"" + seat.person->nickname + "\" sits in " + place_of(seat) + " already.");
    if (auto before = seat_of_person(tx, organisation_id, seat.room_id, person_id)) {
        tx.run("UPDATE seats SET person_id = NULL, updated_ms = ? WHERE id = ?", tx.now_ms(), before->id);
        tell(tx, organisation_id, before->id);
    }
    tx.run("UPDATE seats SET person_id = ? WHERE id = ?", person_id, seat.id);
}

Seat Rooms::change_seat(store::Tx& tx, OrganisationId organisation_id, SeatId seat_id,
                        const SeatChange& change) {
    Seat before = seat(tx, organisation_id, seat_id);
    const bool moves = change.row || change.place;
    if (moves)
        refuse_taken_place(tx, before.room_id, seat_id, change.row.value_or(before.row),
                           change.place.value_or(before.place));
    if (change.seat_type_id && room_of_seat_type(tx, organisation_id, *change.seat_type_id) != before.room_id)
        platform::throw_invalid("seat_type_id", "must be a seat type of this room");
    // Change the status first: the same change may end a seat's maintenance and give it an occupant.
    if (change.status) {
        tx.run("UPDATE seats SET status = ? WHERE id = ?", *change.status, seat_id);
        before.status = *change.status;
    }
    tx.run(
        "UPDATE seats SET x = coalesce(?2, x), y = coalesce(?3, y), width = coalesce(?4, width),"
        " height = coalesce(?5, height), rotation = coalesce(?6, rotation), updated_ms = ?7,"
        " row = coalesce(?8, row), place = coalesce(?9, place), seat_type_id = coalesce(?10, seat_type_id)"
        " WHERE id = ?1",
        seat_id, change.x, change.y, change.width, change.height, change.rotation, tx.now_ms(), change.row,
        change.place, change.seat_type_id);
    if (change.device_id && !*change.device_id)
        tx.run("UPDATE seats SET device_id = NULL WHERE id = ?", seat_id);
    if (change.person_id && !*change.person_id)
        tx.run("UPDATE seats SET person_id = NULL WHERE id = ?", seat_id);
    if (change.device_id && *change.device_id) seat_device(tx, organisation_id, before, **change.device_id);
    if (change.person_id && *change.person_id) seat_person(tx, organisation_id, before, **change.person_id);
    Seat after = seat(tx, organisation_id, seat_id);
    if (change.status == SeatStatus::vacant && after.status == SeatStatus::occupied)
        refuse_vacant(tx, organisation_id, after);
    tell(tx, organisation_id, seat_id);
    if (moves) measure(tx, organisation_id, after.room_id);
    return after;
}

void Rooms::swap(store::Tx& tx, OrganisationId organisation_id, SeatId seat_id, SeatId other_id,
                 Occupant what) {
    const Seat one = seat(tx, organisation_id, seat_id);
    const Seat other = seat(tx, organisation_id, other_id);
    if (one.id == other.id) platform::throw_invalid("seat_id", "must be another seat");
    refuse_maintenance(one);
    refuse_maintenance(other);
    const auto person_of = [](const Seat& seat) {
        return seat.person ? std::optional(seat.person->id) : std::nullopt;
    };
    if (what != Occupant::student) { // a headset is on one seat only, at every moment
        tx.run("UPDATE seats SET device_id = NULL WHERE id IN (?, ?)", one.id, other.id);
        tx.run("UPDATE seats SET device_id = ? WHERE id = ?", other.device_id, one.id);
        tx.run("UPDATE seats SET device_id = ? WHERE id = ?", one.device_id, other.id);
    }
    if (what != Occupant::headset) {
        if (one.room_id != other.room_id)
            platform::throw_invalid("seat_id", "must be in the same room, for students to change places");
        tx.run("UPDATE seats SET person_id = ? WHERE id = ?", person_of(other), one.id);
        tx.run("UPDATE seats SET person_id = ? WHERE id = ?", person_of(one), other.id);
    }
    for (const SeatId id : {one.id, other.id}) {
        tx.run("UPDATE seats SET updated_ms = ? WHERE id = ?", tx.now_ms(), id);
        tell(tx, organisation_id, id);
    }
}

// "Vacant" does not unseat anybody: to do that, a caller clears the headset or the student.
void Rooms::refuse_vacant(store::Read& read, OrganisationId organisation_id, const Seat& seat) const {
    std::string who = seat.person ? seat.person->nickname : "";
    if (who.empty() && seat.device_id) who = devices_.get(read, organisation_id, *seat.device_id).name;
    platform::throw_conflict("\"" + who + "\" sits in " + place_of(seat) + ": the seat is not vacant.");
}

std::vector<Seat> Rooms::fill(store::Tx& tx, OrganisationId organisation_id, RoomId room_id,
                              std::optional<ClassId> class_id) {
    get(tx, organisation_id, room_id);
    std::vector<DeviceId> headsets;
    std::vector<PersonId> students;
    for (const devices::Device& device : devices_.paired(tx, organisation_id))
        if (!seat_of_device(tx, organisation_id, device.id)) headsets.push_back(device.id);
    if (class_id) {
        classes_.get(tx, organisation_id, *class_id);
        for (const people::Person& student : classes_.students(tx, organisation_id, *class_id))
            if (!seat_of_person(tx, organisation_id, room_id, student.id)) students.push_back(student.id);
    }
    auto headset = headsets.begin();
    auto student = students.begin();
    for (const Seat& seat : seats(tx, organisation_id, room_id)) {
        if (seat.status == SeatStatus::maintenance) continue;
        std::optional<DeviceId> device_id;
        std::optional<PersonId> person_id;
        if (!seat.device_id && headset != headsets.end()) device_id = *headset++;
        if (!seat.person && student != students.end()) person_id = *student++;
        if (!device_id && !person_id) continue;
        tx.run(
            "UPDATE seats SET device_id = coalesce(?2, device_id), person_id = coalesce(?3, person_id), "
            "updated_ms = ?4"
            " WHERE id = ?1",
            seat.id, device_id, person_id, tx.now_ms());
        tell(tx, organisation_id, seat.id);
    }
    return seats(tx, organisation_id, room_id);
}

void Rooms::vacate_device(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id) {
    auto before = seat_of_device(tx, organisation_id, device_id);
    if (!before) return;
    tx.run("UPDATE seats SET device_id = NULL, updated_ms = ? WHERE id = ?", tx.now_ms(), before->id);
    tell(tx, organisation_id, before->id);
}

std::vector<SeatId> Rooms::seats_taken_by(store::Read& read, OrganisationId organisation_id,
                                          PersonId person_id) const {
    std::vector<SeatId> taken;
    auto rows = read.query(
        "SELECT s.id FROM seats s JOIN rooms r ON r.id = s.room_id"
        " WHERE r.organisation_id = ? AND s.person_id = ?",
        organisation_id, person_id);
    while (rows.step())
        taken.push_back(rows.values<SeatId>());
    return taken;
}

void Rooms::vacate_person(store::Tx& tx, OrganisationId organisation_id, PersonId person_id) {
    for (const SeatId id : seats_taken_by(tx, organisation_id, person_id)) {
        tx.run("UPDATE seats SET person_id = NULL, updated_ms = ? WHERE id = ?", tx.now_ms(), id);
        tell(tx, organisation_id, id);
    }
}

void Rooms::tell_renamed(store::Tx& tx, OrganisationId organisation_id, PersonId person_id) {
    for (const SeatId id : seats_taken_by(tx, organisation_id, person_id))
        tell(tx, organisation_id, id);
}

nlohmann::json json_of(const Room& room) {
    return {{"id", room.id},
            {"name", room.name},
            {"rows", room.rows},
            {"places", room.places},
            {"created_at", platform::iso8601(room.created_ms)}};
}

nlohmann::json json_of(const SeatType& type) {
    return {{"id", type.id}, {"name", type.name}};
}

nlohmann::json json_of(const SeatCounts& counts) {
    return {{"vacant", counts.vacant}, {"occupied", counts.occupied}, {"maintenance", counts.maintenance}};
}

SeatCounts count(const std::vector<Seat>& seats) {
    SeatCounts counts;
    for (const Seat& seat : seats)
        ++(seat.status == SeatStatus::vacant     ? counts.vacant
           : seat.status == SeatStatus::occupied ? counts.occupied
                                                 : counts.maintenance);
    return counts;
}

nlohmann::json json_of(const Seat& seat) {
    return {{"id", seat.id},
            {"row", seat.row},
            {"place", seat.place},
            {"x", seat.x},
            {"y", seat.y},
            {"width", seat.width},
            {"height", seat.height},
            {"rotation", seat.rotation},
            {"seat_type", json_of(seat.seat_type)},
            {"status", platform::name_of(seat.status)},
            {"device_id", seat.device_id ? nlohmann::json(*seat.device_id) : nlohmann::json()},
            {"person", people::json_of(seat.person)},
            {"updated_at", platform::iso8601(seat.updated_ms)}};
}

} // namespace rooms
