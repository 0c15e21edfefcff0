#include "trainings/training_routes.h"

#include <sodium.h>

#include <nlohmann/json.hpp>

#include "http/serving/guard.h"
#include "http/serving/lists.h"
#include "http/serving/topics.h"
#include "platform/error.h"
#include "platform/text.h"
#include "scenarios/scenario_routes.h"

namespace trainings {

namespace {

using http::Access;
using http::Answer;
using http::Call;
using http::Json;
using store::Read;
using store::Tx;

constexpr std::size_t most_headsets = 200; // assigned at once; a bound keeps the call short

http::Fields training_fields() {
    return {{"run_id", http::identifier()},
            {"device_id", http::nullable(http::identifier())},
            {"person", http::nullable(http::person_reference())},
            {"scenario", scenarios::scenario_reference_shape()},
            {"phase", http::one_of<Phase>()},
            {"assigned_at", http::time()},
            {"fetched_at", http::nullable(http::time())},
            {"running_at", http::nullable(http::time())},
            {"recorded_at", http::nullable(http::time())},
            {"score", http::nullable(http::number(0, 100))},
            {"passed", http::boolean()}};
}

http::Shape training_shape() {
    return http::object(training_fields()).named("Training");
}

http::Shape note_shape() {
    return http::object({{"id", http::identifier()},
                         {"person", http::nullable(http::person_reference())},
                         {"noted_at", http::time()},
                         {"text", http::text(0, 2000)},
                         {"has_picture", http::boolean()}})
        .named("TrainingNote");
}

http::Shape item_shape() {
    return http::object({{"key", http::text(1, 80)},
                         {"title", http::text(0, 200)},
                         {"done", http::nullable(http::boolean())},
                         {"ticked_by", http::nullable(http::person_reference())},
                         {"ticked_at", http::nullable(http::time())}})
        .named("TrainingItem");
}

http::Shape line_shape() {
    return http::object({{"title", http::text(0, 200)},
                         {"kind", http::one_of<scenarios::CriterionKind>()},
                         {"of", http::text(0, 80)},
                         {"points", http::number(0, 100)},
                         {"most", http::number(0, 100)},
                         {"must", http::boolean()},
                         {"met", http::boolean()},
                         {"reason", http::one_of({"done", "not_done", "full", "partly", "none", "missing"})},
                         {"value", http::nullable(http::number(-1e300, 1e300))},
                         {"explanation", http::text(0, 1000)}})
        .named("ScoreLine");
}

http::Shape detail_shape() {
    http::Fields fields = training_fields();
    const auto given = http::object({{"score", http::number(0, 100)},
                                     {"reason", http::text(0, 1000)},
                                     {"person", http::nullable(http::person_reference())},
                                     {"given_at", http::time()}});
    fields.insert(fields.end(), {{"pass_score", http::number(0, 100)},
                                 {"reckoned_score", http::nullable(http::number(0, 100))},
                                 {"given", http::nullable(given)},
                                 {"lines", http::list(line_shape(), scenarios::most_keys)},
                                 {"items", http::list(item_shape(), scenarios::most_keys)},
                                 {"metrics", http::map(http::anything(), 1000)},
                                 {"checklist", http::map(http::anything(), 1000)},
                                 {"additional_info", http::anything()},
                                 {"resolution", http::text(0, 4000)},
                                 {"escalated", http::boolean()},
                                 {"notes", http::list(note_shape(), Trainings::most_notes)}});
    return http::object(std::move(fields)).named("TrainingDetail");
}

// What Board shows: the queue, and what an instructor watches.
void add_topics(http::RouteTable& table) {
    http::Fields run = training_fields();
    run.emplace_back("lines", http::list(line_shape(), scenarios::most_keys));
    table.add(http::entry("organisation", "training/*", training_shape()));
    table.add(http::topic("run", "A run of a scenario, while it is open and for an hour after"));
    table.add(http::entry("run", "training", http::object(std::move(run)).named("LiveTraining")));
    table.add(http::entry("run", "item/*", item_shape()));
    table.add(http::entry("run", "note/*", note_shape()));
}

http::Shape handed_shape() {
    const auto keys = http::list(http::text(1, 80), scenarios::most_keys);
    return http::nullable(http::object({{"run_id", http::identifier()},
                                        {"scenario", scenarios::scenario_reference_shape()},
                                        {"person", http::nullable(http::person_reference())},
                                        {"metrics_keys", keys},
                                        {"checklist_keys", keys},
                                        {"additional_info", http::anything()}}));
}

bool is_staff(const Call& call) {
    return call.caller.role >= platform::Role::viewer && call.caller.person_id;
}

Training training_if(bool (*may)(const runs::Run&, const platform::Caller&), const TrainingParts& parts,
                     const Call& call, Read& read) {
    Training training = parts.trainings.get(read, call.caller.organisation_id, call.id<RunId>("id"));
    if (!is_staff(call) && !may(training.run, call.caller)) platform::throw_not_found("run of a scenario");
    return training;
}

// A student sees their own run, a headset its own, staff any of the organisation.
Training visible(const TrainingParts& parts, const Call& call, Read& read) {
    return training_if(is_own, parts, call, read);
}

// A headset records what was done on it, and repeats that when the answer was lost, whoever wears it by then.
Training recordable(const TrainingParts& parts, const Call& call, Read& read) {
    const auto done_there = [](const runs::Run& run, const platform::Caller& caller) {
        return is_own(run, caller) || (run.device_id && caller.device_id == *run.device_id);
    };
    return training_if(done_there, parts, call, read);
}

Answer detail(const TrainingParts& parts, const Call& call, Read& read, const Training& training) {
    const scenarios::Scenario scenario = parts.trainings.scenario_of(read, training);
    Json json = json_of(training);
    json["pass_score"] = scenario.content.assessment.pass_score;
    json["reckoned_score"] = training.reckoned_score ? Json(*training.reckoned_score) : Json();
    json["given"] = training.given ? json_of(*training.given) : Json();
    json["lines"] = Json::parse(training.lines);
    json["items"] = items_json(training, scenario.content, parts.trainings.ticks(read, training.run.id));
    json["metrics"] = Json::parse(training.metrics);
    json["checklist"] = Json::parse(training.checklist);
    json["additional_info"] = Json::parse(training.additional_info);
    json["resolution"] = training.resolution;
    json["escalated"] = training.escalated;
    json["notes"] = Json::array();
    // A teacher's notes are for staff.
    if (is_staff(call))
        for (const Note& note : parts.trainings.notes(read, training.run.id))
            json["notes"].push_back(json_of(note));
    return http::json(json).on({{"run", training.run.id}, {"scenario", training.scenario.id}});
}

std::optional<PersonId> person_of(const Call& call) {
    return !call.caller.person_id ? std::nullopt : std::optional(call.caller.person_id);
}

constexpr std::size_t largest_picture = 64u << 10; // as large as a headset may send one

// The frame that the page saw of the headset's pictures, as base64.
std::string picture_of(std::string_view text) {
    std::string picture(text.size(), '\0');
    std::size_t length = 0;
    const int failed =
        sodium_base642bin(reinterpret_cast<unsigned char*>(picture.data()), picture.size(), text.data(),
                          text.size(), nullptr, &length, nullptr, sodium_base64_VARIANT_ORIGINAL);
    picture.resize(failed != 0 ? 0 : length);
    if (!text.empty() && (picture.size() > largest_picture || !picture.starts_with("\xff\xd8\xff")))
        platform::throw_invalid("picture", "must be a JPEG of at most 64 KiB, as base64");
    return picture;
}

Answer add_note(const TrainingParts& parts, Call& call, Tx& tx) {
    const RunId run_id = call.id<RunId>("id");
    const platform::JsonFields body = call.fields();
    const auto at_ms = platform::parse_iso8601(body.get_or("noted_at", std::string()));
    const Note note = parts.trainings.add_note(
        tx, call.caller.organisation_id, run_id, body.get<std::string>("text"), at_ms.value_or(tx.now_ms()),
        person_of(call), picture_of(body.get_or("picture", std::string_view())));
    return http::created(json_of(note)).on({{"run", run_id}, {"note", note.id}});
}

Answer picture_answer(const TrainingParts& parts, Call& call, Read& read) {
    auto picture = parts.trainings.picture(read, call.caller.organisation_id, call.id<RunId>("id"),
                                           call.id<NoteId>("note"));
    if (!picture) platform::throw_not_found("picture");
    return http::text(*std::move(picture), "image/jpeg").header("Cache-Control", "private, max-age=86400");
}

Answer assign(const TrainingParts& parts, Call& call, Tx& tx) {
    const platform::JsonFields body = call.fields();
    const auto scenario_id = body.get<ScenarioId>("scenario_id");
    const auto device_ids = body.get<std::vector<DeviceId>>("device_ids");
    if (device_ids.empty()) platform::throw_invalid("device_ids", "must name a headset");
    Json items = Json::array(), runs = Json::array();
    for (const DeviceId device_id : device_ids) {
        Assignment assignment;
        assignment.scenario_id = scenario_id;
        assignment.device_id = device_id;
        assignment.person_id = body.find<PersonId>("person_id");
        assignment.assigned_by = person_of(call);
        const Training training = parts.trainings.assign(tx, call.caller.organisation_id, assignment);
        items.push_back(json_of(training));
        runs.push_back(training.run.id);
    }
    return http::json({{"items", items}, {"next", nullptr}}, 201)
        .on({{"scenario", scenario_id}, {"devices", device_ids}, {"runs", runs}});
}

Answer record(const TrainingParts& parts, Call& call, Tx& tx) {
    const Training training = recordable(parts, call, tx);
    if (!http::may(call.caller, Access::headset) && call.caller.role < platform::Role::teacher)
        throw platform::Error(platform::ErrorKind::forbidden,
                              "A headset records what was done, or a teacher.");
    Record record;
    const platform::JsonFields body = call.fields();
    const auto object_text = [&body](const char* name) {
        return body.has(name) ? body.json(name).dump() : std::string("{}");
    };
    record.metrics = object_text("metrics");
    record.checklist = object_text("checklist");
    record.additional_info = body.json("additional_info").dump();
    return detail(parts, call, tx,
                  parts.trainings.record(tx, call.caller.organisation_id, training.run.id, record));
}

Answer handed(const TrainingParts& parts, const Call& call) {
    const platform::Caller caller = call.caller;
    const auto polled = parts.waiting.poll(caller.organisation_id, caller.device_id, parts.clock.now_ms());
    if (!polled.handed) return http::json({{"training", nullptr}});
    const Handed& handed = *polled.handed;
    if (polled.first) keep_fetched(parts.store, parts.trainings, handed, [](Tx&) {});
    return http::json(
        {{"training",
          {{"run_id", handed.run_id},
           {"scenario", scenarios::json_of(scenarios::ScenarioReference{
                            handed.scenario_id, handed.scenario_title, handed.scenario_version})},
           {"person", people::json_of(handed.person)},
           {"metrics_keys", handed.metrics_keys},
           {"checklist_keys", handed.checklist_keys},
           {"additional_info", Json::parse(handed.additional_info)}}}});
}

http::RouteBuilder of_trainings(http::RouteBuilder route, Access access) {
    return route.by(access).tagged("trainings");
}

void add_queue(http::RouteTable& table, const TrainingParts& parts) {
    table.add(of_trainings(
                  http::get("/v1/trainings", "The queue: what each headset has to train, and how far it is"),
                  Access::viewer)
                  .reads()
                  .gives(http::page_of(training_shape()))
                  .handled<Read>([parts](Call& call, Read& read) {
                      return http::list_answer(parts.trainings.queue(read, call.caller.organisation_id));
                  }));
    table.add(of_trainings(
                  http::post("/v1/trainings", "Assign a scenario to headsets; it replaces what waits there"),
                  Access::teacher)
                  .writes()
                  .takes(http::object({{"scenario_id", http::identifier()},
                                       {"device_ids", http::list(http::identifier(), most_headsets)},
                                       {"person_id?", http::nullable(http::identifier())}}))
                  .gives(http::page_of(training_shape()), 201)
                  .handled<Tx>([parts](Call& call, Tx& tx) { return assign(parts, call, tx); }));
    table.add(of_trainings(http::del("/v1/trainings/:id", "Take back what was assigned"), Access::teacher)
                  .writes()
                  .gives(http::nothing(), 204)
                  .handled<Tx>([parts](Call& call, Tx& tx) {
                      parts.trainings.cancel(tx, call.caller.organisation_id, call.id<RunId>("id"));
                      return http::no_content().on({{"run", call.id<RunId>("id")}});
                  }));
    table.add(
        of_trainings(http::get("/v1/headset/training", "What this headset has to train; asked each second"),
                     Access::headset)
            .memory()
            .counted()
            .gives(http::object({{"training", handed_shape()}}))
            .handled([parts](Call& call) { return handed(parts, call); }));
}

void add_results(http::RouteTable& table, const TrainingParts& parts) {
    table.add(of_trainings(
                  http::get("/v1/trainings/:id", "One run of a scenario, its score explained line by line"),
                  Access::signed_in)
                  .reads()
                  .gives(detail_shape())
                  .handled<Read>([parts](Call& call, Read& read) {
                      return detail(parts, call, read, visible(parts, call, read));
                  }));
    table.add(of_trainings(http::post("/v1/trainings/:id/record",
                                      "What came of it: scores and finishes the run, once"),
                           Access::signed_in)
                  .writes()
                  .takes(http::object({{"metrics?", http::map(http::anything(), 1000)},
                                       {"checklist?", http::map(http::anything(), 1000)},
                                       {"additional_info?", http::anything()}}))
                  .gives(detail_shape())
                  .handled<Tx>([parts](Call& call, Tx& tx) { return record(parts, call, tx); }));
    table.add(
        of_trainings(http::put("/v1/trainings/:id/score",
                               "Give another score than the reckoned one, with a reason; null takes it back"),
                     Access::teacher)
            .writes()
            .takes(http::object(
                {{"score", http::nullable(http::number(0, 100))}, {"reason", http::text(1, 1000)}}))
            .gives(detail_shape())
            .handled<Tx>([parts](Call& call, Tx& tx) {
                const platform::JsonFields body = call.fields();
                return detail(parts, call, tx,
                              parts.trainings.give_score(tx, call.caller.organisation_id,
                                                         call.id<RunId>("id"), body.find<double>("score"),
                                                         body.get<std::string>("reason"), person_of(call)));
            }));
}

void add_instructors_view(http::RouteTable& table, const TrainingParts& parts) {
    table.add(of_trainings(http::put("/v1/trainings/:id/items/:item",
                                     "Tick an item of the checklist by hand; null leaves it to the headset"),
                           Access::teacher)
                  .writes()
                  .takes(http::object({{"done", http::nullable(http::boolean())}}))
                  .gives(detail_shape())
                  .handled<Tx>([parts](Call& call, Tx& tx) {
                      return detail(parts, call, tx,
                                    parts.trainings.tick(tx, call.caller.organisation_id,
                                                         call.id<RunId>("id"), call.parameter("item"),
                                                         call.fields().find<bool>("done"), person_of(call)));
                  }));
    table.add(of_trainings(http::post("/v1/trainings/:id/notes",
                                      "Note something on a run, perhaps with a picture; without a time, now"),
                           Access::teacher)
                  .writes()
                  .takes(http::object({{"text", http::text(1, 2000)},
                                       {"noted_at?", http::time()},
                                       {"picture?", http::text(0, 90'000).described("a JPEG as base64")}}))
                  .gives(note_shape(), 201)
                  .handled<Tx>([parts](Call& call, Tx& tx) { return add_note(parts, call, tx); }));
    table.add(
        of_trainings(http::get("/v1/trainings/:id/notes/:note/picture", "The picture of a note"),
                     Access::viewer)
            .reads()
            .handled<Read>([parts](Call& call, Read& read) { return picture_answer(parts, call, read); }));
    table.add(of_trainings(http::del("/v1/trainings/:id/notes/:note", "Take a note away"), Access::teacher)
                  .writes()
                  .gives(http::nothing(), 204)
                  .handled<Tx>([parts](Call& call, Tx& tx) {
                      parts.trainings.remove_note(tx, call.caller.organisation_id, call.id<RunId>("id"),
                                                  call.id<NoteId>("note"));
                      return http::no_content().on(
                          {{"run", call.id<RunId>("id")}, {"note", call.id<NoteId>("note")}});
                  }));
}

} // namespace

void add_training_routes(http::RouteTable& table, const TrainingParts& parts) {
    add_queue(table, parts);
    add_results(table, parts);
    add_instructors_view(table, parts);
    add_topics(table);
}

} // namespace trainings
