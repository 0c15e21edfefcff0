#include "http/openapi.h"

namespace http {

Json openapi(const RouteTable&) {
    return {};
}
Json asyncapi(const RouteTable&) {
    return {};
}
void add_documentation_routes(RouteTable&) {}

} // namespace http
