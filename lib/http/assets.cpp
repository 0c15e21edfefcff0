#include "http/assets.h"

namespace http {

void add_asset_routes(RouteTable&) {}
Answer asset(const Call&, std::string_view) {
    platform::throw_not_found("file");
}
bool accepts_html(const Call&) {
    return false;
}

} // namespace http
