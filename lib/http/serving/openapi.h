// The documents made from the route table: OpenAPI 3.1 for the routes, AsyncAPI 3 for the messages of the live
// socket, /v1/live.
//
// The sockets of the dialects are in neither. Each has an address and a table of messages of its own, and its
// clients were written against docs/dialects.md, which says more than a schema could: what is answered to
// whom, and in which order.
#pragma once

#include "http/serving/route.h"

namespace http {

Json openapi(const RouteTable& routes);
Json asyncapi(const RouteTable& routes);

// GET /openapi.json, /asyncapi.json and /docs. The documents are made at the first request, when all routes
// have been added.
void add_documentation_routes(RouteTable& routes);

} // namespace http
