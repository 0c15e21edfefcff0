// Behaviour tracking of Unreal apps: the tables vr_sessions and tracking_events of its Postgres, exported as JSON, CSV or
// SQL. Its events are sent on as its own clients send them (docs/dialects/unreal.md).
#include <algorithm>
#include <map>

#include "app/moving_in/plan.h"

namespace app::moving_in {

namespace {

// Columns of an event that a client sends under the same name.
constexpr std::string_view texts[] = {"zone_name", "object_name", "gaze_target", "interaction_type"};
constexpr std::string_view objects[] = {"position", "rotation", "metadata", "event_data"};

Json event_of(const Json& row) {
    Json event = {{"event_type", text_of(row, "event_type")}};
    const Json& at = value_of(row, "timestamp");
    const auto at_ms = time_ms_of(row, "timestamp");
    event["timestamp"] = at_ms ? Json(static_cast<double>(*at_ms) / 1000) : at;
    for (const std::string_view column : texts)
        if (const std::string text = text_of(row, column); !text.empty()) event[std::string(column)] = text;
    for (const std::string_view column : objects)
        if (Json object = json_of(row, column); object.is_object())
            event[std::string(column)] = std::move(object);
    if (const auto dwell_ms = integer_of(row, "dwell_time_ms")) event["dwell_time_ms"] = *dwell_ms;
    return event;
}

struct Session {
    Json run;
    std::int64_t first_ms = INT64_MAX, last_ms = INT64_MIN; // of its events
};

class Nexero {
public:
    explicit Nexero(Source& source) : source_(source) {}

    Plan read() {
        for (const Json& row : source_.rows({"vr_sessions"}))
            read_session(row);
        for (const Json& row : source_.rows({"tracking_events"}))
            read_event(row);
        for (const std::string& id : order_)
            finish(id);
        tell_unasked(source_, {"schema_migrations"}, plan_);
        return std::move(plan_);
    }

private:
    void add(const std::string& id, Json run) {
        if (sessions_.contains(id)) {
            plan_.left_out.push_back({"vr_sessions " + id, "is in the file twice"});
            return;
        }
        run["public_id"] = id;
        run["origin"] = "unreal";
        run["events"] = Json::array();
        sessions_[id].run = std::move(run);
        order_.push_back(id);
    }

    void read_session(const Json& row) {
        const std::string id = id_of(row);
        if (id.empty()) {
            plan_.left_out.push_back({"vr_sessions", "a row has no id"});
            return;
        }
        Json run = {{"from", "vr_sessions " + id}}, said = Json::object();
        for (const char* column : {"customer_id", "property_id", "device_type"})
            if (const std::string text = text_of(row, column); !text.empty()) said[column] = text;
        if (const std::string customer = text_of(row, "customer_id"); !customer.empty())
            run["customer_id"] = customer;
        run["data"] = std::move(said);
        const auto started_ms = time_ms_of(row, "started_at");
        if (started_ms) run["started_ms"] = *started_ms;
        if (const auto ended_ms = time_ms_of(row, "ended_at"))
            run["ended_ms"] = *ended_ms;
        else if (const auto duration_s = number_of(row, "duration_seconds"); started_ms && duration_s)
            run["ended_ms"] =
                *started_ms + static_cast<std::int64_t>(std::clamp(*duration_s, 0.0, 1e9) * 1000);
        add(id, std::move(run));
    }

    // The newer version has a code that clients say, beside the row's id that its events refer to.
    static std::string id_of(const Json& row) {
        const std::string id = text_of(row, "id");
        return id.empty() ? text_of(row, "session_id") : id;
    }

    void read_event(const Json& row) {
        const std::string id = text_of(row, "session_id");
        if (id.empty()) {
            plan_.left_out.push_back({from("tracking_events", row), "names no session"});
            return;
        }
        if (!sessions_.contains(id)) // the original takes these, and so does Lectern
            add(id, {{"from", "tracking_events of " + id}, {"data", {{"opened_by_events", true}}}});
        Session& session = sessions_[id];
        if (const auto at_ms = time_ms_of(row, "timestamp")) {
            session.first_ms = std::min(session.first_ms, *at_ms);
            session.last_ms = std::max(session.last_ms, *at_ms);
        }
        session.run["events"].push_back(event_of(row));
    }

    void finish(const std::string& id) {
        Session& session = sessions_[id];
        Json& run = session.run;
        const bool has_times = session.first_ms <= session.last_ms;
        if (!run.contains("started_ms") && has_times) run["started_ms"] = session.first_ms;
        if (!run.contains("started_ms")) {
            plan_.left_out.push_back({text_of(run, "from"), "has neither a start nor events with a time"});
            return;
        }
        // Whatever ran when the file was written has ended by now.
        const std::int64_t started_ms = integer_of(run, "started_ms").value_or(0);
        if (!run.contains("ended_ms"))
            run["ended_ms"] = has_times ? std::max(session.last_ms, started_ms) : started_ms;
        plan_.runs.push_back(std::move(run));
    }

    Source& source_;
    Plan plan_;
    std::map<std::string, Session> sessions_;
    std::vector<std::string> order_;
};

} // namespace

Plan plan_of_nexero(Source& source) {
    return Nexero(source).read();
}

} // namespace app::moving_in
