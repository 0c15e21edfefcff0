// The training dialect's client panel: its login, linking headsets, listing them, starting a session on one.
#include "dialects/training/training_routes.h"
#include "dialects/training/wire.h"
#include "people/people_routes.h"
#include "platform/error.h"
#include "platform/text.h"

namespace dialects::training {

namespace {

using http::Access;
using http::Answer;
using http::Call;

constexpr int calls_per_minute = 6'000;

Answer log_in(const Parts& parts, Call& call) {
    const LaxFields fields = fields_of(call);
    people::Claim claim;
    claim.by = people::Claim::By::password;
    claim.name = fields.text("username");
    claim.secret = fields.text("password");
    claim.code = fields.optional_text("code", 40); // of the second factor, for people who have one
    if (!call.caller.is_stranger())
        claim.organisation_id = call.caller.organisation_id; // a site key says which
    claim.source = people::source_of(call);
    const std::string user_agent = call.header("user-agent");
    people::Organisation organisation;
    std::string token, known;
    const auto person = parts.sign_in.prove(claim, [&](store::Tx& tx, const people::Person& proven) {
        // The client's login is its administrator's; nobody else can use it, even with the right password.
        if (proven.role < platform::Role::administrator)
            throw platform::Error(platform::ErrorKind::unauthorized, "User name or password is wrong.");
        organisation = parts.organisations.get(tx, proven.organisation_id);
        const auto proof = proven.has_totp ? platform::Proof::totp : platform::Proof::password;
        token = parts.logins.add_person(tx, proven.organisation_id, proven.id, proof, user_agent).token;
        if (people::is_browser(call)) known = parts.sign_in.remember(tx, proven, claim.source);
    });
    Answer answer = http::json({{"name", organisation.name},
                                {"seats", organisation.licence.seats_left()},
                                {"seats_bought", organisation.licence.seats},
                                {"seats_left", organisation.licence.seats_left()},
                                {"client_id", to_string(organisation.id)},
                                {"token", token}})
                        .header("Set-Cookie", people::set_cookie(parts.tls, token))
                        .header("Cache-Control", "no-store")
                        .on({{"client", organisation.id}, {"person", person.id}});
    if (!known.empty()) answer.header("Set-Cookie", people::set_known_cookie(parts.tls, known));
    return answer;
}

Answer add_device(const Parts& parts, Call& call, store::Tx& tx) {
    std::optional<PersonId> by;
    if (call.caller.person_id) by = call.caller.person_id;
    const auto code = parts.pairing.make_code(tx, call.caller.organisation_id, by);
    return http::json({{"connect_code", code.code}, {"expires_at", platform::iso8601(code.expires_ms)}})
        .header("Cache-Control", "no-store")
        .on({{"client", call.caller.organisation_id}});
}

Answer list_devices(const Parts& parts, Call& call, store::Read& read) {
    const OrganisationId organisation_id = call.caller.organisation_id;
    std::map<DeviceId, trainings::Training> open;
    for (auto& training : parts.trainings.queue(read, organisation_id))
        if (is_open(training.phase)) open.emplace(*training.run.device_id, std::move(training));
    Json list = Json::array();
    for (const auto& device : parts.devices.paired(read, organisation_id)) {
        const auto found = open.find(device.id);
        list.push_back(device_json(device, parts.trainings.code_of(read, organisation_id, device.id),
                                   found == open.end() ? std::nullopt : std::optional(found->second)));
    }
    return http::json({{"success", true}, {"devices", list}}).on({{"client", organisation_id}});
}

devices::Device device_named(store::Read& read, const Parts& parts, OrganisationId organisation_id,
                             const std::string& name) {
    std::optional<devices::Device> device;
    if (const auto id = platform::parse_integer(name))
        device = parts.devices.find(read, organisation_id, DeviceId(*id));
    if (!device) device = parts.devices.by_serial_number(read, name);
    if (!device || !device->paired || device->organisation_id != organisation_id)
        platform::throw_not_found("headset");
    return *device;
}

// The person's id, or the nickname.
std::optional<PersonId> person_named(store::Read& read, const Parts& parts, OrganisationId organisation_id,
                                     const std::string& name) {
    if (name.empty()) return std::nullopt;
    std::optional<people::Person> person;
    if (const auto id = platform::parse_integer(name))
        person = parts.people.find(read, organisation_id, PersonId(*id));
    if (!person) person = parts.people.by_nickname(read, organisation_id, name);
    if (!person) platform::throw_not_found("person");
    return person->id;
}

Answer start_session(const Parts& parts, Call& call, store::Tx& tx) {
    const OrganisationId organisation_id = call.caller.organisation_id;
    const LaxFields fields = fields_of(call);
    const auto device = device_named(tx, parts, organisation_id, fields.text("device_id"));
    std::string name = fields.optional_text("running_scenario");
    if (name.empty()) name = fields.text("scenario_id");
    trainings::Assignment assignment;
    assignment.scenario_id = scenario_named(tx, parts.scenarios, organisation_id, name).id;
    assignment.device_id = device.id;
    assignment.person_id = person_named(tx, parts, organisation_id, fields.optional_text("user_id"));
    if (call.caller.person_id) assignment.assigned_by = call.caller.person_id;
    assignment.origin = runs::Origin::training;
    const auto training = parts.trainings.assign(tx, organisation_id, assignment);
    return http::json(in_collection("running_scenarios", training.assigned_ms, training.assigned_ms,
                                    {{"id", to_string(training.run.id)},
                                     {"client_id", to_string(organisation_id)},
                                     {"user_id", person_text(training)},
                                     {"device_id", to_string(device.id)},
                                     {"active", true},
                                     {"running_scenario", to_string(training.scenario.id)},
                                     {"scenario_name", training.scenario.title}}))
        .on(target_of(training));
}

http::Shape field() {
    return http::anything();
}

http::RouteBuilder in_panel(http::RouteBuilder route) {
    return route.by(Access::client_panel)
        .errors(panel_error_answer)
        .tagged("training dialect")
        .at_most(calls_per_minute);
}

void add_lists(http::RouteTable& table, const Parts& parts) {
    for (const char* path : {"/devices/list", "/clients/list_devices"})
        table.add(in_panel(http::get(path, "Training dialect: the client's headsets"))
                      .reads()
                      .gives(http::open_object({{"success", http::boolean()}}))
                      .handled<store::Read>([parts](Call& call, store::Read& read) {
                          return list_devices(parts, call, read);
                      }));
}

} // namespace

void add_panel_routes(http::RouteTable& table, const Parts& parts) {
    table.add(
        http::post("/clients/login", "Training dialect: sign in as a client, with an administrator's login")
            .slow()
            .by(Access::open)
            .errors(login_error_answer)
            .tagged("training dialect")
            .takes(http::open_object({{"username?", field()}, {"password?", field()}}))
            .gives(http::open_object({{"name", http::text(1, 200)},
                                      {"seats", http::integer(0, 1'000'000)},
                                      {"token", http::text(1, 200)}}))
            .handled([parts](Call& call) { return log_in(parts, call); }));
    table.add(
        in_panel(http::get("/clients/add_device", "Training dialect: a code for one headset"))
            .writes()
            .errors(seat_error_answer)
            .gives(http::open_object({}))
            .handled<store::Tx>([parts](Call& call, store::Tx& tx) { return add_device(parts, call, tx); }));
    add_lists(table, parts);
    table.add(
        in_panel(http::post("/clients/start_session", "Training dialect: have a headset run a scenario"))
            .writes()
            .takes(http::open_object({{"device_id?", field()},
                                      {"user_id?", field()},
                                      {"running_scenario?", field()},
                                      {"scenario_id?", field()}}))
            .gives(http::open_object({}))
            .handled<store::Tx>(
                [parts](Call& call, store::Tx& tx) { return start_session(parts, call, tx); }));
}

void add_training_routes(http::RouteTable& table, const Parts& parts) {
    add_panel_routes(table, parts);
    add_headset_routes(table, parts);
}

} // namespace dialects::training
