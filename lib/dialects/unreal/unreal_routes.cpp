#include "dialects/unreal/unreal_routes.h"

#include <memory>

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

Json session_json(const runs::Run& run, const char* status, const char* message, std::int64_t now_ms) {
    return {{"status", status},
            {"message", message},
            {"session_id", run.public_id},
            {"duration_seconds", duration_s(run, now_ms)},
            {"received_at", platform::iso8601(now_ms)}};
}

Answer record_session(const Parts& parts, Call& call, Tx& tx) {
    Fields fields(call);
    NewVrSession session;
    session.started_ms = fields.time("session_start");
    session.ended_ms = fields.time("session_end");
    session.customer_id = fields.optional_text("customer_id");
    session.property_id = fields.optional_text("property_id");
    fields.check();
    if (*session.ended_ms < *session.started_ms)
        throw_detail(platform::ErrorKind::bad_request, "session_end is before session_start");
    const runs::Run run = begin_session(tx, parts, call.caller, session);
    return http::json(session_json(run, "success", "Session recorded", tx.now_ms()), 201)
        .on({{"run", run.id}});
}

Answer start_session(const Parts& parts, Call& call, Tx& tx) {
    Fields fields(call);
    NewVrSession session;
    session.customer_id = fields.optional_text("customer_id");
    session.property_id = fields.optional_text("property_id");
    fields.check();
    const runs::Run run = begin_session(tx, parts, call.caller, session);
    return http::json(session_json(run, "active", "Session started", tx.now_ms()), 201).on({{"run", run.id}});
}

Answer end_session_call(const Parts& parts, Call& call, Tx& tx) {
    Fields fields(call);
    const std::string id = fields.text("session_id");
    fields.check();
    const runs::Run run = end_session(tx, parts, call.caller, id);
    return http::json(session_json(run, "completed", "Session ended", tx.now_ms())).on({{"run", run.id}});
}

Answer tell_status(const Parts& parts, Call& call, Read& read) {
    const std::string id = call.parameter("session");
    const auto run = find_session(read, parts, call.caller, id);
    Json body{{"session_id", id}, {"status", "not_found"}, {"started_at", nullptr}, {"duration_so_far", 0.0}};
    if (run) {
        body["status"] = run->ended_ms ? "completed" : "active";
        body["started_at"] = platform::iso8601(run->started_ms);
        const double duration = duration_s(*run, read.now_ms());
        body["duration_so_far"] = duration;
        if (run->ended_ms) {
            body["ended_at"] = platform::iso8601(*run->ended_ms);
            body["duration_seconds"] = duration;
        }
    }
    return http::json(body);
}

Answer hear_heartbeat(const Parts& parts, Call& call, Read& read) {
    const std::string id = call.parameter("session");
    if (!find_session(read, parts, call.caller, id))
        throw_detail(platform::ErrorKind::not_found, "Session not found");
    return http::json(
        {{"status", "alive"}, {"session_id", id}, {"timestamp", platform::iso8601(read.now_ms())}});
}

// ---- events ----

// A batch belongs to its session, whichever headset brings it.
void store_events(const Parts& parts, Call& call, Tx& tx, const Tracked& tracked, std::string_view batch_id) {
    const runs::Run run = session_of_events(tx, parts, call.caller, tracked.session_id);
    parts.ingest.take(tx, {call.caller.organisation_id, {}}, run, batch_id, tracked.events);
}

// A single event is not a batch: two identical ones are two events.
Answer take_event(const Parts& parts, TrackingReader& reader, Call& call, Tx& tx) {
    const Tracked& tracked = reader.read_event(call.content);
    if (tracked.session_id.empty()) throw_detail(platform::ErrorKind::bad_request, "session_id is required");
    store_events(parts, call, tx, tracked, platform::random_token(parts.random, 16));
    return http::json({{"status", "received"}, {"timestamp", platform::iso8601(tx.now_ms())}}, 202);
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
    return http::anything().described("a time: ISO 8601, or Unix seconds as an integer or a float");
}

http::Shape id_shape() {
    return http::nullable(http::text(0, id_limit));
}

http::Shape session_shape() {
    return http::open_object({{"status", http::one_of({"success", "active", "completed"})},
                              {"message", http::text(1, 200)},
                              {"session_id", http::text(1, id_limit)},
                              {"duration_seconds", http::number(0, 1e12)},
                              {"received_at", http::time()}});
}

