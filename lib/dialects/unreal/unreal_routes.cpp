#include "dialects/unreal/unreal_routes.h"

#include <memory>

#include "dialects/unreal/sights.h"
#include "dialects/unreal/tracking.h"
#include "dialects/unreal/vr_sessions.h"
#include "http/serving/assets.h"
#include "platform/crypto.h"
#include "platform/text.h"
#include "platform/version.h"

namespace dialects::unreal {

namespace {

using http::Access;
using http::Answer;
using http::Call;
using store::Read;
using store::Tx;

// ---- sessions ----

Json session_json(const runs::Run& run, const char* message, std::int64_t now_ms) {
    return {{"status", "success"},
            {"message", message},
            {"session_id", run.public_id},
            {"duration_seconds", duration_s(run, now_ms)},
            {"received_at", platform::iso8601(now_ms)}};
}

NewVrSession read_who(Fields& fields) {
    NewVrSession session;
    session.customer_id = fields.optional_text("customer_id");
    session.property_id = fields.optional_text("property_id");
    session.device_type = fields.optional_text("device_type");
    return session;
}

// One address for three kinds: a session that is over, a point of interest, a view.
Answer record_session(const Parts& parts, Call& call, Tx& tx) {
    Fields fields(call);
    const bool timed = fields.has("session_start") || fields.has("session_end");
    if (!timed && (fields.has("Parent") || fields.has("POI_Duration") || fields.has("POI")))
        return take_point(parts, call, fields, tx);
    if (!timed && (fields.has("View") || fields.has("TotalDuration")))
        return take_view(parts, call, fields, tx);
    if (!timed)
        for (const char* name : {"session_start", "session_end"})
            fields.miss(name);
    const auto started_ms = fields.time("session_start"), ended_ms = fields.time("session_end");
    NewVrSession session = read_who(fields);
    session.started_ms = started_ms.value_or(tx.now_ms());
    session.ended_ms = ended_ms.value_or(tx.now_ms());
    fields.check();
    const runs::Run run = begin_session(tx, parts, call.caller, session);
    Json answer = session_json(run, "Session recorded", tx.now_ms());
    answer["data_type"] = "session";
    return http::json(answer, 201).on({{"run", run.id}});
}

Answer start_session(const Parts& parts, Call& call, Tx& tx) {
    Fields fields(call);
    const auto started_ms = fields.time("session_start");
    NewVrSession session = read_who(fields);
    session.started_ms = started_ms;
    fields.check();
    const runs::Run run = begin_session(tx, parts, call.caller, session);
    return http::json(session_json(run, "Session started", tx.now_ms()), 201).on({{"run", run.id}});
}

Answer end_session_call(const Parts& parts, Call& call, Tx& tx) {
    Fields fields(call);
    const std::string id = fields.text("session_id");
    const auto ended_ms = fields.time("session_end");
    fields.check();
    const runs::Run run = end_session(tx, parts, call.caller, id, ended_ms.value_or(tx.now_ms()));
    return http::json(session_json(run, "Session ended", tx.now_ms())).on({{"run", run.id}});
}

Answer tell_status(const Parts& parts, Call& call, Read& read) {
    const std::string id = call.parameter("session");
    const auto run = find_session(read, parts, call.caller, id);
    Json body{
        {"session_id", id}, {"status", "not_found"}, {"started_at", nullptr}, {"duration_so_far", nullptr}};
    if (run) {
        body["status"] = run->ended_ms ? "completed" : "active";
        body["started_at"] = platform::iso8601(run->started_ms);
        const Json data = Json::parse(run->data, nullptr, false);
        const platform::JsonFields said(data);
        for (const char* name : {"customer_id", "property_id"})
            body[name] = said.json(name);
        const std::int64_t duration = duration_s(*run, read.now_ms());
        if (!run->ended_ms) {
            body["duration_so_far"] = duration;
        } else {
            body["ended_at"] = platform::iso8601(*run->ended_ms);
            body["duration_seconds"] = duration;
        }
    }
    return http::json(body);
}

Answer hear_heartbeat(const Parts& parts, Call& call, Read& read) {
    const std::string id = call.parameter("session");
    if (!find_session(read, parts, call.caller, id))
        throw_detail(platform::ErrorKind::not_found, "Session not found: " + id);
    return http::json(
        {{"status", "alive"}, {"session_id", id}, {"timestamp", platform::iso8601(read.now_ms())}});
}

// ---- events ----

// A batch belongs to its session, whichever headset brings it.
void store_in(const Parts& parts, const Call& call, Tx& tx, const Tracked& tracked, const runs::Run& run,
              std::string_view batch_id) {
    parts.ingest.take(tx, {call.caller.organisation_id, {}}, run, batch_id, tracked.events);
}

void store_events(const Parts& parts, Call& call, Tx& tx, const Tracked& tracked, std::string_view batch_id) {
    store_in(parts, call, tx, tracked, session_of_events(tx, parts, call.caller, tracked.session_id),
             batch_id);
}

// A single event is not a batch: two identical ones are two events.
Answer take_event(const Parts& parts, TrackingReader& reader, Call& call, Tx& tx) {
    const Tracked& tracked = reader.read_event(call.content);
    if (tracked.session_id.empty()) throw_detail(platform::ErrorKind::bad_request, "session_id is required");
    store_events(parts, call, tx, tracked, platform::random_token(parts.random, 16));
    return http::json({{"status", "received"}, {"timestamp", platform::iso8601(tx.now_ms())}}, 202);
}

// The newest apps' own: anything with a type, of a session or of none.
Answer take_anything(const Parts& parts, TrackingReader& reader, Call& call, Tx& tx) {
    const Tracked& tracked = reader.read_event(call.content, tx.now_ms());
    const std::string type(tracked.events.front().kind);
    const runs::Run run = tracked.session_id.empty()
                              ? session_of_nobody(tx, parts, call.caller)
                              : session_of_events(tx, parts, call.caller, tracked.session_id);
    store_in(parts, call, tx, tracked, run, platform::random_token(parts.random, 16));
    return http::json(
        {{"status", "received"}, {"event_type", type}, {"timestamp", platform::iso8601(tx.now_ms())}}, 201);
}

Answer take_batch(const Parts& parts, TrackingReader& reader, Call& call, Tx& tx) {
    const Tracked& tracked = reader.read_batch(call.content);
    if (!tracked.events.empty()) store_events(parts, call, tx, tracked, tracked.batch_id);
    const std::size_t processed = tracked.events.size();
    const double rate = tracked.total == 0
                            ? 0.0
                            : 100.0 * static_cast<double>(processed) / static_cast<double>(tracked.total);
    return http::json({{"status", "received"},
                       {"total_events", tracked.total},
                       {"processed", processed},
                       {"failed", tracked.total - processed},
                       {"success_rate", rate},
                       {"timestamp", platform::iso8601(tx.now_ms())}},
                      202);
}

// ---- the table ----

http::Shape time_shape() {
    return http::anything().described(
        "a time: ISO 8601, Unix seconds as an integer, a float or text, or \"02-Dec-2025, 2:54:12 pm\"");
}

http::Shape id_shape() {
    return http::nullable(http::text(0, id_limit));
}

http::Shape seconds_shape() {
    return http::integer(-999'999'999'999, 999'999'999'999);
}

http::Shape session_shape() {
    return http::open_object({{"status", http::one_of({"success"})},
                              {"message", http::text(1, 200)},
                              {"session_id", http::text(1, id_limit)},
                              {"duration_seconds", seconds_shape()},
                              {"received_at", http::time()}});
}

// A call to /session is answered by what it brought.
http::Shape recorded_shape() {
    return http::open_object({{"status", http::one_of({"success"})},
                              {"data_type", http::one_of({"session", "poi", "view"})},
                              {"message", http::text(1, 200)},
                              {"session_id?", http::text(1, id_limit)},
                              {"poi?", id_shape()},
                              {"parent?", http::text(1, id_limit)},
                              {"view?", http::text(1, id_limit)},
                              {"duration?", http::text(1, id_limit)},
                              {"duration_seconds", seconds_shape()},
                              {"received_at", http::time()}});
}

http::Fields event_fields(const char* session_id) {
    const auto name = http::nullable(http::text(0, name_limit));
    const auto number = http::anything().described("a number, or one as text");
    return {
        {"event_type",
         http::text(1, runs::longest_kind).described("gaze, zone_enter, zone_exit, interaction, any other")},
        {"timestamp", time_shape()},
        {session_id, id_shape()},
        {"zone_name?", name},
        {"object_name?", name},
        {"position?", http::nullable(http::open_object({{"x?", number}, {"y?", number}, {"z?", number}}))},
        {"rotation?",
         http::nullable(http::open_object({{"pitch?", number}, {"yaw?", number}, {"roll?", number}}))},
        {"gaze_target?", name},
        {"dwell_time_ms?", number},
        {"interaction_type?", name},
        {"metadata?", http::nullable(http::open_object({}))},
        {"event_data?", http::nullable(http::open_object({})).described("or all of them in here")}};
}

http::RouteBuilder in_dialect(http::RouteBuilder route) {
    return route.by(Access::headset).errors(error_answer).parses_itself().tagged("unreal dialect");
}

void add_sessions(http::RouteTable& table, const Parts& parts) {
    const http::Fields who{
        {"customer_id?", id_shape()}, {"property_id?", id_shape()}, {"device_type?", id_shape()}};
    http::Fields start{{"session_start?", time_shape()}}, recorded{{"session_start?", time_shape()},
                                                                   {"session_end?", time_shape()},
                                                                   {"Parent?", id_shape()},
                                                                   {"POI?", id_shape()},
                                                                   {"POI_Duration?", http::anything()},
                                                                   {"View?", id_shape()},
                                                                   {"TotalDuration?", http::anything()},
                                                                   {"session_id?", id_shape()}};
    for (http::Fields* fields : {&start, &recorded})
        fields->insert(fields->end(), who.begin(), who.end());
    table.add(
        in_dialect(http::post("/api/v1/unreal/session",
                              "Unreal dialect: record a session that is over, a point of interest or a view"))
            .writes()
            .takes(http::open_object(recorded))
            .gives(recorded_shape(), 201)
            .handled<Tx>([parts](Call& call, Tx& tx) { return record_session(parts, call, tx); }));
    table.add(in_dialect(http::post("/api/v1/unreal/session/start", "Unreal dialect: begin a session"))
                  .writes()
                  .takes(http::open_object(start))
                  .gives(session_shape(), 201)
                  .handled<Tx>([parts](Call& call, Tx& tx) { return start_session(parts, call, tx); }));
    table.add(in_dialect(http::post("/api/v1/unreal/session/end", "Unreal dialect: end a session"))
                  .writes()
                  .takes(http::open_object(
                      {{"session_id", http::text(1, id_limit)}, {"session_end?", time_shape()}}))
                  .gives(session_shape())
                  .handled<Tx>([parts](Call& call, Tx& tx) { return end_session_call(parts, call, tx); }));
    table.add(
        in_dialect(http::get("/api/v1/unreal/session/:session/status", "Unreal dialect: how a session is"))
            .reads()
            .counted()
            .gives(http::open_object({{"session_id", http::text(0, 2000)},
                                      {"status", http::one_of({"active", "completed", "not_found"})},
                                      {"started_at", http::nullable(http::time())},
                                      {"duration_so_far", http::nullable(seconds_shape())},
                                      {"customer_id?", id_shape()},
                                      {"property_id?", id_shape()},
                                      {"ended_at?", http::time()},
                                      {"duration_seconds?", seconds_shape()}}))
            .handled<Read>([parts](Call& call, Read& read) { return tell_status(parts, call, read); }));
    table.add(
        in_dialect(http::post("/api/v1/unreal/session/:session/heartbeat", "Unreal dialect: a session lives"))
            .reads()
            .counted()
            .gives(http::open_object({{"status", http::one_of({"alive"})},
                                      {"session_id", http::text(1, id_limit)},
                                      {"timestamp", http::time()}}))
            .handled<Read>([parts](Call& call, Read& read) { return hear_heartbeat(parts, call, read); }));
}

void add_tracking(http::RouteTable& table, const Parts& parts) {
    // The routes share one reader: everything that writes runs on one thread.
    const auto reader = std::make_shared<TrackingReader>();
    table.add(in_dialect(http::post("/api/v1/unreal/event", "Unreal dialect: store an event of any content"))
                  .writes()
                  .counted()
                  .takes(http::open_object({{"event_type", http::text(1, runs::longest_kind)},
                                            {"timestamp?", time_shape()},
                                            {"session_id?", id_shape()}}))
                  .gives(http::open_object({{"status", http::one_of({"received"})},
                                            {"event_type", http::text(1, runs::longest_kind)},
                                            {"timestamp", http::time()}}),
                         201)
                  .handled<Tx>([parts, reader](Call& call, Tx& tx) {
                      return take_anything(parts, *reader, call, tx);
                  }));
    table.add(
        in_dialect(http::post("/api/v1/unreal/tracking/event", "Unreal dialect: store one event"))
            .writes()
            .counted()
            .takes(http::open_object(event_fields("session_id")))
            .gives(http::open_object({{"status", http::one_of({"received"})}, {"timestamp", http::time()}}),
                   202)
            .handled<Tx>(
                [parts, reader](Call& call, Tx& tx) { return take_event(parts, *reader, call, tx); }));
    const auto most = http::integer(0, runs::batch_events_limit);
    table.add(
        in_dialect(http::post("/api/v1/unreal/tracking/batch", "Unreal dialect: store a session's events"))
            .writes()
            .counted()
            .body_limit(8u << 20)
            .takes(http::open_object(
                {{"session_id", http::text(1, id_limit)},
                 {"events",
                  http::list(http::open_object(event_fields("session_id?")), runs::batch_events_limit)
                      .described("invalid ones are counted as failed, the others are stored")},
                 {"sent_at?", http::nullable(time_shape())},
                 {"batch_id?", http::nullable(http::text(1, 128))}}))
            .gives(http::open_object({{"status", http::one_of({"received"})},
                                      {"total_events", most},
                                      {"processed", most},
                                      {"failed", most},
                                      {"success_rate", http::number(0, 100).described("percent")},
                                      {"timestamp", http::time()}}),
                   202)
            .handled<Tx>(
                [parts, reader](Call& call, Tx& tx) { return take_batch(parts, *reader, call, tx); }));
}

// With the trainer dialect's fields: its original answers here too.
Answer front(const Parts& parts, Call& call) {
    if (http::accepts_html(call) && !call.under_site_key) return http::asset(call, "index.html");
    Json endpoints = Json::object();
    for (const auto& [name, path] : {std::pair{"session", "/api/v1/unreal/session"},
                                     {"session_start", "/api/v1/unreal/session/start"},
                                     {"session_end", "/api/v1/unreal/session/end"},
                                     {"session_status", "/api/v1/unreal/session/{session_id}/status"},
                                     {"session_heartbeat", "/api/v1/unreal/session/{session_id}/heartbeat"},
                                     {"event", "/api/v1/unreal/event"},
                                     {"tracking_event", "/api/v1/unreal/tracking/event"},
                                     {"tracking_batch", "/api/v1/unreal/tracking/batch"},
                                     {"health", "/health"},
                                     {"docs", "/docs"},
                                     {"redoc", "/redoc"},
                                     {"openapi", "/openapi.json"}})
        endpoints[name] = path;
    return http::json({{"service", "Lectern"},
                       {"version", platform::version()},
                       {"status", "running"},
                       {"description", "The server of a classroom of VR headsets"},
                       {"endpoints", endpoints},
                       {"integrations", Json::array({"training", "lms", "unreal", "seats", "trainer"})},
                       {"success", true},
                       {"message", "Lectern is running"},
                       {"timestamp", platform::iso8601(parts.clock.now_ms())}})
        .header("Vary", "Accept");
}

// Unknown paths are answered in this dialect's words, and not in the trainer dialect's, which has the rest of
// /api/v1.
void add_unknown(http::RouteTable& table) {
    for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"})
        table.add(
            http::RouteBuilder(method, "/api/v1/unreal/*rest", "Unreal dialect: nothing is here")
                .memory()
                .by(Access::open)
                .counted()
                .errors(error_answer)
                .parses_itself()
                .takes(http::anything())
                .gives(http::nothing())
                .tagged("unreal dialect")
                .handled([](Call&) -> Answer { throw_detail(platform::ErrorKind::not_found, "Not Found"); }));
}

} // namespace

void add_unreal_routes(http::RouteTable& table, const Parts& parts) {
    add_sessions(table, parts);
    add_tracking(table, parts);
    add_unknown(table);
    table.add(http::get("/", "The page for browsers; what this service is for everybody else")
                  .memory()
                  .by(Access::open)
                  .counted()
                  .tagged("unreal dialect")
                  .handled([parts](Call& call) { return front(parts, call); }));
}

} // namespace dialects::unreal
