#include "insights/result_routes.h"

#include "http/serving/lists.h"
#include "runs/ingest.h"

namespace insights {

namespace {

using http::Answer;
using http::Call;
using store::Read;

constexpr std::int64_t history_csv_rows = 10'000;

http::Shape thing_shape(http::Fields more = {}) {
    http::Fields fields{{"id", http::identifier()}, {"title", http::text(0, 200)}};
    fields.insert(fields.end(), more.begin(), more.end());
    return http::nullable(http::object(fields));
}

http::Shape score_shape() {
    return http::nullable(http::number(-1e9, 1e9));
}

http::Shape result_shape() {
    return http::object({{"run_id", http::identifier()},
                         {"origin", http::text(1, 40)},
                         {"session", thing_shape()},
                         {"lesson", thing_shape({{"kind", http::text(1, 40)}}).described("as it was taught")},
                         {"attempt", count().described("of the student at this lesson; 0: not known")},
                         {"completed", http::boolean()},
                         {"progress", http::number(0, 1)},
                         {"score", score_shape()},
                         {"time_in_lesson_ms", count()},
                         {"events", count()},
                         {"reported_events", http::nullable(count())},
                         {"started_at", http::time()},
                         {"ended_at", http::nullable(http::time())}})
        .named("Result");
}

http::Shape run_insights_shape() {
    return http::object({{"result", result_shape()},
                         {"slice_ms", count()},
                         {"missing_events", count()},
                         {"zones", dwell_shape()},
                         {"targets", dwell_shape()},
                         {"kinds", http::map(count(), 1000)},
                         {"gaze", gaze_shape()},
                         {"slices", slices_shape()}})
        .named("RunInsights");
}

http::Shape class_results_shape() {
    const auto lesson = http::object({{"lesson_id", http::identifier()},
                                      {"attempts", count()},
                                      {"completed", http::boolean()},
                                      {"progress", http::number(0, 1)},
                                      {"best_score", score_shape()},
                                      {"last_score", score_shape()},
                                      {"time_in_lesson_ms", count()},
                                      {"last_started_at", http::time()}});
    const auto student =
        http::object({{"person", http::person_reference()}, {"lessons", http::list(lesson, 10'000)}});
    return http::object({{"class", http::object({{"id", http::identifier()}, {"name", http::text(1, 80)}})},
                         {"lessons", http::list(http::object({{"id", http::identifier()},
                                                              {"title", http::text(0, 200)}}),
                                                10'000)},
                         {"students", http::list(student, 10'000)}})
        .named("ClassResults");
}

// ---- a run's ----

void add_run_insights(http::RouteTable& table, const InsightParts& parts) {
    table.add(
        reading(http::get("/v1/runs/:id/insights",
                          "One run: its result, whether all its events have arrived, its gaze moment by "
                          "moment"))
            .gives(run_insights_shape())
            .handled<Read>([](Call& call, Read& read) {
                const OrganisationId organisation_id = call.caller.organisation_id;
                const RunId id = call.id<RunId>("id");
                const Result result = result_of(read, organisation_id, id);
                return http::json(run_insights_json(result, runs::Ingest::rollup(read, organisation_id, id),
                                                    runs::slices_of(read, id)))
                    .on({{"run", id}});
            }));
    table.add(reading(http::get("/v1/runs/:id/insights/:table",
                                "The same as CSV: gaze, moments, zones, targets (.csv)"))
                  .handled<Read>([parts](Call& call, Read& read) {
                      const OrganisationId organisation_id = call.caller.organisation_id;
                      const RunId id = parts.runs.get(read, organisation_id, call.id<RunId>("id")).id;
                      const Table wanted = table_of(call);
                      return csv_answer(run_csv(runs::Ingest::rollup(read, organisation_id, id),
                                                runs::slices_of(read, id), wanted),
                                        "run-" + to_string(id) + "-" + std::string(platform::name_of(wanted)))
                          .on({{"run", id}});
                  }));
}

// ---- a student's and a class's ----

void add_results(http::RouteTable& table, const InsightParts& parts) {
    table.add(reading(http::get("/v1/people/:id/history", "What a student has done, newest first"))
                  .asks(http::paging_fields())
                  .gives(http::page_of(result_shape()))
                  .handled<Read>([parts](Call& call, Read& read) {
                      const auto person =
                          parts.people.get(read, call.caller.organisation_id, call.id<PersonId>("id"));
                      return http::page_answer(history_of(read, person.organisation_id, person.id,
                                                          http::page_request<store::PageRequest>(call)))
                          .on({{"person", person.id}});
                  }));
    table.add(reading(http::get("/v1/people/:id/history.csv", "The same as CSV"))
                  .handled<Read>([parts](Call& call, Read& read) {
                      const auto person =
                          parts.people.get(read, call.caller.organisation_id, call.id<PersonId>("id"));
                      const auto history =
                          history_of(read, person.organisation_id, person.id, {history_csv_rows, {}});
                      return csv_answer(history_csv(history.items), "history-" + to_string(person.id))
                          .on({{"person", person.id}});
                  }));
    table.add(reading(http::get("/v1/classes/:id/results", "Each student of a class by lesson"))
                  .gives(class_results_shape())
                  .handled<Read>([parts](Call& call, Read& read) {
                      const auto one =
                          parts.classes.get(read, call.caller.organisation_id, call.id<ClassId>("id"));
                      http::Json body = json_of(results_of_class(read, one.organisation_id, one.id));
                      body["class"] = {{"id", one.id}, {"name", one.name}};
                      return http::json(body).on({{"class", one.id}});
                  }));
    table.add(reading(http::get("/v1/classes/:id/results.csv", "The same as CSV"))
                  .handled<Read>([parts](Call& call, Read& read) {
                      const auto one =
                          parts.classes.get(read, call.caller.organisation_id, call.id<ClassId>("id"));
                      return csv_answer(class_csv(results_of_class(read, one.organisation_id, one.id)),
                                        "class-" + to_string(one.id))
                          .on({{"class", one.id}});
                  }));
}

} // namespace

http::RouteBuilder reading(http::RouteBuilder route) {
    return route.reads().by(http::Access::viewer).tagged("insights");
}

Answer csv_answer(std::string text, const std::string& name) {
    return http::text(std::move(text), "text/csv; charset=utf-8")
        .header("Content-Disposition", "attachment; filename=\"" + name + ".csv\"");
}

Table table_of(const Call& call) {
    constexpr std::string_view ending = ".csv";
    const std::string file = call.parameter("table");
    if (file.ends_with(ending))
        if (const auto table =
                platform::named<Table>(std::string_view(file).substr(0, file.size() - ending.size())))
            return *table;
    platform::throw_not_found("table");
}

http::Shape count() {
    return http::integer(0, INT64_MAX);
}

http::Shape dwell_shape() {
    return http::list(http::object({{"name", http::text(1, 200)}, {"dwell_ms", count()}}), 1000);
}

http::Shape gaze_shape() {
    return http::object({{"columns", http::integer(1, 360)},
                         {"rows", http::integer(1, 180)},
                         {"counts", http::list(http::integer(0, UINT32_MAX), 64'800)},
                         {"total", count()}})
        .named("GazeGrid");
}

http::Shape cells_shape() {
    return http::list(count(), 100'000)
        .described("cell, count, cell, count, ... of the grid's cells that were looked at, row by row");
}

http::Shape slices_shape() {
    const auto direction =
        http::object({{"yaw_deg", http::number(-180, 180)}, {"pitch_deg", http::number(-90, 90)}})
            .named("Direction");
    return http::list(http::object({{"position_ms", count()},
                                    {"events", count()},
                                    {"looks", count()},
                                    {"interactions", count()},
                                    {"gaze", http::nullable(direction).described("the mean direction")},
                                    {"cells", cells_shape()},
                                    {"targets", http::map(count(), 1000)}})
                          .named("RunSlice"),
                      20'000);
}

void add_result_routes(http::RouteTable& table, InsightParts parts) {
    add_run_insights(table, parts);
    add_results(table, parts);
}

} // namespace insights
