#include "sessions/session_routes.h"

#include "http/serving/lists.h"
#include "sessions/shown/summary.h"

namespace sessions {

namespace {

using http::Access;
using http::Answer;
using http::Call;
using store::Read;
using store::Tx;

constexpr std::int64_t longest_lesson_ms = 24LL * 3600 * 1000;

http::Shape kind_shape() {
    return http::one_of<courses::LessonKind>();
}

http::Shape dwell_shape() {
    return http::list(http::object({{"name", http::text(1, 200)}, {"dwell_ms", http::integer(0, INT64_MAX)}}),
                      1000);
}

http::Shape gaze_shape() {
    return http::object({{"columns", http::integer(1, 360)},
                         {"rows", http::integer(1, 180)},
                         {"counts", http::list(http::integer(0, UINT32_MAX), 64800)},
                         {"total", http::integer(0, INT64_MAX)}})
        .named("GazeGrid");
}

http::Shape summary_shape() {
    const auto student = http::object(
        {{"person", http::nullable(http::person_reference())},
         {"device", http::nullable(http::object({{"id", http::identifier()}, {"name", http::text(0, 80)}}))},
         {"run_ids", http::list(http::identifier(), 10'000)},
         {"time_in_lesson_ms", http::integer(0, INT64_MAX)},
         {"events", http::integer(0, INT64_MAX)},
         {"gaze", gaze_shape()},
         {"zones", dwell_shape()},
         {"targets", dwell_shape()},
         {"kinds", http::map(http::integer(0, INT64_MAX), 1000)}});
    return http::object({{"session", session_shape()},
                         {"students", http::list(student.named("StudentSummary"), 10'000)},
                         {"class_gaze", gaze_shape()}})
        .named("SessionSummary");
}

void add_reading(http::RouteTable& table, SessionParts parts) {
    http::Fields filters = http::paging_fields();
    filters.emplace_back("state?", http::one_of({"created", "running", "paused", "stopped", "live"})
                                       .described("live: running or paused"));
    filters.emplace_back("class?", http::identifier());
    table.add(http::get("/v1/sessions", "Sessions, newest first")
                  .reads()
                  .by(Access::viewer)
                  .asks(std::move(filters))
                  .gives(http::page_of(session_shape()))
                  .tagged("sessions")
                  .handled<Read>([parts](Call& call, Read& read) {
                      SessionFilter filter;
                      if (const auto state = call.query("state")) {
                          filter.state = platform::named<State>(*state);
                          filter.live = !filter.state;
                      }
                      filter.class_id = call.query_id<ClassId>("class");
                      return http::page_answer(
                          parts.sessions.list(read, call.caller.organisation_id, filter,
                                              http::page_request<store::PageRequest>(call)));
                  }));
    table.add(http::get("/v1/sessions/:id", "One session")
                  .reads()
                  .by(Access::viewer)
                  .gives(session_shape())
                  .tagged("sessions")
                  .handled<Read>([parts](Call& call, Read& read) {
                      return http::json(json_of(
                          parts.sessions.get(read, call.caller.organisation_id, call.id<SessionId>("id"))));
                  }));
    table.add(http::get("/v1/sessions/:id/summary",
                        "What each student did in a session, and where the class looked")
                  .reads()
                  .by(Access::viewer)
                  .gives(summary_shape())
                  .tagged("sessions")
                  .handled<Read>([parts](Call& call, Read& read) {
                      const OrganisationId organisation_id = call.caller.organisation_id;
                      const Session session =
                          parts.sessions.get(read, organisation_id, call.id<SessionId>("id"));
                      http::Json body = json_of(summary_of(read, organisation_id, session.id));
                      body["session"] = json_of(session);
                      return http::json(body);
                  }));
}

Answer create(Call& call, Tx& tx, const SessionParts& parts) {
    const platform::JsonFields body = call.fields();
    NewSession wanted;
    wanted.title = body.get<std::string>("title");
    wanted.teacher_id = call.caller.person_id;
    wanted.class_id = body.find<ClassId>("class_id");
    wanted.room_id = body.find<RoomId>("room_id");
    wanted.lesson_ids = body.get_or("lesson_ids", wanted.lesson_ids);
    wanted.goes_on_from = body.find<SessionId>("goes_on_from");
    const Session session = parts.director.create(tx, call.caller.organisation_id, wanted);
    return http::created(json_of(session), "/v1/sessions/" + to_string(session.id))
        .on({{"session", session.id}});
}

// The id of a lesson that exists, or of one made on the spot.
LessonId lesson_to_add(Call& call, Tx& tx, const SessionParts& parts) {
    const platform::JsonFields body = call.fields();
    if (const auto lesson_id = body.find<LessonId>("lesson_id")) {
        if (body.size() > 1) platform::throw_invalid("lesson_id", "must stand alone, without a new lesson");
        return *lesson_id;
    }
    std::vector<platform::FieldError> faults;
    for (const char* field : {"title", "content"}) {
        if (!body.has(field)) faults.push_back({field, "is missing (or give lesson_id)"});
    }
    if (!faults.empty()) throw platform::Error(std::move(faults));
    courses::NewLesson lesson;
    lesson.title = body.get<std::string>("title");
    lesson.content = body.get<std::string>("content");
    lesson.kind = body.get_or("kind", lesson.kind);
    lesson.duration_ms = body.find<std::int64_t>("duration_ms");
    return parts.lessons.add(tx, call.caller.organisation_id, lesson).id;
}

void add_making(http::RouteTable& table, SessionParts parts) {
    table.add(
        http::post("/v1/sessions", "Make a session; without class and room it admits all who ask by its id")
            .writes()
            .by(Access::teacher)
            .takes(http::object(
                {{"title", http::text(1, 200)},
                 {"class_id?", http::nullable(http::identifier())},
                 {"room_id?", http::nullable(http::identifier())},
                 {"lesson_ids?", http::list(http::identifier(), Sessions::most_lessons)},
                 {"goes_on_from?",
                  http::nullable(http::identifier())
                      .described("A session of the same class that stopped within the last hour: "
                                 "its students are signed in again where they were")}}))
            .gives(session_shape(), 201)
            .tagged("sessions")
            .handled<Tx>([parts](Call& call, Tx& tx) { return create(call, tx, parts); }));
    table.add(
        http::post("/v1/sessions/:id/lessons", "Add a lesson at the end of the session")
            .writes()
            .by(Access::teacher)
            .takes(http::object({{"lesson_id?", http::identifier()},
                                 {"title?", http::text(1, 200)},
                                 {"content?", http::text(0, 2000)},
                                 {"kind?", kind_shape()},
                                 {"duration_ms?", http::nullable(http::integer(1, longest_lesson_ms))}}))
            .gives(session_shape())
            .tagged("sessions")
            .handled<Tx>([parts](Call& call, Tx& tx) {
                const SessionId id = call.id<SessionId>("id");
                const LessonId lesson_id = lesson_to_add(call, tx, parts);
                const Session session =
                    parts.director.add_lesson(tx, call.caller.organisation_id, id, lesson_id);
                return http::json(json_of(session)).on({{"session", id}, {"lesson", lesson_id}});
            }));
}

} // namespace

http::Shape session_lesson_shape() {
    return http::object({{"index", http::integer(0, Sessions::most_lessons)},
                         {"lesson_id", http::identifier()},
                         {"title", http::text(1, 200)},
                         {"kind", kind_shape()},
                         {"content", http::text(0, 2000)},
                         {"duration_ms", http::nullable(http::integer(1, longest_lesson_ms))}})
        .named("SessionLesson");
}

http::Shape session_shape() {
    const auto id_or_null = http::nullable(http::identifier());
    const auto time_or_null = [](const char* words) {
        return http::nullable(http::integer(0, INT64_MAX).described(words));
    };
    return http::object(
               {{"id", http::identifier()},
                {"title", http::text(1, 200)},
                {"state", http::one_of<State>()},
                {"teacher", http::person_reference()},
                {"class_id", id_or_null},
                {"room_id", id_or_null},
                {"lessons", http::list(session_lesson_shape(), Sessions::most_lessons)},
                {"lesson_index", http::integer(0, Sessions::most_lessons)},
                {"position_ms", http::integer(0, INT64_MAX).described("at the time at_ms")},
                {"at_ms", http::integer(0, INT64_MAX).described("server time in milliseconds")},
                {"finishes_ms", time_or_null("when the lesson comes, or came, to its end, if it plays "
                                             "towards one; then it is finished")},
                {"ends_ms", time_or_null("when the session ends by itself, if nobody does anything")},
                {"display_device_id", id_or_null},
                {"created_at", http::time()},
                {"started_at", http::nullable(http::time())},
                {"stopped_at", http::nullable(http::time())}})
        .named("Session");
}

void add_session_routes(http::RouteTable& table, SessionParts parts) {
    add_reading(table, parts);
    add_making(table, parts);
    add_order_routes(table, parts);
    add_command_routes(table, parts);
    add_control_routes(table, parts);
    add_hand_routes(table, parts);
    add_preflight_routes(table, parts);
    add_fetch_routes(table, parts);
    add_pushes(table);
    add_topics(table);
}

} // namespace sessions
