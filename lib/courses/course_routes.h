#pragma once

#include "courses/course.h"
#include "courses/timetable.h"
#include "http/serving/route.h"

namespace courses {

// All of /v1/courses.
void add_course_routes(http::RouteTable& table, Courses& courses);
// /v1/timetable and /v1/classes/:id/timetable.
void add_timetable_routes(http::RouteTable& table, Timetable& timetable);

} // namespace courses
