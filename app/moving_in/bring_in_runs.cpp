// The part of BringIn that is about what students did.
#include <algorithm>

#include "app/moving_in/bring_in.h"
#include "dialects/unreal/tracking.h"
#include "platform/error.h"
#include "platform/plain_name.h"
#include "trainings/past_training.h"

namespace app::moving_in {

namespace {

constexpr const char *run_kind = "results", *event_kind = "events";
constexpr std::size_t events_at_once = 500;
constexpr std::int64_t last_ms = 253'402'300'799'000; // the year 9999

std::string json_text(const Json& value, const char* otherwise) {
    return value.is_null() ? otherwise : value.dump();
}

} // namespace

std::string BringIn::fault_of_run(const JsonFields& item) const {
    const auto missing = [&item](const char* name, const auto& known) {
        const auto key = item.find<std::string>(name);
        return key && !known.contains(*key);
    };
    if (missing("person", people_)) return "its student was not taken";
    if (missing("scenario", scenarios_)) return "its scenario was not taken";
    if (missing("lesson", lessons_)) return "its lesson was not taken";
    for (const char* name : {"started_ms", "ended_ms"})
        if (const auto at_ms = item.find<std::int64_t>(name); at_ms && (*at_ms < 0 || *at_ms > last_ms))
            return std::string(name) + " is no time";
    const auto public_id = item.get<std::string>("public_id");
    if (public_id.empty() || public_id.size() > 200) return "its id must have 1 to 200 characters";
    return "";
}

BringIn::RunParts BringIn::parts_of(store::Read& read, const JsonFields& item) const {
    RunParts parts;
    const auto id_of = [&item](const char* name, const auto& known) {
        const auto key = item.find<std::string>(name);
        const auto found = key ? known.find(*key) : known.end();
        return found == known.end() ? decltype(found->second)() : found->second;
    };
    parts.person_id = id_of("person", people_);
    parts.device_id = id_of("headset", headsets_);
    parts.lesson_id = id_of("lesson", lessons_);
    parts.scenario_id = id_of("scenario", scenarios_);
    // As the unreal dialect does: by nickname, or by the id that a roster gave.
    if (const auto customer = item.find<std::string>("customer_id"); customer && !parts.person_id)
        parts.person_id = read.id<PersonId>(
            "SELECT id FROM persons WHERE organisation_id = ?1 AND active = 1 AND role = 'student'"
            " AND (nickname = ?2 OR external_id = ?3) ORDER BY nickname = ?2 DESC LIMIT 1",
            organisation_id_, platform::plain_name(*customer), *customer);
    return parts;
}

void BringIn::make_run(store::Tx& tx, const JsonFields& item) const {
    const RunParts parts = parts_of(tx, item);
    const auto started_ms = item.get_or("started_ms", tx.now_ms());
    const auto ended_ms = item.get_or("ended_ms", started_ms);
    const std::string data = json_text(item.json("data"), "{}");
    if (parts.scenario_id) {
        trainings::PastTraining past;
        past.scenario_id = *parts.scenario_id;
        past.scenario_version = services_.scenarios.get(tx, organisation_id_, past.scenario_id).version;
        past.person_id = parts.person_id;
        past.device_id = parts.device_id;
        past.public_id = item.get<std::string>("public_id");
        past.data = data;
        past.origin = item.get<runs::Origin>("origin");
        past.started_ms = started_ms;
        past.ended_ms = ended_ms;
        const JsonFields record = item.object("record");
        past.record.metrics = json_text(record.json("metrics"), "{}");
        past.record.checklist = json_text(record.json("checklist"), "{}");
        past.record.additional_info = json_text(record.json("additional_info"), "null");
        past.record.resolution = record.get_or("resolution", std::string());
        past.record.escalated = record.get_or("escalated", false);
        trainings::bring_in(tx, organisation_id_, services_.runs, services_.trainings, past);
        return;
    }
    runs::NewRun run;
    run.person_id = parts.person_id;
    run.device_id = parts.device_id;
    run.lesson_id = parts.lesson_id;
    run.public_id = item.get<std::string>("public_id");
    run.origin = item.get<runs::Origin>("origin");
    run.started_ms = started_ms;
    run.data = data;
    const RunId id = services_.runs.begin(tx, organisation_id_, run).id;
    runs::RunChange change;
    change.ended_ms = ended_ms;
    change.completed = item.get_or("completed", false);
    change.progress = std::clamp(item.get_or("progress", 0.0), 0.0, 1.0);
    change.score = item.find<double>("score");
    services_.runs.change(tx, organisation_id_, id, change);
}

void BringIn::runs(const std::vector<JsonFields>& items) {
    std::vector<Making> makings;
    std::vector<const JsonFields*> with_events;
    services_.store.read([&](store::Read& read) {
        for (const JsonFields& item : items) {
            const auto from = item.get<std::string>("from");
            if (const std::string fault = fault_of_run(item); !fault.empty()) {
                report_.refuse(run_kind, from, fault);
                continue;
            }
            const bool more = item.get_or("more", false);
            if (!more && is_repeated(run_kind, from, item.get<std::string>("public_id"))) continue;
            const auto known =
                services_.runs.find_public(read, organisation_id_, item.get<std::string>("public_id"));
            if (known && known->origin != item.get<runs::Origin>("origin")) {
                report_.refuse(run_kind, from, "its id is that of something else here");
                continue;
            }
            if (more) {
                // the rest of a run whose first events came before: it is counted already
            } else if (known) {
                report_.here(run_kind);
            } else {
                makings.push_back({run_kind, from, [this, &item](store::Tx& tx) { make_run(tx, item); }});
            }
            if (!item.find_objects("events").empty()) with_events.push_back(&item);
        }
    });
    make_all(makings);
    for (const JsonFields* item : with_events)
        events(*item);
}

// ---- events ----

void BringIn::events(const JsonFields& item) {
    Json batch = Json::array();
    std::size_t first = 0, number = 0;
    for (const Json& event : item.json("events")) {
        batch.push_back(event);
        ++number;
        if (batch.size() < events_at_once) continue;
        take_events(item, std::exchange(batch, Json::array()), first);
        first = number;
    }
    if (!batch.empty()) take_events(item, std::move(batch), first);
}

// A batch is known by what is in it: brought again it is stored once.
void BringIn::take_events(const JsonFields& item, Json batch, std::size_t first) {
    const auto public_id = item.get<std::string>("public_id"), from = item.get<std::string>("from");
    const std::size_t size = batch.size();
    dialects::unreal::TrackingReader reader;
    std::string body = Json{{"session_id", public_id}, {"events", batch}}.dump(
        -1, ' ', false, Json::error_handler_t::replace);
    const dialects::unreal::Tracked& tracked = reader.read_batch(body);
    const std::size_t valid = tracked.events.size();
    bool repeated = false;
    const auto take = [&](store::Read& read) {
        return services_.runs.find_public(read, organisation_id_, public_id);
    };
    if (write_ && valid > 0)
        repeated = services_.store.write("moving in", [&](store::Tx& tx) {
            const auto run = take(tx);
            if (!run) platform::throw_not_found("run");
            return services_.ingest.take(tx, {organisation_id_, DeviceId()}, *run, "", tracked.events)
                .repeated;
        });
    else if (valid > 0)
        repeated = services_.store.read([&](store::Read& read) {
            const auto run = take(read);
            return run && runs::Ingest::rollup(read, organisation_id_, run->id).events > 0;
        });
    repeated ? report_.here(event_kind, valid) : report_.add(event_kind, valid);
    if (valid == size) return;
    for (std::size_t i = 0; i < size; ++i) {
        Json one = batch[i];
        one["session_id"] = public_id;
        std::string alone = one.dump(-1, ' ', false, Json::error_handler_t::replace);
        try {
            dialects::unreal::TrackingReader().read_event(alone);
        } catch (const platform::Error& error) {
            std::string reason;
            for (const auto& fault : error.fields())
                reason += (reason.empty() ? "" : "; ") + fault.field + " " + fault.message;
            report_.refuse(event_kind, from + ", event " + std::to_string(first + i + 1),
                           reason.empty() ? std::string(error.what()) : reason);
        }
    }
}

} // namespace app::moving_in
