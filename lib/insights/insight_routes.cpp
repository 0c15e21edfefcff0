#include "insights/insight_routes.h"

#include <algorithm>

#include "http/serving/lists.h"
#include "insights/insight_json.h"
#include "insights/result_routes.h"
#include "sessions/session_routes.h"

namespace insights {

namespace {

using http::Answer;
using http::Call;
using store::Read;

// ---- shapes ----

http::Shape share() {
    return http::nullable(http::number(0, 1));
}

http::Shape lesson_shape() {
    return http::nullable(http::open_object({{"index", count()},
                                             {"lesson_id", http::identifier()},
                                             {"title", http::text(1, 200).described("as it was taught")},
                                             {"kind", http::one_of<courses::LessonKind>()},
                                             {"content", http::text(0, 2000)},
                                             {"duration_ms", http::nullable(http::integer(1, INT64_MAX))}}));
}

http::Shape direction_shape() {
    return http::nullable(
        http::object({{"yaw_deg", http::number(-180, 180)}, {"pitch_deg", http::number(-90, 90)}})
            .named("Direction"));
}

http::Shape target_shape() {
    return http::nullable(http::object({{"name", http::nullable(http::text(1, 200))},
                                        {"direction", direction_shape()},
                                        {"radius_deg", http::nullable(http::number(1, 180))}})
                              .named("AttentionTarget"));
}

http::Shape definitions_shape() {
    return http::map(http::text(1, 1000), 100).described("what the figures mean, in a sentence each");
}

http::Shape device_shape() {
    return http::nullable(http::object({{"id", http::identifier()}, {"name", http::text(0, 80)}}));
}

http::Shape reasons_shape() {
    const auto figure = http::nullable(http::number(0, 1e15));
    return http::list(
        http::object({{"code", http::one_of({"not_there", "short_time", "not_completed", "low_engagement",
                                             "missed_target", "looked_elsewhere", "low_score",
                                             "events_missing", "not_named"})},
                      {"value", figure},
                      {"of_class", figure.described("the class's median")}})
            .named("Reason"),
        20);
}

http::Shape student_shape() {
    return http::object({{"person", http::nullable(http::person_reference())},
                         {"device", device_shape()},
                         {"took_part", http::boolean()},
                         {"run_ids", http::list(http::identifier(), 10'000)},
                         {"attempts", count()},
                         {"completed", http::boolean()},
                         {"progress", http::number(0, 1)},
                         {"score", http::nullable(http::number(-1e9, 1e9))},
                         {"time_in_lesson_ms", count()},
                         {"events", count()},
                         {"reported_events", http::nullable(count())},
                         {"missing_events", count()},
                         {"looks", count()},
                         {"interactions", count()},
                         {"engagement", share()},
                         {"agreement", share()},
                         {"attention", share()},
                         {"zones", dwell_shape()},
                         {"targets", dwell_shape()},
                         {"kinds", http::map(count(), 1000)},
                         {"gaze", gaze_shape()},
                         {"reasons", reasons_shape()}})
        .named("StudentInsight");
}

// The class as a whole; `more` holds fields that name nobody but show where students looked.
http::Shape class_shape(http::Fields more) {
    const auto figure = http::nullable(http::number(-1e9, 1e15));
    http::Fields fields{{"students", count()},
                        {"took_part", count()},
                        {"completed", count()},
                        {"median", http::object({{"time_in_lesson_ms", figure},
                                                 {"engagement", share()},
                                                 {"agreement", share()},
                                                 {"attention", share()},
                                                 {"score", figure},
                                                 {"interactions", figure}})}};
    fields.insert(fields.end(), more.begin(), more.end());
    return http::object(fields);
}

http::Fields moment_fields() {
    return {{"position_ms", count()},  {"students", count()},   {"looks", count()},
            {"interactions", count()}, {"engagement", share()}, {"agreement", share()},
            {"attention", share()}};
}

http::Shape report_shape() {
    const auto first = http::object({{"person", http::nullable(http::person_reference())},
                                     {"device", device_shape()},
                                     {"reasons", reasons_shape()}});
    const auto step = http::object({{"step", http::one_of({"invited", "took_part", "looked", "went_somewhere",
                                                           "interacted", "completed"})},
                                    {"students", count()}});
    return http::object({{"session", sessions::session_shape()},
                         {"lesson", lesson_shape()},
                         {"slice_ms", count()},
                         {"target", target_shape()},
                         {"definitions", definitions_shape()},
                         {"students", http::list(student_shape(), 10'000)},
                         {"class", class_shape({{"zones", dwell_shape()},
                                                {"targets", dwell_shape()},
                                                {"kinds", http::map(count(), 1000)},
                                                {"gaze", gaze_shape()}})},
                         {"funnel", http::list(step, 10)},
                         {"timeline", http::list(http::object(moment_fields()).named("Moment"), 20'000)},
                         {"look_first", http::list(first, 10'000)}})
        .named("SessionInsights");
}

http::Shape debrief_shape() {
    http::Fields slice = moment_fields();
    slice.emplace_back("cells", cells_shape());
    const auto student = http::object(
        {{"person", http::nullable(http::person_reference())},
         {"device", device_shape()},
         {"run_ids", http::list(http::identifier(), 10'000)},
         {"gaze",
          http::list(direction_shape(), 20'000).described("the mean direction in each of the slices")}});
    return http::object({{"session", sessions::session_shape()},
                         {"lesson", lesson_shape()},
                         {"slice_ms", count()},
                         {"columns", count()},
                         {"rows", count()},
                         {"target", target_shape()},
                         {"slices", http::list(http::object(slice).named("DebriefSlice"), 20'000)},
                         {"students", http::list(student.named("DebriefStudent"), 10'000)},
                         {"definitions", definitions_shape()}})
        .named("Debrief");
}

http::Shape student_report_shape() {
    return http::object({{"session", sessions::session_shape()},
                         {"lesson", lesson_shape()},
                         {"slice_ms", count()},
                         {"target", target_shape()},
                         {"definitions", definitions_shape()},
                         {"student", student_shape()},
                         {"slices", slices_shape()},
                         {"class", class_shape({})}})
        .named("StudentReport");
}

// ---- the request ----

http::Fields wish_fields() {
    return {{"lesson?", http::identifier().described("of the session; absent: the first that was taught")},
            {"target?", http::text(1, 200).described("a target that events name: whose attention it had")},
            {"yaw_deg?", http::number(-180, 180).described("or a direction, with pitch_deg")},
            {"pitch_deg?", http::number(-90, 90)},
            {"radius_deg?", http::number(1, 180).described("around the direction; absent: 20")}};
}

double number_or(const Call& call, const char* name, double otherwise) {
    const auto text = call.query(name);
    return text ? http::number(-1e9, 1e9).value_of(*text).get<double>() : otherwise;
}

ReportWish wish_of(const Call& call) {
    ReportWish wish;
    wish.lesson_id = call.query_id<LessonId>("lesson");
    const auto name = call.query("target");
    const bool yaw = call.query("yaw_deg").has_value(), pitch = call.query("pitch_deg").has_value();
    if (yaw != pitch)
        platform::throw_invalid(yaw ? "pitch_deg" : "yaw_deg", "is missing: a direction has both");
    if (name && yaw) platform::throw_invalid("target", "is a name or a direction, not both");
    if (name) wish.target = Target{*name, {}, 0};
    if (yaw)
        wish.target = Target{"",
                             {number_or(call, "yaw_deg", 0), number_or(call, "pitch_deg", 0)},
                             number_or(call, "radius_deg", 20)};
    return wish;
}

// ---- a session's ----

Answer session_answer(const InsightParts& parts, Call& call, Read& read, http::Json (*json)(const Report&)) {
    const auto session = parts.sessions.get(read, call.caller.organisation_id, call.id<SessionId>("id"));
    http::Json body = json(report_of(read, session, wish_of(call)));
    body["session"] = sessions::json_of(session);
    return http::json(body).on({{"session", session.id}});
}

Answer session_table(const InsightParts& parts, Call& call, Read& read) {
    const auto session = parts.sessions.get(read, call.caller.organisation_id, call.id<SessionId>("id"));
    const Table table = table_of(call);
    return csv_answer(report_csv(report_of(read, session, wish_of(call)), table),
                      "session-" + to_string(session.id) + "-" + std::string(platform::name_of(table)))
        .on({{"session", session.id}});
}

Answer student_page(const InsightParts& parts, Call& call, Read& read) {
    const auto session = parts.sessions.get(read, call.caller.organisation_id, call.id<SessionId>("id"));
    const PersonId person_id = call.id<PersonId>("person");
    const Report report = report_of(read, session, wish_of(call));
    const auto student = std::ranges::find_if(report.students, [person_id](const StudentReport& one) {
        return one.person && one.person->id == person_id;
    });
    if (student == report.students.end()) platform::throw_not_found("student in this session");
    http::Json body = student_report_json(report, *student);
    body["session"] = sessions::json_of(session);
    return http::json(body).on({{"session", session.id}, {"person", person_id}});
}

void add_session_insights(http::RouteTable& table, const InsightParts& parts) {
    table.add(reading(http::get("/v1/sessions/:id/insights",
                                "Results and insight of a session's lesson: each student, the class, "
                                "how it went over time, what to look at first"))
                  .asks(wish_fields())
                  .gives(report_shape())
                  .handled<Read>([parts](Call& call, Read& read) {
                      return session_answer(parts, call, read, report_json);
                  }));
    table.add(
        reading(http::get("/v1/sessions/:id/insights/:table",
                          "The same as CSV: students, zones, targets, gaze, timeline, moments, funnel "
                          "(.csv)"))
            .asks(wish_fields())
            .handled<Read>([parts](Call& call, Read& read) { return session_table(parts, call, read); }));
    table.add(reading(http::get("/v1/sessions/:id/debrief",
                                "A lesson moment by moment: where the class looked, and each student's mean "
                                "gaze"))
                  .asks(wish_fields())
                  .gives(debrief_shape())
                  .handled<Read>([parts](Call& call, Read& read) {
                      return session_answer(parts, call, read, debrief_json);
                  }));
    table.add(
        reading(http::get("/v1/sessions/:id/students/:person/report",
                          "One student's page of a session: of the others only the class's medians"))
            .asks(wish_fields())
            .gives(student_report_shape())
            .handled<Read>([parts](Call& call, Read& read) { return student_page(parts, call, read); }));
}

} // namespace

void add_insight_routes(http::RouteTable& table, InsightParts parts) {
    add_session_insights(table, parts);
    add_result_routes(table, parts);
}

} // namespace insights
