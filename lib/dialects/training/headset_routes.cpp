// The calls of the training dialect's headsets: linking by code, asking for their scenario, recording it.
// Also the scenarios, which the app on them adds.
#include "dialects/training/training_routes.h"
#include "dialects/training/wire.h"
#include "http/serving/assets.h"
#include "http/serving/guard.h"
#include "people/people_routes.h"
#include "platform/error.h"
#include "platform/text.h"

namespace dialects::training {

namespace {

using http::Access;
using http::Answer;
using http::Call;

// One key may serve a thousand headsets that ask every second, with a factor of two to spare.
constexpr int polls_per_minute = 120'000, calls_per_minute = 12'000;

// What headsets report that don't know their serial number: many of them would be one.
bool is_placeholder(std::string_view serial_number) {
    const std::string lower = platform::lower_ascii(serial_number);
    const bool one_digit = lower.front() >= '0' && lower.front() <= '9' &&
                           lower.find_first_not_of(lower.front()) == std::string::npos;
    return one_digit || lower == "unknown" || lower == "0123456789abcdef" || lower == "1234567890";
}

// What waits for a tap must stay although the answer is 404, so the transaction is not the call's own.
Answer connect(const Parts& parts, Call& call) {
    const LaxFields fields = fields_of(call);
    const int code = connect_code(fields);
    const devices::Headset headset{fields.text("device_serial_number", 80), "", ""};
    if (is_placeholder(headset.serial_number))
        platform::throw_invalid("device_serial_number", "must be the headset's own");
    const people::Source source = people::source_of(call);
    Json json;
    const auto paired = parts.store.write("connect a headset", [&](store::Tx& tx) {
        auto outcome = parts.pairing.pair_with_code(tx, code, headset, source);
        if (!outcome.device) return outcome;
        const devices::Device& device = *outcome.device;
        parts.trainings.keep_code(tx, device.id, code);
        json = device_json(device, code, parts.trainings.open_on(tx, device.organisation_id, device.id));
        json["token"] = outcome.token;
        return outcome;
    });
    if (!paired.device)
        throw platform::Error(platform::ErrorKind::not_found, "This code waits for a teacher's tap.");
    return http::json(json)
        .header("Cache-Control", "no-store")
        .on({{"client", paired.device->organisation_id}, {"device", paired.device->id}});
}

Answer auto_connect(const Parts& parts, Call& call, store::Read& read) {
    const OrganisationId organisation_id = call.caller.organisation_id;
    const auto device =
        parts.devices.by_serial_number(read, fields_of(call).text("device_serial_number", 80));
    // A headset asks for itself; a site key asks for any headset of its organisation.
    const bool own = device && device->organisation_id == organisation_id &&
                     (!call.caller.device_id || call.caller.device_id == device->id);
    if (!own) return http::json({{"connected", false}, {"message", "device is not connected to client"}});
    return http::json(device_json(*device, parts.trainings.code_of(read, organisation_id, device->id),
                                  parts.trainings.open_on(read, organisation_id, device->id)))
        .on({{"client", organisation_id}, {"device", device->id}});
}

// The headset that a call is about; no id when there is none of that name that the caller may speak for.
DeviceId device_of(const Parts& parts, const Call& call) {
    const platform::Caller& caller = call.caller;
    const LaxFields fields = fields_of(call);
    const std::string name = fields.optional_text("device_id");
    const std::string serial_number = fields.optional_text("device_serial_number", 80);
    DeviceId id;
    if (name.empty() && serial_number.empty()) {
        id = caller.device_id;
    } else {
        if (const auto number = platform::parse_integer(name))
            if (parts.waiting.has_device(caller.organisation_id, DeviceId(*number))) id = DeviceId(*number);
        if (!id)
            id = parts.waiting
                     .device_named(caller.organisation_id, serial_number.empty() ? name : serial_number)
                     .value_or(DeviceId());
    }
    // A headset that has a token of its own, and uses it, is not spoken for by a key that everybody shares.
    if (caller.site_key_id && id && parts.logins.token_used(id)) return {};
    return !caller.device_id || caller.device_id == id ? id : DeviceId();
}

Answer not_ready() {
    return http::text(R"({"status":"failed","message":"device not marked ready"})", "application/json");
}

Answer start_game(const Parts& parts, Call& call) {
    const DeviceId device_id = device_of(parts, call);
    if (!device_id) return not_ready();
    const std::int64_t now_ms = parts.clock.now_ms();
    parts.presence.heard(device_id, now_ms);
    const auto polled = parts.waiting.poll(call.caller.organisation_id, device_id, now_ms);
    if (!polled.handed) return not_ready();
    const trainings::Handed& handed = *polled.handed;
    if (polled.first) {
        Json target{{"client", handed.organisation_id},
                    {"device", handed.device_id},
                    {"scenario", handed.scenario_id},
                    {"run", handed.run_id}};
        if (handed.person) target["person"] = handed.person->id;
        const audit::Entry entry{.caller = call.caller,
                                 .action = "POST /devices/start_game",
                                 .path = call.path,
                                 .target = target.dump(),
                                 .status = 200};
        keep_fetched(parts.store, parts.trainings, handed,
                     [&audit = parts.audit, entry](store::Tx& tx) { audit.append(tx, entry); });
    }
    return http::json({{"client_id", to_string(handed.organisation_id)},
                       {"device_id", to_string(handed.device_id)},
                       {"record_id", to_string(handed.run_id)},
                       {"scenario_id", to_string(handed.scenario_id)},
                       {"scenario_name", handed.scenario_title},
                       {"metrics_keys", handed.metrics_keys},
                       {"checklist_keys", handed.checklist_keys},
                       {"additional_info", Json::parse(handed.additional_info)}});
}

// The client's name for itself. It decides nothing, and is sent back.
std::string client_named(const Call& call) {
    const std::string client = fields_of(call).optional_text("client_id");
    return client.empty() ? to_string(call.caller.organisation_id) : client;
}

// The run that a record belongs to: the one it names; else the one that is open on its headset; else a new
// run of its scenario, for the person on the headset.
RunId run_of(const Parts& parts, const Call& call, store::Tx& tx, DeviceId device_id) {
    const OrganisationId organisation_id = call.caller.organisation_id;
    const LaxFields fields = fields_of(call);
    const std::string record = fields.optional_text("record_id");
    if (!record.empty()) {
        const auto id = platform::parse_integer(record);
        const auto training = id ? parts.trainings.find(tx, organisation_id, RunId(*id)) : std::nullopt;
        if (!training || training->run.device_id != device_id) platform::throw_not_found("record");
        return training->run.id;
    }
    const std::string name = fields.optional_text("scenario_id");
    std::optional<ScenarioId> scenario_id;
    if (!name.empty()) scenario_id = scenario_named(tx, parts.scenarios, organisation_id, name).id;
    const auto open = parts.trainings.open_on(tx, organisation_id, device_id);
    if (open && (!scenario_id || open->scenario.id == *scenario_id)) return open->run.id;
    if (!scenario_id) platform::throw_invalid("record_id", "is required: nothing runs on this headset");
    trainings::Assignment assignment;
    assignment.scenario_id = *scenario_id;
    assignment.device_id = device_id;
    assignment.origin = runs::Origin::training;
    return parts.trainings.assign(tx, organisation_id, assignment).run.id;
}

Answer add_record(const Parts& parts, Call& call, store::Tx& tx) {
    const DeviceId device_id = device_of(parts, call);
    if (!device_id) platform::throw_not_found("headset");
    const LaxFields fields = fields_of(call);
    const trainings::Record record{.metrics = object_text(fields, "metrics"),
                                   .checklist = object_text(fields, "checklist"),
                                   .additional_info = any_text(fields, "additional_info", "null")};
    const auto training =
        parts.trainings.record(tx, call.caller.organisation_id, run_of(parts, call, tx, device_id), record);
    const std::string scenario = to_string(training.scenario.id);
    const std::int64_t recorded_ms = training.recorded_ms.value_or(training.assigned_ms);
    return http::json(in_collection("playing_records", recorded_ms, recorded_ms,
                                    {{"id", to_string(training.run.id)},
                                     {"device_id", to_string(device_id)},
                                     {"client_id", client_named(call)},
                                     {"scenario_id", scenario},
                                     {"sceneario_id", scenario}, // the original's column
                                     {"user_id", person_text(training)},
                                     {"score", training.run.score ? Json(*training.run.score) : Json()},
                                     {"passed", training.passed}}))
        .on(target_of(training));
}

Answer add_scenario(const Parts& parts, Call& call, store::Tx& tx) {
    if (!http::may(call.caller, Access::headset) && !http::may(call.caller, Access::client_panel) &&
        !http::may(call.caller, Access::teacher))
        throw platform::Error(platform::ErrorKind::forbidden, "You may not do this.");
    const LaxFields fields = fields_of(call);
    scenarios::Content content;
    content.title = fields.text("scenario_name");
    const auto metrics = keys(fields, "metrics_keys"), items = keys(fields, "checklist_keys");
    for (const std::string& key : metrics)
        content.metrics.push_back({key, key, ""});
    for (const std::string& key : items)
        content.checklist.push_back({key, key});
    content.additional_info = any_text(fields, "additional_info", "{}");
    std::optional<PersonId> by;
    if (call.caller.person_id) by = call.caller.person_id;
    const auto scenario = parts.scenarios.add(tx, call.caller.organisation_id, content, {}, by);
    Json record = in_collection("scenarios", scenario.created_ms, scenario.changed_ms,
                                {{"id", to_string(scenario.id)},
                                 {"name", scenario.content.title},
                                 {"client_id", client_named(call)},
                                 {"metrics_keys", metrics},
                                 {"checklist_keys", items},
                                 {"additional_info", Json::parse(scenario.content.additional_info)}});
    return http::json({{"record", std::move(record)}})
        .on({{"client", scenario.organisation_id}, {"scenario", scenario.id}});
}

http::Shape field() {
    return http::anything();
}

http::RouteBuilder in_dialect(http::RouteBuilder route, Access access) {
    return route.by(access).errors(error_answer).tagged("training dialect").at_most(calls_per_minute);
}

void add_linking(http::RouteTable& table, const Parts& parts) {
    table.add(in_dialect(http::post("/devices/connect", "Training dialect: a headset links itself by a code"),
                         Access::open)
                  .slow()
                  .errors(connect_error_answer)
                  .takes(http::open_object({{"connect_code?", field()}, {"device_serial_number?", field()}}))
                  .gives(http::open_object({{"id", http::text(1, 20)}, {"token", http::text(1, 200)}}))
                  .handled([parts](Call& call) { return connect(parts, call); }));
    table.add(in_dialect(http::post("/devices/auto_connect",
                                    "Training dialect: a headset looks whether it is linked"),
                         Access::headset)
                  .reads()
                  .takes(http::open_object({{"device_serial_number?", field()}}))
                  .gives(http::open_object({{"connected", http::boolean()}}))
                  .handled<store::Read>(
                      [parts](Call& call, store::Read& read) { return auto_connect(parts, call, read); }));
}

void add_running(http::RouteTable& table, const Parts& parts) {
    table.add(in_dialect(http::post("/devices/start_game",
                                    "Training dialect: has this headset a scenario to run? Polled"),
                         Access::headset)
                  .memory()
                  .counted()
                  .at_most(polls_per_minute)
                  .takes(http::open_object({{"device_id?", field()}, {"device_serial_number?", field()}}))
                  .gives(http::open_object({}))
                  .handled([parts](Call& call) { return start_game(parts, call); }));
    table.add(
        in_dialect(http::post("/records/add", "Training dialect: what came of a scenario"), Access::headset)
            .writes()
            .takes(http::open_object({{"client_id?", field()},
                                      {"device_id?", field()},
                                      {"device_serial_number?", field()},
                                      {"record_id?", field()},
                                      {"scenario_id?", field()},
                                      {"metrics?", field()},
                                      {"checklist?", field()},
                                      {"additional_info?", field()}}))
            .gives(http::open_object({{"id", http::text(1, 20)},
                                      {"device_id", http::text(1, 20)},
                                      {"client_id", http::text(1, 20)},
                                      {"scenario_id", http::text(1, 20)}}))
            .handled<store::Tx>([parts](Call& call, store::Tx& tx) { return add_record(parts, call, tx); }));
}

} // namespace

void add_headset_routes(http::RouteTable& table, const Parts& parts) {
    add_linking(table, parts);
    add_running(table, parts);
    table.add(in_dialect(http::post("/scenarios/add", "Training dialect: add a scenario"), Access::signed_in)
                  .errors(panel_error_answer)
                  .writes()
                  .takes(http::open_object({{"scenario_name?", field()},
                                            {"client_id?", field()},
                                            {"metrics_keys?", field()},
                                            {"checklist_keys?", field()},
                                            {"additional_info?", field()}}))
                  .gives(http::open_object({{"record", http::open_object({{"id", http::text(1, 20)}})}}))
                  .handled<store::Tx>(
                      [parts](Call& call, store::Tx& tx) { return add_scenario(parts, call, tx); }));
    table.add(http::get("/api-docs", "Training dialect: the interactive documentation")
                  .memory()
                  .by(Access::open)
                  .counted()
                  .tagged("training dialect")
                  .handled([](Call& call) { return http::asset(call, "docs.html"); }));
}

} // namespace dialects::training
