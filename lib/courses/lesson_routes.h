#pragma once

#include "courses/lesson.h"
#include "http/serving/route.h"

namespace courses {

// All of /v1/lessons.
void add_lesson_routes(http::RouteTable& table, Lessons& lessons);
http::Shape lesson_shape();

} // namespace courses
