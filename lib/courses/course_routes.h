#pragma once

#include "courses/course.h"
#include "http/serving/route.h"

namespace courses {

// All of /v1/courses.
void add_course_routes(http::RouteTable& table, Courses& courses);

} // namespace courses