http::Fields event_fields(const char* session_id) {
    const auto name = http::nullable(http::text(0, name_limit));
    const auto any_number = http::number(-1e300, 1e300);
    return {
        {"event_type",
         http::text(1, runs::longest_kind).described("gaze, zone_enter, zone_exit, interaction, any other")},
        {"timestamp", time_shape()},
        {session_id, id_shape()},
        {"zone_name?", name},
        {"object_name?", name},
        {"position?",
         http::nullable(http::open_object({{"x", any_number}, {"y", any_number}, {"z", any_number}}))},
        {"rotation?", http::nullable(http::open_object(
                          {{"pitch", any_number}, {"yaw", any_number}, {"roll", any_number}}))},
        {"gaze_target?", name},
        {"dwell_time_ms?", http::nullable(http::number(0, 86'400'000))},
        {"interaction_type?", name},
        {"metadata?", http::nullable(http::open_object({}))}};
}

http::RouteBuilder in_dialect(http::RouteBuilder route) {
    return route.by(Access::headset).errors(error_answer).parses_itself().tagged("unreal dialect");
}

void add_sessions(http::RouteTable& table, const Parts& parts) {
    const http::Fields ids{{"customer_id?", id_shape()}, {"property_id?", id_shape()}};
    http::Fields times{{"session_start", time_shape()}, {"session_end", time_shape()}};
    times.insert(times.end(), ids.begin(), ids.end());
    table.add(
        in_dialect(http::post("/api/v1/unreal/session", "Unreal dialect: record a session that is over"))
            .writes()
            .takes(http::open_object(times))
            .gives(session_shape(), 201)
            .handled<Tx>([parts](Call& call, Tx& tx) { return record_session(parts, call, tx); }));
    table.add(in_dialect(http::post("/api/v1/unreal/session/start", "Unreal dialect: begin a session"))
                  .writes()
                  .takes(http::open_object(ids))
                  .gives(session_shape(), 201)
                  .handled<Tx>([parts](Call& call, Tx& tx) { return start_session(parts, call, tx); }));
    table.add(in_dialect(http::post("/api/v1/unreal/session/end", "Unreal dialect: end a session"))
                  .writes()
                  .takes(http::open_object({{"session_id", http::text(1, id_limit)}}))
                  .gives(session_shape())
                  .handled<Tx>([parts](Call& call, Tx& tx) { return end_session_call(parts, call, tx); }));
    table.add(
        in_dialect(http::get("/api/v1/unreal/session/:session/status", "Unreal dialect: how a session is"))
            .reads()
            .counted()
            .gives(http::open_object({{"session_id", http::text(0, 2000)},
                                      {"status", http::one_of({"active", "completed", "not_found"})},
                                      {"started_at", http::nullable(http::time())},
                                      {"duration_so_far", http::number(0, 1e12)},
                                      {"ended_at?", http::time()},
                                      {"duration_seconds?", http::number(0, 1e12)}}))
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
    // Both routes share one reader: everything that writes runs on one thread.
    const auto reader = std::make_shared<TrackingReader>();
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

Answer front(Call& call) {
    if (http::accepts_html(call) && !call.under_site_key) return http::asset(call, "index.html");
    Json endpoints = Json::object();
    for (const auto& [name, path] : {std::pair{"session", "/api/v1/unreal/session"},
                                     {"session_start", "/api/v1/unreal/session/start"},
                                     {"session_end", "/api/v1/unreal/session/end"},
                                     {"session_status", "/api/v1/unreal/session/{session_id}/status"},
                                     {"session_heartbeat", "/api/v1/unreal/session/{session_id}/heartbeat"},
                                     {"tracking_event", "/api/v1/unreal/tracking/event"},
                                     {"tracking_batch", "/api/v1/unreal/tracking/batch"},
                                     {"health", "/health"},
                                     {"docs", "/docs"},
                                     {"openapi", "/openapi.json"}})
        endpoints[name] = path;
    return http::json({{"service", "Lectern"},
                       {"version", platform::version()},
                       {"status", "running"},
                       {"endpoints", endpoints}})
        .header("Vary", "Accept");
}

} // namespace

void add_unreal_routes(http::RouteTable& table, const Parts& parts) {
    add_sessions(table, parts);
    add_tracking(table, parts);
    table.add(http::get("/", "The page for browsers; what this service is for everybody else")
                  .memory()
                  .by(Access::open)
                  .counted()
                  .tagged("unreal dialect")
                  .handled(front));
}

} // namespace dialects::unreal
