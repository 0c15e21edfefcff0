#include "courses/lesson_routes.h"

#include "http/serving/lists.h"

namespace courses {

namespace {

using http::Access;
using http::Call;
using store::Read;
using store::Tx;

constexpr std::int64_t longest_ms = 24LL * 3600 * 1000;

http::Shape kind() {
    return http::one_of<LessonKind>();
}

http::Shape duration() {
    return http::nullable(http::integer(1, longest_ms))
        .described("How long it plays; null: it ends when it is stopped.");
}

http::Shape scenario() {
    return http::nullable(http::identifier()).described("Of kind scenario: which one is trained.");
}

http::Shape content_id() {
    return http::nullable(http::identifier())
        .described("A file of the box; where `content` is empty, its address is what is played.");
}

} // namespace

http::Shape lesson_shape() {
    return http::object({{"id", http::identifier()},
                         {"title", http::text(1, 200)},
                         {"kind", kind()},
                         {"content", http::text(0, 2000)},
                         {"duration_ms", duration()},
                         {"scenario_id", scenario()},
                         {"content_id", http::nullable(http::identifier())},
                         {"archived", http::boolean()},
                         {"created_at", http::time()}})
        .named("Lesson");
}

namespace {

LessonChange change_of(const platform::JsonFields& body) {
    LessonChange change;
    change.title = body.find<std::string>("title");
    change.kind = body.find<LessonKind>("kind");
    change.content = body.find<std::string>("content");
    change.duration_ms = body.find_nullable<std::int64_t>("duration_ms");
    change.scenario_id = body.find_nullable<ScenarioId>("scenario_id");
    change.content_id = body.find_nullable<ContentId>("content_id");
    return change;
}

void add_reading(http::RouteTable& table, Lessons& lessons) {
    http::Fields asked = http::paging_fields();
    asked.emplace_back("archived?", http::one_of({"true", "false"}));
    table.add(http::get("/v1/lessons",
                        "The lessons that may be taught, newest first; or those taken out of the lists")
                  .reads()
                  .by(Access::viewer)
                  .asks(asked)
                  .gives(http::page_of(lesson_shape()))
                  .tagged("lessons")
                  .handled<Read>([&lessons](Call& call, Read& read) {
                      return http::page_answer(lessons.list(read, call.caller.organisation_id,
                                                            http::page_request<store::PageRequest>(call),
                                                            call.query("archived") == "true"));
                  }));
    table.add(http::get("/v1/lessons/:id", "One lesson, also one that is archived")
                  .reads()
                  .by(Access::viewer)
                  .gives(lesson_shape())
                  .tagged("lessons")
                  .handled<Read>([&lessons](Call& call, Read& read) {
                      return http::json(
                          json_of(lessons.get(read, call.caller.organisation_id, call.id<LessonId>("id"))));
                  }));
}

void add_changing(http::RouteTable& table, Lessons& lessons) {
    table.add(http::patch("/v1/lessons/:id", "Change a lesson")
                  .writes()
                  .by(Access::teacher)
                  .takes(http::object({{"title?", http::text(1, 200)},
                                       {"kind?", kind()},
                                       {"content?", http::text(0, 2000)},
                                       {"duration_ms?", duration()},
                                       {"scenario_id?", scenario()},
                                       {"content_id?", content_id()}}))
                  .gives(lesson_shape())
                  .tagged("lessons")
                  .handled<Tx>([&lessons](Call& call, Tx& tx) {
                      const LessonId id = call.id<LessonId>("id");
                      return http::json(json_of(lessons.change(tx, call.caller.organisation_id, id,
                                                               change_of(call.fields()))))
                          .on({{"lesson", id}});
                  }));
    table.add(http::del("/v1/lessons/:id", "Take a lesson out of the lists; sessions and results keep it")
                  .writes()
                  .by(Access::teacher)
                  .gives(http::nothing(), 204)
                  .tagged("lessons")
                  .handled<Tx>([&lessons](Call& call, Tx& tx) {
                      const LessonId id = call.id<LessonId>("id");
                      lessons.archive(tx, call.caller.organisation_id, id);
                      return http::no_content().on({{"lesson", id}});
                  }));
    table.add(http::post("/v1/lessons/:id/restore", "Put a lesson back into the lists")
                  .writes()
                  .by(Access::teacher)
                  .gives(lesson_shape())
                  .tagged("lessons")
                  .handled<Tx>([&lessons](Call& call, Tx& tx) {
                      const LessonId id = call.id<LessonId>("id");
                      return http::json(json_of(lessons.restore(tx, call.caller.organisation_id, id)))
                          .on({{"lesson", id}});
                  }));
    table.add(http::post("/v1/lessons/:id/copy", "Copy a lesson")
                  .writes()
                  .by(Access::teacher)
                  .gives(lesson_shape(), 201)
                  .tagged("lessons")
                  .handled<Tx>([&lessons](Call& call, Tx& tx) {
                      const Lesson lesson =
                          lessons.copy(tx, call.caller.organisation_id, call.id<LessonId>("id"));
                      return http::created(json_of(lesson), "/v1/lessons/" + to_string(lesson.id))
                          .on({{"lesson", lesson.id}, {"copy_of", call.id<LessonId>("id")}});
                  }));
}

} // namespace

void add_lesson_routes(http::RouteTable& table, Lessons& lessons) {
    add_reading(table, lessons);
    table.add(http::post("/v1/lessons", "Add a lesson")
                  .writes()
                  .by(Access::teacher)
                  .takes(http::object({{"title", http::text(1, 200)},
                                       {"kind", kind()},
                                       {"content?", http::text(0, 2000)},
                                       {"duration_ms?", duration()},
                                       {"scenario_id?", scenario()},
                                       {"content_id?", content_id()}}))
                  .gives(lesson_shape(), 201)
                  .tagged("lessons")
                  .handled<Tx>([&lessons](Call& call, Tx& tx) {
                      const platform::JsonFields body = call.fields();
                      const NewLesson wanted{
                          body.get<std::string>("title"),        body.get<LessonKind>("kind"),
                          body.get_or("content", std::string()), body.find<std::int64_t>("duration_ms"),
                          body.find<ScenarioId>("scenario_id"),  body.find<ContentId>("content_id")};
                      const Lesson lesson = lessons.add(tx, call.caller.organisation_id, wanted);
                      return http::created(json_of(lesson), "/v1/lessons/" + to_string(lesson.id))
                          .on({{"lesson", lesson.id}});
                  }));
    add_changing(table, lessons);
}

} // namespace courses
