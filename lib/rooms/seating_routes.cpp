#include <nlohmann/json.hpp>

#include "http/serving/lists.h"
#include "platform/error.h"
#include "rooms/room_routes.h"

namespace rooms {

namespace {

using http::Answer;
using http::Call;
using http::Json;

constexpr const char* path = "/v1/rooms/:id/seating/:class";

http::Shape seating_shape() {
    return http::object(
               {{"room_id", http::identifier()},
                {"class_id", http::identifier()},
                {"seats", http::list(http::object({{"seat_id", http::identifier()},
                                                   {"device_id", http::nullable(http::identifier())},
                                                   {"person", http::nullable(http::person_reference())}}),
                                     Rooms::most_seats)}})
        .named("Seating");
}

http::Shape new_seating_shape() {
    return http::object(
        {{"seats", http::list(http::object({{"seat_id", http::identifier()},
                                            {"device_id?", http::nullable(http::identifier())},
                                            {"person_id?", http::nullable(http::identifier())}}),
                              Rooms::most_seats)}});
}

Answer answer_of(const Rooms& rooms, const Call& call, store::Read& read) {
    Json seats = Json::array();
    for (const Place& place :
         rooms.seating(read, call.caller.organisation_id, call.id<RoomId>("id"), call.id<ClassId>("class")))
        seats.push_back(json_of(place));
    return http::json({{"room_id", call.id<RoomId>("id")},
                       {"class_id", call.id<ClassId>("class")},
                       {"seats", seats}})
        .on({{"room", call.id<RoomId>("id")}, {"class", call.id<ClassId>("class")}});
}

std::vector<Place> places_of(const platform::JsonFields& body) {
    std::vector<Place> places;
    for (const platform::JsonFields& item : body.objects("seats")) {
        Place place;
        place.seat_id = item.get<SeatId>("seat_id");
        place.device_id = item.find<DeviceId>("device_id");
        if (const auto id = item.find<PersonId>("person_id")) place.person = people::PersonReference{*id, ""};
        places.push_back(std::move(place));
    }
    return places;
}

Answer apply(Rooms& rooms, const Call& call, store::Tx& tx) {
    const OrganisationId organisation_id = call.caller.organisation_id;
    if (!rooms.apply_seating(tx, organisation_id, call.id<RoomId>("id"), call.id<ClassId>("class")))
        platform::throw_conflict("Nothing is kept of where this class sits in this room.");
    const Room room = rooms.get(tx, organisation_id, call.id<RoomId>("id"));
    return http::json(room_with_seats(rooms, tx, room))
        .on({{"room", room.id}, {"class", call.id<ClassId>("class")}});
}

} // namespace

void add_seating_routes(http::RouteTable& table, Rooms& rooms) {
    table.add(http::get(path, "Where a class usually sits in a room")
                  .reads()
                  .by(http::Access::viewer)
                  .tagged("rooms")
                  .gives(seating_shape())
                  .handled<store::Read>(
                      [&rooms](Call& call, store::Read& read) { return answer_of(rooms, call, read); }));
    table.add(http::put(path, "Say where a class usually sits, and on which headsets")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("rooms")
                  .takes(new_seating_shape())
                  .gives(seating_shape())
                  .handled<store::Tx>([&rooms](Call& call, store::Tx& tx) {
                      rooms.set_seating(tx, call.caller.organisation_id, call.id<RoomId>("id"),
                                        call.id<ClassId>("class"), places_of(call.fields()));
                      return answer_of(rooms, call, tx);
                  }));
    table.add(http::del(path, "Forget where a class usually sits")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("rooms")
                  .gives(http::nothing(), 204)
                  .handled<store::Tx>([&rooms](Call& call, store::Tx& tx) {
                      rooms.set_seating(tx, call.caller.organisation_id, call.id<RoomId>("id"),
                                        call.id<ClassId>("class"), {});
                      return http::no_content().on(
                          {{"room", call.id<RoomId>("id")}, {"class", call.id<ClassId>("class")}});
                  }));
    table.add(http::post(std::string(path) + "/keep",
                         "Keep who sits in the room now as where the class usually sits")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("rooms")
                  .gives(seating_shape())
                  .handled<store::Tx>([&rooms](Call& call, store::Tx& tx) {
                      rooms.keep_seating(tx, call.caller.organisation_id, call.id<RoomId>("id"),
                                         call.id<ClassId>("class"));
                      return answer_of(rooms, call, tx);
                  }));
    table.add(
        http::post(std::string(path) + "/apply", "The class takes its usual seats")
            .writes()
            .by(http::Access::teacher)
            .tagged("rooms")
            .gives(room_with_seats_shape())
            .handled<store::Tx>([&rooms](Call& call, store::Tx& tx) { return apply(rooms, call, tx); }));
}

} // namespace rooms
