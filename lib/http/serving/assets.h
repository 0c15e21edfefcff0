// The page: files that were compressed at build time and lie inside the program (platform/embedded.h,
// "web/...").
#pragma once

#include <string_view>

#include "http/serving/route.h"

namespace http {

// "/*path" serves every embedded file by its name. When a browser asks for a page (Accept names text/html),
// any other path gives index.html, because the page's own addresses live in the page. Everything else is not
// found.
void add_asset_routes(RouteTable& routes);

// A gzip-compressed file as an answer.
Answer asset_of(const Call& call, std::string_view name, std::string_view gzip);
// One embedded file: with an ETag, cached for ever when its name carries a hash, unzipped for clients that
// don't take gzip. Throws Error not_found.
Answer asset(const Call& call, std::string_view name);
bool accepts_html(const Call& call);

} // namespace http
