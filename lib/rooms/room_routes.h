#pragma once

#include <optional>
#include <string>

#include "http/serving/route.h"
#include "rooms/room.h"

namespace rooms {

// All of /v1/rooms, /v1/seats and /v1/seat-types.
void add_room_routes(http::RouteTable& table, Rooms& rooms);

// ---- what the files of these routes share ----
void add_layout_routes(http::RouteTable& table, Rooms& rooms);  // the editor's calls
void add_seating_routes(http::RouteTable& table, Rooms& rooms); // who usually sits where
http::Shape room_shape();
http::Shape seat_shape();
http::Shape seat_type_shape();
http::Shape room_with_seats_shape();
http::Json room_with_seats(const Rooms& rooms, store::Read& read, const Room& room);

} // namespace rooms
