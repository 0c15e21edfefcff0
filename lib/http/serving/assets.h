// The page: files that were compressed at build time and lie in the program (platform/embedded.h, "web/...").
#pragma once

#include <string_view>

#include "http/serving/route.h"

namespace http {

// "/*path": every embedded file by its name, and for a browser that asks for a page (Accept names text/html)
// any other path gives index.html, because the page's own addresses live in the page. Everything else is not
// found.
void add_asset_routes(RouteTable& routes);

// A gzip-compressed file as an answer.
Answer asset_of(const Call& call, std::string_view name, std::string_view gzip);
// One embedded file: ETag, caching for ever when its name carries a hash, unzipped for who cannot. Error
// not_found.
Answer asset(const Call& call, std::string_view name);
bool accepts_html(const Call& call);

} // namespace http
