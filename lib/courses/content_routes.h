#pragma once

#include "courses/content.h"
#include "courses/content_files.h"
#include "courses/pace.h"
#include "http/serving/route.h"
#include "store/store.h"

namespace courses {

struct ContentParts { // all of it outlives the routes
    store::Store& store;
    Contents& contents;
    ContentFiles& files;
    Pace& pace;
};

// /v1/content, its files, and /v1/uploads by the tus protocol (1.0: core, creation, termination, expiration).
void add_content_routes(http::RouteTable& table, const ContentParts& parts);
void add_upload_routes(http::RouteTable& table, const ContentParts& parts);

} // namespace courses
