#include <nlohmann/json.hpp>

#include "platform/error.h"
#include "rooms/room_routes.h"

namespace rooms {

namespace {

using http::Answer;
using http::Call;
using http::Json;

http::Shape status_shape() {
    return http::one_of<SeatStatus>();
}

http::Shape layout_shape() {
    return http::object({{"name?", http::text(1, 80)},
                         {"seat_types?", http::list(http::object({{"id?", http::nullable(http::identifier())},
                                                                  {"name", http::text(1, 80)}}),
                                                    Rooms::most_seat_types)},
                         {"seats", http::list(http::object({{"id?", http::nullable(http::identifier())},
                                                            {"row", http::integer(1, 50)},
                                                            {"place", http::integer(1, 50)},
                                                            {"x", http::integer(0, 100'000)},
                                                            {"y", http::integer(0, 100'000)},
                                                            {"width?", http::integer(1, 1000)},
                                                            {"height?", http::integer(1, 1000)},
                                                            {"rotation?", http::integer(-360, 360)},
                                                            {"seat_type?", http::text(1, 80)},
                                                            {"status?", status_shape()}}),
                                              Rooms::most_seats)}})
        .named("RoomLayout");
}

LayoutSeat layout_seat_of(const platform::JsonFields& item) {
    LayoutSeat seat;
    seat.id = item.find<SeatId>("id");
    seat.row = item.get<std::int64_t>("row");
    seat.place = item.get<std::int64_t>("place");
    seat.x = item.get<std::int64_t>("x");
    seat.y = item.get<std::int64_t>("y");
    seat.width = item.get_or("width", seat.width);
    seat.height = item.get_or("height", seat.height);
    seat.rotation = item.get_or("rotation", seat.rotation);
    if (item.has("seat_type")) seat.seat_type = item.trimmed("seat_type");
    seat.status = item.find<SeatStatus>("status");
    return seat;
}

Layout layout_of(const platform::JsonFields& body) {
    Layout layout;
    layout.name = body.find_filled("name");
    if (body.has("seat_types")) {
        layout.seat_types.emplace();
        for (const platform::JsonFields& type : body.objects("seat_types"))
            layout.seat_types->push_back({type.find<SeatTypeId>("id"), type.filled("name")});
    }
    for (const platform::JsonFields& seat : body.objects("seats"))
        layout.seats.push_back(layout_seat_of(seat));
    return layout;
}

NewSeat new_seat_of(const platform::JsonFields& body) {
    NewSeat seat;
    seat.row = body.get<std::int64_t>("row");
    seat.place = body.get<std::int64_t>("place");
    seat.x = body.find<std::int64_t>("x");
    seat.y = body.find<std::int64_t>("y");
    seat.width = body.get_or("width", seat.width);
    seat.height = body.get_or("height", seat.height);
    seat.rotation = body.get_or("rotation", seat.rotation);
    seat.seat_type_id = body.find<SeatTypeId>("seat_type_id");
    return seat;
}

Answer swap(Rooms& rooms, Call& call, store::Tx& tx) {
    const platform::JsonFields body = call.fields();
    const auto other = body.get<SeatId>("seat_id");
    const OrganisationId organisation_id = call.caller.organisation_id;
    rooms.swap(tx, organisation_id, call.id<SeatId>("id"), other, body.get_or("what", Occupant::headset));
    const Json seats = Json::array({json_of(rooms.seat(tx, organisation_id, call.id<SeatId>("id"))),
                                    json_of(rooms.seat(tx, organisation_id, other))});
    return http::json({{"seats", seats}}).on({{"seat", call.id<SeatId>("id")}, {"other_seat", other}});
}

void add_seats(http::RouteTable& table, Rooms& rooms) {
    table.add(
        http::put("/v1/rooms/:id/layout", "Save all seats of a room at once: what is not in the list goes")
            .writes()
            .by(http::Access::teacher)
            .tagged("rooms")
            .takes(layout_shape())
            .gives(room_with_seats_shape())
            .handled<store::Tx>([&rooms](Call& call, store::Tx& tx) {
                const Room room = rooms.save_layout(tx, call.caller.organisation_id, call.id<RoomId>("id"),
                                                    layout_of(call.fields()));
                return http::json(room_with_seats(rooms, tx, room)).on({{"room", room.id}});
            }));
    table.add(http::post("/v1/rooms/:id/seats", "Add a seat")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("rooms")
                  .takes(http::object({{"row", http::integer(1, 50)},
                                       {"place", http::integer(1, 50)},
                                       {"x?", http::integer(0, 100'000)},
                                       {"y?", http::integer(0, 100'000)},
                                       {"width?", http::integer(1, 1000)},
                                       {"height?", http::integer(1, 1000)},
                                       {"rotation?", http::integer(-360, 360)},
                                       {"seat_type_id?", http::identifier()}}))
                  .gives(seat_shape(), 201)
                  .handled<store::Tx>([&rooms](Call& call, store::Tx& tx) {
                      const Seat seat = rooms.add_seat(tx, call.caller.organisation_id, call.id<RoomId>("id"),
                                                       new_seat_of(call.fields()));
                      return http::created(json_of(seat)).on({{"seat", seat.id}, {"room", seat.room_id}});
                  }));
    table.add(http::del("/v1/seats/:id", "Remove a seat: its headset and student stay, without one")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("rooms")
                  .gives(http::nothing(), 204)
                  .handled<store::Tx>([&rooms](Call& call, store::Tx& tx) {
                      rooms.remove_seat(tx, call.caller.organisation_id, call.id<SeatId>("id"));
                      return http::no_content().on({{"seat", call.id<SeatId>("id")}});
                  }));
    table.add(http::post("/v1/seats/:id/swap", "Two seats change headsets, students or both")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("rooms")
                  .takes(http::object({{"seat_id", http::identifier()}, {"what?", http::one_of<Occupant>()}}))
                  .gives(http::object({{"seats", http::list(seat_shape(), 2)}}))
                  .handled<store::Tx>([&rooms](Call& call, store::Tx& tx) { return swap(rooms, call, tx); }));
}

void add_seat_types(http::RouteTable& table, Rooms& rooms) {
    const auto name_shape = http::object({{"name", http::text(1, 80)}});
    table.add(http::post("/v1/rooms/:id/seat-types", "Add a type of seats")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("rooms")
                  .takes(name_shape)
                  .gives(seat_type_shape(), 201)
                  .handled<store::Tx>([&rooms](Call& call, store::Tx& tx) {
                      const SeatType type =
                          rooms.add_seat_type(tx, call.caller.organisation_id, call.id<RoomId>("id"),
                                              call.fields().filled("name"));
                      return http::created(json_of(type))
                          .on({{"room", call.id<RoomId>("id")}, {"seat_type", type.id}});
                  }));
    table.add(http::patch("/v1/seat-types/:id", "Rename a type of seats")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("rooms")
                  .takes(name_shape)
                  .gives(seat_type_shape())
                  .handled<store::Tx>([&rooms](Call& call, store::Tx& tx) {
                      const SeatType type =
                          rooms.rename_seat_type(tx, call.caller.organisation_id, call.id<SeatTypeId>("id"),
                                                 call.fields().filled("name"));
                      return http::json(json_of(type)).on({{"seat_type", type.id}});
                  }));
    table.add(http::del("/v1/seat-types/:id", "Remove a type that no seat is of")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("rooms")
                  .gives(http::nothing(), 204)
                  .handled<store::Tx>([&rooms](Call& call, store::Tx& tx) {
                      rooms.remove_seat_type(tx, call.caller.organisation_id, call.id<SeatTypeId>("id"));
                      return http::no_content().on({{"seat_type", call.id<SeatTypeId>("id")}});
                  }));
}

} // namespace

void add_layout_routes(http::RouteTable& table, Rooms& rooms) {
    add_seats(table, rooms);
    add_seat_types(table, rooms);
}

} // namespace rooms
