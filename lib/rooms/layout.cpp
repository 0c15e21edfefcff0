// The editor's part of Rooms: adds, removes and moves seats and seat types.
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "platform/error.h"
#include "platform/text.h"
#include "rooms/room.h"

namespace rooms {

namespace {

using Types = std::map<std::string, SeatTypeId>; // by name in lower case

std::string seat_field(std::size_t index, const char* name) {
    return "seats[" + std::to_string(index) + "]." + name;
}

// The faults of a layout, by itself and against what the room has.
std::vector<platform::FieldError> faults_of(const Layout& layout, const std::set<SeatId>& seats,
                                            const std::set<SeatTypeId>& types, const Types& names) {
    std::vector<platform::FieldError> faults;
    if (layout.seats.size() > static_cast<std::size_t>(Rooms::most_seats))
        faults.push_back({"seats", "must be at most " + std::to_string(Rooms::most_seats)});
    std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> places;
    std::set<SeatId> ids;
    std::set<SeatTypeId> type_ids;
    for (std::size_t i = 0; i < layout.seats.size(); ++i) {
        const LayoutSeat& seat = layout.seats[i];
        if (seat.id && !seats.contains(*seat.id))
            faults.push_back({seat_field(i, "id"), "must be a seat of this room"});
        else if (seat.id && !ids.insert(*seat.id).second)
            faults.push_back({seat_field(i, "id"), "must not come twice"});
        const auto [before, free] = places.try_emplace({seat.row, seat.place}, i);
        if (!free)
            faults.push_back({seat_field(i, "place"), "is the row and place of seats[" +
                                                          std::to_string(before->second) + "] already"});
        if (seat.seat_type && !names.contains(platform::lower_ascii(*seat.seat_type)))
            faults.push_back({seat_field(i, "seat_type"), "must be the name of one of the seat types"});
    }
    if (!layout.seat_types) return faults;
    if (layout.seat_types->empty()) faults.push_back({"seat_types", "must have at least one"});
    std::set<std::string> taken;
    for (std::size_t i = 0; i < layout.seat_types->size(); ++i) {
        const LayoutType& type = (*layout.seat_types)[i];
        const std::string field = "seat_types[" + std::to_string(i) + "].";
        if (type.id && (!types.contains(*type.id) || !type_ids.insert(*type.id).second))
            faults.push_back({field + "id", "must be a seat type of this room, once"});
        if (!taken.insert(platform::lower_ascii(type.name)).second)
            faults.push_back({field + "name", "must not come twice"});
    }
    return faults;
}

} // namespace

std::vector<SeatType> Rooms::seat_types(store::Read& read, OrganisationId organisation_id,
                                        RoomId room_id) const {
    auto rows = read.query(
        "SELECT t.id, t.name FROM seat_types t JOIN rooms r ON r.id = t.room_id"
        " WHERE r.organisation_id = ? AND t.room_id = ? ORDER BY t.id",
        organisation_id, room_id);
    std::vector<SeatType> types;
    while (rows.step()) {
        SeatType& type = types.emplace_back();
        rows.read(type.id, type.name);
    }
    return types;
}

RoomId Rooms::room_of_seat_type(store::Read& read, OrganisationId organisation_id, SeatTypeId id) const {
    return read
        .id<RoomId>(
            "SELECT t.room_id FROM seat_types t JOIN rooms r ON r.id = t.room_id"
            " WHERE r.organisation_id = ? AND t.id = ?",
            organisation_id, id)
        .value_or(RoomId());
}

SeatType Rooms::seat_type(store::Read& read, OrganisationId organisation_id, SeatTypeId id) const {
    for (SeatType& type : seat_types(read, organisation_id, room_of_seat_type(read, organisation_id, id)))
        if (type.id == id) return std::move(type);
    platform::throw_not_found("seat type");
}

void Rooms::refuse_taken_place(store::Read& read, RoomId room_id, SeatId except_id, std::int64_t row,
                               std::int64_t place) const {
    if (read.integer("SELECT id FROM seats WHERE room_id = ? AND row = ? AND place = ? AND id <> ?", room_id,
                     row, place, except_id))
        platform::throw_conflict("There is a seat in row " + std::to_string(row) + ", place " +
                                 std::to_string(place) + " already.");
}

Room Rooms::measure(store::Tx& tx, OrganisationId organisation_id, RoomId room_id) {
    const bool changed =
        tx.run(
            "UPDATE rooms SET rows = m.rows, places = m.places FROM (SELECT max(1, coalesce(max(row), 1)) AS "
            "rows,"
            " max(1, coalesce(max(place), 1)) AS places FROM seats WHERE room_id = ?2) m"
            " WHERE organisation_id = ?1 AND id = ?2 AND (rooms.rows <> m.rows OR rooms.places <> m.places)",
            organisation_id, room_id) > 0;
    Room room = get(tx, organisation_id, room_id);
    if (changed) room_changed(tx, room);
    return room;
}

void Rooms::tell_removed(store::Tx& tx, OrganisationId organisation_id, RoomId room_id, SeatId seat_id) {
    seat_removed(tx, organisation_id, room_id, seat_id);
}

Seat Rooms::add_seat(store::Tx& tx, OrganisationId organisation_id, RoomId room_id, const NewSeat& seat) {
    get(tx, organisation_id, room_id);
    if (tx.integer("SELECT count(*) FROM seats WHERE room_id = ?", room_id).value_or(0) >= most_seats)
        platform::throw_conflict("The room has " + std::to_string(most_seats) +
                                 " seats, and cannot have more.");
    refuse_taken_place(tx, room_id, {}, seat.row, seat.place);
    const auto types = seat_types(tx, organisation_id, room_id);
    const SeatTypeId type = seat.seat_type_id.value_or(types.at(0).id);
    if (room_of_seat_type(tx, organisation_id, type) != room_id)
        platform::throw_invalid("seat_type_id", "must be a seat type of this room");
    const SeatId id = tx.insert<SeatId>(
        "INSERT INTO seats (room_id, row, place, x, y, width, height, rotation, seat_type_id, updated_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        room_id, seat.row, seat.place, seat.x.value_or((seat.place - 1) * seat_pitch),
        seat.y.value_or((seat.row - 1) * seat_pitch), seat.width, seat.height, seat.rotation, type,
        tx.now_ms());
    tell(tx, organisation_id, id);
    measure(tx, organisation_id, room_id);
    return this->seat(tx, organisation_id, id);
}

void Rooms::remove_seat(store::Tx& tx, OrganisationId organisation_id, SeatId seat_id) {
    const Seat gone = seat(tx, organisation_id, seat_id);
    removing_seat(tx, organisation_id, seat_id);
    tx.run("DELETE FROM seats WHERE id = ?", seat_id);
    tell_removed(tx, organisation_id, gone.room_id, seat_id);
    measure(tx, organisation_id, gone.room_id);
}

SeatType Rooms::add_seat_type(store::Tx& tx, OrganisationId organisation_id, RoomId room_id,
                              const std::string& name) {
    get(tx, organisation_id, room_id);
    const auto types = seat_types(tx, organisation_id, room_id);
    if (types.size() >= most_seat_types)
        platform::throw_conflict("The room has " + std::to_string(most_seat_types) + " seat types already.");
    for (const SeatType& type : types)
        if (platform::lower_ascii(type.name) == platform::lower_ascii(name))
            platform::throw_conflict("There is a seat type \"" + name + "\" in this room already.");
    return {tx.insert<SeatTypeId>("INSERT INTO seat_types (room_id, name) VALUES (?, ?)", room_id, name),
            name};
}

SeatType Rooms::rename_seat_type(store::Tx& tx, OrganisationId organisation_id, SeatTypeId id,
                                 const std::string& name) {
    seat_type(tx, organisation_id, id);
    const RoomId room_id = room_of_seat_type(tx, organisation_id, id);
    for (const SeatType& other : seat_types(tx, organisation_id, room_id))
        if (other.id != id && platform::lower_ascii(other.name) == platform::lower_ascii(name))
            platform::throw_conflict("There is a seat type \"" + name + "\" in this room already.");
    tx.run("UPDATE seat_types SET name = ? WHERE id = ?", name, id);
    for (const Seat& seat : seats(tx, organisation_id, room_id))
        if (seat.seat_type.id == id) tell(tx, organisation_id, seat.id);
    return {id, name};
}

void Rooms::remove_seat_type(store::Tx& tx, OrganisationId organisation_id, SeatTypeId id) {
    const SeatType type = seat_type(tx, organisation_id, id);
    const RoomId room_id = room_of_seat_type(tx, organisation_id, id);
    const auto used =
        tx.integer("SELECT count(*) FROM seats WHERE room_id = ? AND seat_type_id = ?", room_id, id);
    if (used.value_or(0) > 0)
        platform::throw_conflict(std::to_string(*used) + " seats are of the type \"" + type.name + "\".");
    if (seat_types(tx, organisation_id, room_id).size() == 1)
        platform::throw_conflict("A room needs at least one seat type.");
    tx.run("DELETE FROM seat_types WHERE id = ?", id);
}

// Saves one layout. Names and places are unique in a room, so all old rows step aside first.
class LayoutSave {
public:
    LayoutSave(store::Tx& tx, RoomId room_id, const Layout& layout)
        : tx_(tx), room_id_(room_id), layout_(layout) {}

