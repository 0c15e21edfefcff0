#include "courses/course_routes.h"

#include <nlohmann/json.hpp>

#include "courses/lesson_routes.h"
#include "http/serving/lists.h"
#include "platform/error.h"
#include "platform/text.h"

namespace courses {

namespace {

using http::Access;
using http::Answer;
using http::Call;
using http::Json;
using store::Read;
using store::Tx;

http::Fields course_fields() {
    return {{"id", http::identifier()},
            {"title", http::text(1, 200)},
            {"description", http::text(0, 4000)},
            {"archived", http::boolean()},
            {"module_count", http::integer(0, 1000)},
            {"lesson_count", http::integer(0, 1'000'000)},
            {"created_at", http::time()}};
}

http::Shape course_shape() {
    return http::object(course_fields()).named("Course");
}

http::Shape whole_shape() {
    http::Fields fields = course_fields();
    fields.emplace_back(
        "modules", http::list(http::object({{"id", http::identifier()},
                                            {"title", http::text(1, 200)},
                                            {"lessons", http::list(lesson_shape(), Courses::most_lessons)}}),
                              Courses::most_modules));
    return http::object(fields).named("CourseWithModules");
}

http::Shape outline_shape() {
    return http::object(
        {{"modules",
          http::list(http::object({{"id?", http::nullable(http::identifier())},
                                   {"title", http::text(1, 200)},
                                   {"lesson_ids", http::list(http::identifier(), Courses::most_lessons)}}),
                     Courses::most_modules)}});
}

Answer whole(const Courses& courses, const Call& call, Read& read, const Course& course, int status = 200) {
    Json json = json_of(course);
    json["modules"] = Json::array();
    for (const Module& module : courses.modules(read, call.caller.organisation_id, course.id))
        json["modules"].push_back(json_of(module));
    Answer answer =
        status == 201 ? http::created(json, "/v1/courses/" + to_string(course.id)) : http::json(json);
    return answer.on({{"course", course.id}});
}

Answer save_outline(Courses& courses, const Call& call, Tx& tx) {
    std::vector<OutlineModule> outline;
    for (const platform::JsonFields& item : call.fields().objects("modules")) {
        OutlineModule& module = outline.emplace_back();
        module.id = item.find<ModuleId>("id");
        module.title = item.get<std::string>("title");
        module.lesson_ids = item.get<std::vector<LessonId>>("lesson_ids");
    }
    return whole(courses, call, tx,
                 courses.save_outline(tx, call.caller.organisation_id, call.id<CourseId>("id"), outline));
}

void add_reading(http::RouteTable& table, Courses& courses) {
    http::Fields asked = http::paging_fields();
    asked.emplace_back("archived?", http::one_of({"true", "false"}));
    table.add(http::get("/v1/courses", "The courses, newest first; or those taken out of the lists")
                  .reads()
                  .by(Access::viewer)
                  .tagged("courses")
                  .asks(asked)
                  .gives(http::page_of(course_shape()))
                  .handled<Read>([&courses](Call& call, Read& read) {
                      return http::page_answer(courses.list(read, call.caller.organisation_id,
                                                            http::page_request<store::PageRequest>(call),
                                                            call.query("archived") == "true"));
                  }));
    table.add(http::get("/v1/courses/:id", "A course with its modules and lessons")
                  .reads()
                  .by(Access::viewer)
                  .tagged("courses")
                  .gives(whole_shape())
                  .handled<Read>([&courses](Call& call, Read& read) {
                      return whole(courses, call, read,
                                   courses.get(read, call.caller.organisation_id, call.id<CourseId>("id")));
                  }));
}

void add_changing(http::RouteTable& table, Courses& courses) {
    table.add(http::post("/v1/courses", "Add a course")
                  .writes()
                  .by(Access::teacher)
                  .tagged("courses")
                  .takes(http::object({{"title", http::text(1, 200)}, {"description?", http::text(0, 4000)}}))
                  .gives(whole_shape(), 201)
                  .handled<Tx>([&courses](Call& call, Tx& tx) {
                      const platform::JsonFields body = call.fields();
                      return whole(courses, call, tx,
                                   courses.add(tx, call.caller.organisation_id, body.filled("title"),
                                               body.get_or("description", std::string())),
                                   201);
                  }));
    table.add(
        http::patch("/v1/courses/:id", "Change a course's title or description")
            .writes()
            .by(Access::teacher)
            .tagged("courses")
            .takes(http::object({{"title?", http::text(1, 200)}, {"description?", http::text(0, 4000)}}))
            .gives(course_shape())
            .handled<Tx>([&courses](Call& call, Tx& tx) {
                const platform::JsonFields body = call.fields();
                const Course course =
                    courses.change(tx, call.caller.organisation_id, call.id<CourseId>("id"),
                                   body.find_filled("title"), body.find<std::string>("description"));
                return http::json(json_of(course)).on({{"course", course.id}});
            }));
    table.add(
        http::put("/v1/courses/:id/outline", "Save all modules and their lessons at once, in their order")
            .writes()
            .by(Access::teacher)
            .tagged("courses")
            .takes(outline_shape())
            .gives(whole_shape())
            .handled<Tx>([&courses](Call& call, Tx& tx) { return save_outline(courses, call, tx); }));
}

void add_keeping(http::RouteTable& table, Courses& courses) {
    table.add(http::post("/v1/courses/:id/copy", "Copy a course; the copy has the same lessons")
                  .writes()
                  .by(Access::teacher)
                  .tagged("courses")
                  .takes(http::object({{"title?", http::text(1, 200)}}))
                  .gives(whole_shape(), 201)
                  .handled<Tx>([&courses](Call& call, Tx& tx) {
                      return whole(courses, call, tx,
                                   courses.copy(tx, call.caller.organisation_id, call.id<CourseId>("id"),
                                                call.fields().find_filled("title")),
                                   201);
                  }));
    table.add(http::del("/v1/courses/:id", "Take a course out of the lists; its lessons stay")
                  .writes()
                  .by(Access::teacher)
                  .tagged("courses")
                  .gives(http::nothing(), 204)
                  .handled<Tx>([&courses](Call& call, Tx& tx) {
                      courses.archive(tx, call.caller.organisation_id, call.id<CourseId>("id"));
                      return http::no_content().on({{"course", call.id<CourseId>("id")}});
                  }));
    table.add(http::post("/v1/courses/:id/restore", "Put a course back into the lists")
                  .writes()
                  .by(Access::teacher)
                  .tagged("courses")
                  .gives(course_shape())
                  .handled<Tx>([&courses](Call& call, Tx& tx) {
                      const Course course =
                          courses.restore(tx, call.caller.organisation_id, call.id<CourseId>("id"));
                      return http::json(json_of(course)).on({{"course", course.id}});
                  }));
}

} // namespace

void add_course_routes(http::RouteTable& table, Courses& courses) {
    add_reading(table, courses);
    add_changing(table, courses);
    add_keeping(table, courses);
}

} // namespace courses
