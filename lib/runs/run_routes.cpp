#include "runs/run_routes.h"

#include <utility>

#include "http/serving/lists.h"
#include "runs/counts.h"

namespace runs {

namespace {

using http::Access;
using http::Answer;
using http::Call;
using store::Read;
using store::Tx;

http::Shape run_shape() {
    const auto id_or_null = http::nullable(http::identifier());
    return http::object(
               {{"id", http::identifier()},
                {"public_id", http::text(1, 200)},
                {"session_id", id_or_null},
                {"lesson_id", id_or_null},
                {"scenario_id", id_or_null},
                {"scenario_version", id_or_null},
                {"device_id", id_or_null},
                {"seat_id", id_or_null},
                {"person", http::nullable(http::person_reference())},
                {"state", http::one_of<RunState>()},
                {"origin", http::text(1, 40)},
                {"started_at", http::time()},
                {"ended_at", http::nullable(http::time())},
                {"progress", http::number(0, 1)},
                {"completed", http::boolean()},
                {"score", http::nullable(http::number(-1e9, 1e9))},
                {"events", http::integer(0, INT64_MAX).described("that the box has")},
                {"reported_events",
                 http::nullable(http::integer(0, INT64_MAX)).described("that the headset says it has made")}})
        .named("Run");
}

http::Shape event_shape() {
    return http::object(
               {{"kind", http::text(1, longest_kind)
                             .described("gaze, zone_enter, zone_exit, interaction, any other")},
                {"at_ms",
                 http::number(0, 253402300799999.0).described("server time, as the headset reckons it")},
                {"sent_ms?", http::number(0, 253402300799999.0).described("by the headset's own clock")},
                {"position_ms?", http::number(0, 253402300799999.0).described("in the lesson")},
                {"yaw_deg?", http::number(-360, 360)},
                {"pitch_deg?", http::number(-90, 90)},
                {"zone?", http::text(0, 200)},
                {"target?", http::text(0, 200)},
                {"dwell_ms?", http::number(0, 86400000)},
                {"data?", http::open_object({})}})
        .named("Event");
}

http::Shape batch_shape() {
    return http::object(
               {{"batch_id?", http::text(1, 128).described("chosen by the sender; sent twice, stored once. "
                                                           "Instead of it: boot_id and number")},
                {"boot_id?", http::text(1, 64).described("names one start of the sender: something random")},
                {"number?", http::integer(1, INT64_MAX).described("of the batch, from 1 in each boot")},
                {"run_id?", http::nullable(http::identifier())},
                {"reported_total?", http::integer(0, INT64_MAX)
                                        .described("events of the run that the headset has made so far, sent "
                                                   "or not: what the box lacks is then known")},
                {"events", http::list(event_shape(), batch_events_limit)}})
        .named("EventBatch");
}

http::Shape refused_shape() {
    return http::object({{"index", http::integer(0, batch_events_limit)},
                         {"field", http::text(0, 64).described("of the event; empty: the event itself")},
                         {"message", http::text(1, 200)}})
        .named("RefusedEvent");
}

http::Shape stored_shape() {
    return http::object(
               {{"run_id", http::identifier()},
                {"batch_id", http::text(1, 128).described("of a numbered batch: boot_id/number")},
                {"boot_id?", http::text(1, 64)},
                {"number?", http::integer(1, INT64_MAX)},
                {"stored", http::integer(0, batch_events_limit)},
                {"total", http::integer(0, INT64_MAX).described("events of the run, with this batch")},
                {"reported_total", http::nullable(http::integer(0, INT64_MAX))},
                {"repeated", http::boolean()},
                {"refused?", http::object({{"events", http::integer(1, batch_events_limit)},
                                           {"faults", http::list(refused_shape(), 100)}})
                                 .described("events that could not be kept; the others are stored")},
                {"unlikely_times?",
                 http::object({{"events", http::integer(1, batch_events_limit)},
                               {"off_ms", http::integer(-253402300799999, 253402300799999)
                                              .described("the worst: at_ms minus server time")}})
                     .described("stored all the same: the headset's idea of server time is wrong")}})
        .named("StoredBatch");
}

http::Json json_of(const RefusedEvent& refused) {
    return {{"index", refused.index}, {"field", refused.field}, {"message", refused.message}};
}

http::Json json_of(const Stored& stored) {
    http::Json json{
        {"run_id", stored.run_id},
        {"batch_id", stored.batch_id},
        {"stored", stored.stored},
        {"total", stored.total},
        {"reported_total", stored.reported_total ? http::Json(*stored.reported_total) : http::Json()},
        {"repeated", stored.repeated}};
    if (stored.number > 0) {
        json["boot_id"] = stored.boot_id;
        json["number"] = stored.number;
    }
    if (stored.refused_count > 0) {
        http::Json& refused =
            json["refused"] = {{"events", stored.refused_count}, {"faults", http::Json::array()}};
        for (const RefusedEvent& one : stored.refused)
            refused["faults"].push_back(json_of(one));
    }
    if (stored.unlikely > 0)
        json["unlikely_times"] = {{"events", stored.unlikely}, {"off_ms", stored.off_ms}};
    return json;
}

http::Json with_counts(Read& read, const Run& run) {
    http::Json json = json_of(run);
    const Counts counts = counts_of(read, run.id);
    json["events"] = counts.events;
    json["reported_events"] = counts.reported ? http::Json(*counts.reported) : http::Json();
    return json;
}

Answer take(Call& call, Tx& tx, Ingest& ingest, std::optional<RunId> run_id) {
    const Sender sender{call.caller.organisation_id, call.caller.device_id};
    return http::json(json_of(ingest.take_json(tx, sender, run_id, call.content)), 202);
}

http::Route ingest_route(http::RouteBuilder builder) {
    return builder.writes()
        .by(Access::headset)
        .counted()
        .body_limit(8u << 20)
        .parses_itself()
        .takes(batch_shape())
        .gives(stored_shape(), 202)
        .tagged("events");
}

void add_ingest(http::RouteTable& table, Ingest& ingest) {
    table.add(ingest_route(
        http::post("/v1/events", "Store a batch of a headset's events, in its current run")
            .handled<Tx>([&ingest](Call& call, Tx& tx) { return take(call, tx, ingest, std::nullopt); })));
    table.add(ingest_route(
        http::post("/v1/runs/:id/events", "Store a batch of events of a run, also one that has ended")
            .handled<Tx>(
                [&ingest](Call& call, Tx& tx) { return take(call, tx, ingest, call.id<RunId>("id")); })));
    table.add(ingest_route(
        http::message("events", "Store a batch of events, as POST /v1/events does")
            .handled<Tx>([&ingest](Call& call, Tx& tx) { return take(call, tx, ingest, std::nullopt); })));
}

RunFilter filter_of(const Call& call) {
    RunFilter filter;
    filter.session_id = call.query_id<SessionId>("session");
    filter.person_id = call.query_id<PersonId>("person");
    filter.device_id = call.query_id<DeviceId>("device");
    filter.lesson_id = call.query_id<LessonId>("lesson");
    filter.scenario_id = call.query_id<ScenarioId>("scenario");
    return filter;
}

} // namespace

void add_run_routes(http::RouteTable& table, Runs& runs, Ingest& ingest) {
    http::Fields filters = http::paging_fields(1000);
    for (const char* name : {"session?", "person?", "device?", "lesson?", "scenario?"}) {
        filters.emplace_back(name, http::identifier());
    }
    table.add(http::get("/v1/runs", "Who did what, newest first")
                  .reads()
                  .by(Access::viewer)
                  .asks(std::move(filters))
                  .gives(http::page_of(run_shape()))
                  .tagged("runs")
                  .handled<Read>([&runs](Call& call, Read& read) {
                      http::Answer answer =
                          http::page_answer(runs.list(read, call.caller.organisation_id, filter_of(call),
                                                      http::page_request<store::PageRequest>(call, 1000)),
                                            [&read](const Run& run) { return with_counts(read, run); });
                      // The audit log tells whose record was looked at.
                      if (const auto person = call.query_id<PersonId>("person"))
                          answer.on({{"person", *person}});
                      return answer;
                  }));
    table.add(http::get("/v1/runs/:id", "One run")
                  .reads()
                  .by(Access::viewer)
                  .gives(run_shape())
                  .tagged("runs")
                  .handled<Read>([&runs](Call& call, Read& read) {
                      return http::json(with_counts(
                          read, runs.get(read, call.caller.organisation_id, call.id<RunId>("id"))));
                  }));
    table.add(http::patch("/v1/runs/:id", "Say whose run it is, or take that back")
                  .writes()
                  .by(Access::teacher)
                  .takes(http::object({{"person_id", http::nullable(http::identifier())}}))
                  .gives(run_shape())
                  .tagged("runs")
                  .handled<Tx>([&runs](Call& call, Tx& tx) {
                      const Run run = runs.name(tx, call.caller.organisation_id, call.id<RunId>("id"),
                                                call.fields().find<PersonId>("person_id"));
                      return http::json(with_counts(tx, run)).on({{"run", run.id}});
                  }));
    add_ingest(table, ingest);
}

} // namespace runs
