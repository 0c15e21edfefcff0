#include "dialects/unreal/sights.h"

#include <algorithm>

#include "dialects/unreal/vr_sessions.h"
#include "platform/crypto.h"
#include "platform/text.h"
#include "runs/event.h"

namespace dialects::unreal {

namespace {

constexpr std::int64_t longest_dwell_s = std::int64_t{24} * 3600;

struct Sight {
    const char* kind;
    std::string zone, target, session_id;
    std::int64_t duration_s = 0;
};

// All that was sent goes with it.
runs::Run store_sight(const Parts& parts, const http::Call& call, const Fields& fields, store::Tx& tx,
                      const Sight& sight) {
    const platform::Caller& caller = call.caller;
    runs::Run run = sight.session_id.empty() ? session_of_nobody(tx, parts, caller)
                                             : session_of_events(tx, parts, caller, sight.session_id);
    Json metadata = fields.body();
    metadata.erase("session_id");
    const std::string data = Json{{"metadata", metadata}}.dump();
    runs::Event event;
    event.kind = sight.kind;
    event.at_ms = tx.now_ms();
    event.zone = sight.zone;
    event.target = sight.target;
    event.dwell_ms = 1000 * std::clamp(sight.duration_s, -longest_dwell_s, longest_dwell_s);
    event.data = data;
    parts.ingest.take(tx, {caller.organisation_id, {}}, run, platform::random_token(parts.random, 16),
                      {&event, 1});
    return run;
}

Json answer_of(const char* kind, const char* message, const std::string& duration, std::int64_t duration_s,
               std::int64_t now_ms) {
    return {{"status", "success"},
            {"data_type", kind},
            {"message", message},
            {"duration", duration},
            {"duration_seconds", duration_s},
            {"received_at", platform::iso8601(now_ms)}};
}

} // namespace

http::Answer take_point(const Parts& parts, const http::Call& call, Fields& fields, store::Tx& tx) {
    const std::string parent = fields.text("Parent"), duration = fields.text_or_number("POI_Duration");
    const auto point = fields.optional_text("POI");
    const auto session_id = fields.optional_text("session_id");
    fields.check();
    const std::int64_t duration_s = seconds_of_duration(duration);
    const runs::Run run = store_sight(
        parts, call, fields, tx, {"poi", parent, point.value_or(""), session_id.value_or(""), duration_s});
    Json answer = answer_of("poi", "Point of interest recorded", duration, duration_s, tx.now_ms());
    answer["poi"] = point ? Json(*point) : Json(nullptr);
    answer["parent"] = parent;
    return http::json(answer, 201).on({{"run", run.id}});
}

http::Answer take_view(const Parts& parts, const http::Call& call, Fields& fields, store::Tx& tx) {
    const std::string view = fields.text("View"), duration = fields.text_or_number("TotalDuration");
    const auto session_id = fields.optional_text("session_id");
    fields.check();
    const std::int64_t duration_s = seconds_of_duration(duration);
    const runs::Run run =
        store_sight(parts, call, fields, tx, {"view", view, "", session_id.value_or(""), duration_s});
    Json answer = answer_of("view", "View recorded", duration, duration_s, tx.now_ms());
    answer["view"] = view;
    return http::json(answer, 201).on({{"run", run.id}});
}

} // namespace dialects::unreal
