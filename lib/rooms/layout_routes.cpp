#include <nlohmann/json.hpp>

#include "platform/error.h"
#include "platform/text.h"
#include "rooms/room_routes.h"

namespace rooms {

namespace {

using http::Answer;
using http::Call;
using http::Json;

http::Shape status_shape() {
    return http::one_of({"vacant", "occupied", "maintenance"});
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

template <class AnId>
std::optional<AnId> id_of(const Json& item) {
    const auto id = item.find("id");
    return id == item.end() || id->is_null() ? std::nullopt : std::optional(id->get<AnId>());
}

LayoutSeat layout_seat_of(const Json& item) {
    LayoutSeat seat;
    seat.id = id_of<SeatId>(item);
    seat.row = item.at("row");
    seat.place = item.at("place");
    seat.x = item.at("x");
    seat.y = item.at("y");
    seat.width = item.value("width", seat.width);
    seat.height = item.value("height", seat.height);
    seat.rotation = item.value("rotation", seat.rotation);
    if (item.contains("seat_type"))
        seat.seat_type = platform::trimmed(item.at("seat_type").get_ref<const std::string&>());
    if (item.contains("status")) seat.status = status_named(item.at("status").get_ref<const std::string&>());
    return seat;
}

Layout layout_of(const Json& body) {
    Layout layout;
    if (body.contains("name")) layout.name = checked_name(body);
    if (body.contains("seat_types")) {
        layout.seat_types.emplace();
        for (const Json& type : body.at("seat_types")) {
            std::string name(platform::trimmed(type.at("name").get_ref<const std::string&>()));
            const std::string field = "seat_types[" + std::to_string(layout.seat_types->size()) + "].name";
            if (name.empty()) platform::throw_invalid(field, "must not be empty");
            layout.seat_types->push_back({id_of<SeatTypeId>(type), std::move(name)});
        }
    }
    for (const Json& seat : body.at("seats"))
        layout.seats.push_back(layout_seat_of(seat));
    return layout;
}

NewSeat new_seat_of(const Json& body) {
    NewSeat seat;
    seat.row = body.at("row");
    seat.place = body.at("place");
    seat.x = integer_field(body, "x");
    seat.y = integer_field(body, "y");
    seat.width = body.value("width", seat.width);
    seat.height = body.value("height", seat.height);
    seat.rotation = body.value("rotation", seat.rotation);
    seat.seat_type_id = id_field<SeatTypeId>(body, "seat_type_id");
    return seat;
}

Answer swap(Rooms& rooms, Call& call, store::Tx& tx) {
    const std::string what = call.body.value("what", "headset");
    const SeatId other = call.body.at("seat_id");
    const OrganisationId organisation_id = call.caller.organisation_id;
    rooms.swap(tx, organisation_id, call.id<SeatId>("id"), other,
               what == "both"      ? Occupant::both
               : what == "student" ? Occupant::student
                                   : Occupant::headset);
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
                                                    layout_of(call.body));
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
                                                       new_seat_of(call.body));
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
                  .takes(http::object({{"seat_id", http::identifier()},
                                       {"what?", http::one_of({"headset", "student", "both"})}}))
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
                      const SeatType type = rooms.add_seat_type(
                          tx, call.caller.organisation_id, call.id<RoomId>("id"), checked_name(call.body));
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
                                                 checked_name(call.body));
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
