#pragma once

#include "http/route.h"
#include "rooms/room.h"

namespace rooms {

// All of /v1/rooms and /v1/seats.
void add_room_routes(http::RouteTable& table, Rooms& rooms);

http::Shape seat_shape();

} // namespace rooms