    void save_types(const std::vector<SeatType>& before) {
        for (const SeatType& type : before)
            types_[platform::lower_ascii(type.name)] = type.id;
        first_ = before.at(0).id;
        if (!layout_.seat_types) return;
        types_.clear();
        tx_.run("UPDATE seat_types SET name = '/' || id WHERE room_id = ?", room_id_);
        for (const LayoutType& type : *layout_.seat_types) {
            SeatTypeId id = type.id.value_or(SeatTypeId());
            if (type.id)
                tx_.run("UPDATE seat_types SET name = ? WHERE id = ?", type.name, id);
            else
                id = tx_.insert<SeatTypeId>("INSERT INTO seat_types (room_id, name) VALUES (?, ?)", room_id_,
                                            type.name);
            types_[platform::lower_ascii(type.name)] = id;
        }
        first_ = types_.at(platform::lower_ascii(layout_.seat_types->front().name));
    }

    // Returns the ids of the seats that the layout leaves out: `remove` takes those.
    std::vector<SeatId> save_seats(const std::vector<Seat>& before) {
        std::map<SeatId, const Seat*> gone;
        for (const Seat& seat : before)
            gone[seat.id] = &seat;
        tx_.run("UPDATE seats SET row = -id WHERE room_id = ?", room_id_);
        for (const LayoutSeat& seat : layout_.seats) {
            if (!seat.id) {
                insert(seat);
                continue;
            }
            update(seat, *gone.at(*seat.id));
            gone.erase(*seat.id);
        }
        std::vector<SeatId> left_out;
        for (const auto& [id, seat] : gone)
            left_out.push_back(id);
        return left_out;
    }

