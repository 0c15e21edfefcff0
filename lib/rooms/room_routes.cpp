#include "rooms/room_routes.h"

#include <nlohmann/json.hpp>

#include "http/serving/lists.h"

namespace rooms {

namespace {

using http::Answer;
using http::Call;
using http::Json;

http::Fields room_fields() {
    return {{"id", http::identifier()},
            {"name", http::text(1, 80)},
            {"rows", http::integer(1, 50)},
            {"places", http::integer(1, 50)},
            {"created_at", http::time()}};
}

http::Shape room_in_list_shape() {
    http::Fields fields = room_fields();
    fields.emplace_back("seat_counts", http::object({{"vacant", http::integer(0, Rooms::most_seats)},
                                                     {"occupied", http::integer(0, Rooms::most_seats)},
                                                     {"maintenance", http::integer(0, Rooms::most_seats)}}));
    return http::object(fields).named("RoomInList");
}

Answer list_rooms(Rooms& rooms, Call& call, store::Read& read) {
    Json items = Json::array();
    for (const Room& room : rooms.list(read, call.caller.organisation_id)) {
        Json& item = items.emplace_back(json_of(room));
        item["seat_counts"] = json_of(count(rooms.seats(read, room.organisation_id, room.id)));
    }
    return http::json({{"items", items}, {"next", nullptr}});
}

Answer make_room(Rooms& rooms, Call& call, store::Tx& tx) {
    const platform::JsonFields body = call.fields();
    Room room = rooms.make_grid(tx, call.caller.organisation_id, body.filled("name"),
                                body.get<std::int64_t>("rows"), body.get<std::int64_t>("places"));
    return http::created(room_with_seats(rooms, tx, room), "/v1/rooms/" + to_string(room.id))
        .on({{"room", room.id}});
}

Answer change_seat(Rooms& rooms, Call& call, store::Tx& tx) {
    const platform::JsonFields body = call.fields();
    SeatChange change;
    change.device_id = body.find_nullable<DeviceId>("device_id");
    change.person_id = body.find_nullable<PersonId>("person_id");
    change.status = body.find<SeatStatus>("status");
    change.x = body.find<std::int64_t>("x");
    change.y = body.find<std::int64_t>("y");
    change.width = body.find<std::int64_t>("width");
    change.height = body.find<std::int64_t>("height");
    change.rotation = body.find<std::int64_t>("rotation");
    change.row = body.find<std::int64_t>("row");
    change.place = body.find<std::int64_t>("place");
    change.seat_type_id = body.find<SeatTypeId>("seat_type_id");
    Seat seat = rooms.change_seat(tx, call.caller.organisation_id, call.id<SeatId>("id"), change);
    return http::json(json_of(seat)).on({{"seat", seat.id}, {"room", seat.room_id}});
}

void add_rooms(http::RouteTable& table, Rooms& rooms) {
    table.add(http::get("/v1/rooms", "The rooms of the organisation")
                  .reads()
                  .by(http::Access::viewer)
                  .tagged("rooms")
                  .gives(http::page_of(room_in_list_shape()))
                  .handled<store::Read>(
                      [&rooms](Call& call, store::Read& read) { return list_rooms(rooms, call, read); }));
    table.add(
        http::post("/v1/rooms", "Make a room with a grid of seats")
            .writes()
            .by(http::Access::teacher)
            .tagged("rooms")
            .takes(http::object({{"name", http::text(1, 80)},
                                 {"rows", http::integer(1, 50)},
                                 {"places", http::integer(1, 50)}}))
            .gives(room_with_seats_shape(), 201)
            .handled<store::Tx>([&rooms](Call& call, store::Tx& tx) { return make_room(rooms, call, tx); }));
    table.add(http::get("/v1/rooms/:id", "One room with its seats")
                  .reads()
                  .by(http::Access::viewer)
                  .tagged("rooms")
                  .gives(room_with_seats_shape())
                  .handled<store::Read>([&rooms](Call& call, store::Read& read) {
                      Room room = rooms.get(read, call.caller.organisation_id, call.id<RoomId>("id"));
                      return http::json(room_with_seats(rooms, read, room));
                  }));
    table.add(http::patch("/v1/rooms/:id", "Rename a room")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("rooms")
                  .takes(http::object({{"name", http::text(1, 80)}}))
                  .gives(room_shape())
                  .handled<store::Tx>([&rooms](Call& call, store::Tx& tx) {
                      Room room = rooms.rename(tx, call.caller.organisation_id, call.id<RoomId>("id"),
                                               call.fields().filled("name"));
                      return http::json(json_of(room)).on({{"room", room.id}});
                  }));
    table.add(http::del("/v1/rooms/:id", "Remove a room: its headsets and students stay")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("rooms")
                  .gives(http::nothing(), 204)
                  .handled<store::Tx>([&rooms](Call& call, store::Tx& tx) {
                      rooms.remove(tx, call.caller.organisation_id, call.id<RoomId>("id"));
                      return http::no_content().on({{"room", call.id<RoomId>("id")}});
                  }));
}

void add_seats(http::RouteTable& table, Rooms& rooms) {
    table.add(http::post("/v1/rooms/:id/fill",
                         "Put headsets without a seat, and a class's students, on free seats in order")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("rooms")
                  .takes(http::object({{"class_id?", http::identifier()}}))
                  .gives(room_with_seats_shape())
                  .handled<store::Tx>([&rooms](Call& call, store::Tx& tx) {
                      const OrganisationId organisation_id = call.caller.organisation_id;
                      Room room = rooms.get(tx, organisation_id, call.id<RoomId>("id"));
                      rooms.fill(tx, organisation_id, room.id, call.fields().find<ClassId>("class_id"));
                      return http::json(room_with_seats(rooms, tx, room)).on({{"room", room.id}});
                  }));
    table.add(http::patch("/v1/seats/:id", "Seat a headset or a student, set the status, move the seat")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("rooms")
                  .takes(http::object({{"device_id?", http::nullable(http::identifier())},
                                       {"person_id?", http::nullable(http::identifier())},
                                       {"status?", http::one_of<SeatStatus>()},
                                       {"x?", http::integer(0, 100'000)},
                                       {"y?", http::integer(0, 100'000)},
                                       {"width?", http::integer(1, 1000)},
                                       {"height?", http::integer(1, 1000)},
                                       {"rotation?", http::integer(-360, 360)},
                                       {"row?", http::integer(1, 50)},
                                       {"place?", http::integer(1, 50)},
                                       {"seat_type_id?", http::identifier()}}))
                  .gives(seat_shape())
                  .handled<store::Tx>(
                      [&rooms](Call& call, store::Tx& tx) { return change_seat(rooms, call, tx); }));
}

} // namespace

http::Shape room_shape() {
    return http::object(room_fields()).named("Room");
}

http::Shape seat_type_shape() {
    return http::object({{"id", http::identifier()}, {"name", http::text(1, 80)}}).named("SeatType");
}

http::Shape room_with_seats_shape() {
    http::Fields fields = room_fields();
    fields.emplace_back("seats", http::list(seat_shape(), Rooms::most_seats));
    fields.emplace_back("seat_types", http::list(seat_type_shape(), Rooms::most_seat_types));
    return http::object(fields).named("RoomWithSeats");
}

Json room_with_seats(const Rooms& rooms, store::Read& read, const Room& room) {
    Json json = json_of(room);
    json["seats"] = Json::array();
    for (const Seat& seat : rooms.seats(read, room.organisation_id, room.id))
        json["seats"].push_back(json_of(seat));
    json["seat_types"] = Json::array();
    for (const SeatType& type : rooms.seat_types(read, room.organisation_id, room.id))
        json["seat_types"].push_back(json_of(type));
    return json;
}

http::Shape seat_shape() {
    return http::object({{"id", http::identifier()},
                         {"row", http::integer(1, 50)},
                         {"place", http::integer(1, 50)},
                         {"x", http::integer(0, 100'000)},
                         {"y", http::integer(0, 100'000)},
                         {"width", http::integer(1, 1000)},
                         {"height", http::integer(1, 1000)},
                         {"rotation", http::integer(-360, 360)},
                         {"seat_type", seat_type_shape()},
                         {"status", http::one_of<SeatStatus>()},
                         {"device_id", http::nullable(http::identifier())},
                         {"person", http::nullable(http::person_reference())},
                         {"updated_at", http::time()}})
        .named("Seat");
}

void add_room_routes(http::RouteTable& table, Rooms& rooms) {
    add_rooms(table, rooms);
    add_seats(table, rooms);
    add_layout_routes(table, rooms);
    add_seating_routes(table, rooms);
}

} // namespace rooms
