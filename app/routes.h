// The table of contents of the API: the routes of every domain, in one place.
#pragma once

#include "app/services.h"
#include "app/sockets.h"
#include "http/serving/route.h"

namespace app {

class Appliance;

void add_routes(http::RouteTable& table, Services& services, Appliance& appliance);
void add_socket_dialects(Sockets& sockets, http::RouteTable& table, Services& services, bool tls);

} // namespace app
