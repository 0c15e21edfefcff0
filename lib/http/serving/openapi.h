// The documents made from the route table: OpenAPI 3.1 for the routes, AsyncAPI 3 for the socket messages.
#pragma once

#include "http/serving/route.h"

namespace http {

Json openapi(const RouteTable& routes);
Json asyncapi(const RouteTable& routes);

// GET /openapi.json, /asyncapi.json and /docs. The documents are made at the first request, when all routes
// have been added.
void add_documentation_routes(RouteTable& routes);

} // namespace http
