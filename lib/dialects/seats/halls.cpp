#include "dialects/seats/halls.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

namespace dialects::seats {

namespace {

auto shape_of(const rooms::Seat& seat) {
    return std::tie(seat.row, seat.place, seat.x, seat.y, seat.width, seat.height, seat.rotation,
                    seat.seat_type.id, seat.seat_type.name);
}

} // namespace

Halls::Change& Halls::change_of(const Hall& hall) {
    Change& change = changes_[hall.room.id];
    change.organisation_id = hall.room.organisation_id;
    change.room_id = hall.room.id;
    return change;
}

void Halls::room_changed(const rooms::Room& room) {
    Hall& hall = halls_[room.id];
    hall.room = room;
    change_of(hall).rebuilt = true;
}

void Halls::room_removed(RoomId room_id) {
    const auto found = halls_.find(room_id);
    if (found == halls_.end()) return;
    change_of(found->second).gone = true;
    halls_.erase(found);
}

void Halls::seat_changed(const rooms::Seat& seat) {
    const auto found = halls_.find(seat.room_id);
    if (found == halls_.end()) return;
    const auto [place, added] = found->second.seats.try_emplace(seat.id, seat);
    Change& change = change_of(found->second);
    if (added || shape_of(place->second) != shape_of(seat)) change.rebuilt = true;
    change.seats.insert(seat.id);
    place->second = seat;
}

void Halls::seat_removed(RoomId room_id, SeatId seat_id) {
    const auto found = halls_.find(room_id);
    if (found == halls_.end() || found->second.seats.erase(seat_id) == 0) return;
    change_of(found->second).rebuilt = true;
}

Seats Halls::seats_of(const Hall& hall) {
    Seats seats;
    for (const auto& [id, seat] : hall.seats)
        seats.push_back(&seat);
    std::ranges::sort(seats, {}, [](const rooms::Seat* seat) { return std::tuple(seat->row, seat->place); });
    return seats;
}

Json Halls::hall(OrganisationId organisation_id, RoomId room_id) const {
    const auto found = halls_.find(room_id);
    if (found == halls_.end() || found->second.room.organisation_id != organisation_id) return nullptr;
    return hall_json(found->second.room, seats_of(found->second));
}

Json Halls::halls_of(OrganisationId organisation_id) const {
    Json list = Json::array();
    for (const auto& [id, hall] : halls_)
        if (hall.room.organisation_id == organisation_id)
            list.push_back(hall_in_list_json(hall.room, seats_of(hall)));
    return list;
}

std::vector<Halls::Change> Halls::take_changes() {
    std::vector<Change> taken;
    for (auto& [id, change] : changes_)
        taken.push_back(std::move(change));
    changes_.clear();
    return taken;
}

Json Halls::hall_update(const Change& change) const {
    const Hall& hall = halls_.at(change.room_id);
    Json seats = Json::array();
    for (const SeatId id : change.seats)
        if (const auto seat = hall.seats.find(id); seat != hall.seats.end())
            seats.push_back(seat_update_json(seat->second));
    return {{"id", change.room_id}, {"seats", seats}, {"seat_types", types_json(seats_of(hall), false)}};
}

Json Halls::cinema_update(const Change& change) const {
    const Hall& hall = halls_.at(change.room_id);
    Json halls = Json::array({{{"id", change.room_id}, {"seats_count", counts_json(seats_of(hall))}}});
    return {{"id", change.organisation_id}, {"halls", halls}};
}

} // namespace dialects::seats