    // Removes these seats, and the seat types that the layout leaves out: nothing is of them any more.
    void remove(const std::vector<SeatId>& left_out) {
        for (const SeatId id : left_out)
            tx_.run("DELETE FROM seats WHERE id = ?", id);
        if (layout_.seat_types)
            tx_.run("DELETE FROM seat_types WHERE room_id = ? AND name = '/' || id", room_id_);
    }

private:
    SeatTypeId type_of(const LayoutSeat& seat, SeatTypeId otherwise) const {
        return seat.seat_type ? types_.at(platform::lower_ascii(*seat.seat_type)) : otherwise;
    }
    // Seats of a removed type get the first one.
    SeatTypeId kept_type(SeatTypeId type_id) const {
        for (const auto& [name, id] : types_)
            if (id == type_id) return id;
        return first_;
    }
    void insert(const LayoutSeat& seat) {
        const bool closed = seat.status == SeatStatus::maintenance;
        tx_.run(
            "INSERT INTO seats (room_id, row, place, x, y, width, height, rotation, seat_type_id, status,"
            " updated_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            room_id_, seat.row, seat.place, seat.x, seat.y, seat.width, seat.height, seat.rotation,
            type_of(seat, first_), closed ? SeatStatus::maintenance : SeatStatus::vacant, tx_.now_ms());
    }
    void update(const LayoutSeat& seat, const Seat& before) {
        const bool was_closed = before.status == SeatStatus::maintenance;
        const bool closed = seat.status ? seat.status == SeatStatus::maintenance : was_closed;
        std::optional<SeatStatus> status;
        if (closed != was_closed) status = closed ? SeatStatus::maintenance : SeatStatus::vacant;
        tx_.run(
            "UPDATE seats SET row = ?2, place = ?3, x = ?4, y = ?5, width = ?6, height = ?7, rotation = ?8,"
            " seat_type_id = ?9, status = coalesce(?10, status), updated_ms = ?11 WHERE id = ?1",
            before.id, seat.row, seat.place, seat.x, seat.y, seat.width, seat.height, seat.rotation,
            type_of(seat, kept_type(before.seat_type.id)), status, tx_.now_ms());
    }

    store::Tx& tx_;
    RoomId room_id_;
    const Layout& layout_;
    Types types_;
    SeatTypeId first_;
};

Room Rooms::save_layout(store::Tx& tx, OrganisationId organisation_id, RoomId room_id, const Layout& layout) {
    get(tx, organisation_id, room_id);
    const auto before = seats(tx, organisation_id, room_id);
    const auto types_before = seat_types(tx, organisation_id, room_id);
    std::set<SeatId> seat_ids;
    std::set<SeatTypeId> type_ids;
    Types names;
    for (const Seat& seat : before)
        seat_ids.insert(seat.id);
    for (const SeatType& type : types_before) {
        type_ids.insert(type.id);
        if (!layout.seat_types) names[platform::lower_ascii(type.name)] = type.id;
    }
    if (layout.seat_types)
        for (const LayoutType& type : *layout.seat_types)
            names[platform::lower_ascii(type.name)] = type.id.value_or(SeatTypeId());
    auto faults = faults_of(layout, seat_ids, type_ids, names);
    if (!faults.empty()) throw platform::Error(std::move(faults));
    if (layout.name) rename(tx, organisation_id, room_id, *layout.name);
    LayoutSave save(tx, room_id, layout);
    save.save_types(types_before);
    const std::vector<SeatId> left_out = save.save_seats(before);
    for (const SeatId id : left_out)
        removing_seat(tx, organisation_id, id);
    save.remove(left_out);
    for (const SeatId id : left_out)
        tell_removed(tx, organisation_id, room_id, id);
    Room room = measure(tx, organisation_id, room_id);
    for (Seat& seat : seats(tx, organisation_id, room_id))
        seat_changed(tx, organisation_id, std::move(seat));
    return room;
}

} // namespace rooms
