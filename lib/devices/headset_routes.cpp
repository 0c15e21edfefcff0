// The calls of a paired headset about itself, by HTTP and by socket alike.
#include <nlohmann/json.hpp>

#include "devices/device_routes.h"
#include "http/serving/lists.h"
#include "people/people_routes.h"
#include "platform/error.h"

namespace devices {

namespace {

using http::Answer;
using http::Call;
using http::Json;

constexpr std::size_t most_capabilities = 64;

// A site key has the rights of a headset, but is not one.
DeviceId device_of(const Call& call) {
    if (!call.caller.device_id)
        throw platform::Error(platform::ErrorKind::forbidden, "This needs the token of a paired headset.");
    return call.caller.device_id;
}

Answer report(const DeviceParts& parts, Call& call) {
    parts.presence.seen(device_of(call), report_from(call.body), parts.clock.now_ms());
    return http::json(Json::object());
}

Answer hello(const DeviceParts& parts, Call& call) {
    const DeviceId device_id = device_of(call);
    parts.presence.said_hello(device_id, call.fields().get<std::vector<std::string>>("capabilities"));
    Report report;
    report.app = call.fields().find<std::string>("app");
    report.app_version = call.fields().find<std::string>("app_version");
    parts.presence.seen(device_id, report, parts.clock.now_ms());
    return http::json(Json::object());
}

Answer sign_in(const DeviceParts& parts, Call& call) {
    const DeviceId device_id = device_of(call);
    const OrganisationId organisation_id = call.caller.organisation_id;
    people::Claim claim;
    claim.organisation_id = organisation_id;
    claim.source = people::source_of(call);
    claim.as_student = true;
    const auto bind = [&](store::Tx& tx, const people::Person& proven) {
        parts.logins.sign_in_on_device(tx, organisation_id, device_id,
                                       people::PersonReference{proven.id, proven.nickname});
    };
    const platform::JsonFields body = call.fields();
    const bool by_card = body.has("card");
    if (by_card == (body.has("nickname") && body.has("pin")) || (by_card && body.size() != 1))
        platform::throw_invalid(by_card ? "card" : "pin", "give nickname and pin, or card");
    claim.name = body.get_or("nickname", claim.name);
    claim.secret = body.get<std::string>(by_card ? "card" : "pin");
    people::Person person =
        by_card ? parts.sign_in.prove_card(claim, bind) : parts.sign_in.prove(claim, bind);
    return http::json({{"person", people::json_of(people::PersonReference{person.id, person.nickname})}})
        .on({{"device", device_id}, {"person", person.id}});
}

// Only where the school lets its students pick a name, and only the names of the class that is there.
Answer names(const DeviceParts& parts, Call& call, store::Read& read) {
    const DeviceId device_id = device_of(call);
    const OrganisationId organisation_id = call.caller.organisation_id;
    const bool allowed = parts.organisations.settings(read, organisation_id).pick_names;
    Json items = Json::array(), a_class;
    std::optional<ClassId> class_id;
    if (allowed && parts.class_due) class_id = parts.class_due(read, organisation_id, device_id);
    if (class_id) {
        const people::Class due = parts.classes.get(read, organisation_id, *class_id);
        a_class = {{"id", due.id}, {"name", due.name}};
        for (const people::Person& student : parts.classes.students(read, organisation_id, due.id))
            items.push_back(people::json_of(people::PersonReference{student.id, student.nickname}));
    }
    return http::json({{"allowed", allowed}, {"class", a_class}, {"items", items}});
}

Answer sign_out(const DeviceParts& parts, Call& call, store::Tx& tx) {
    parts.logins.sign_in_on_device(tx, call.caller.organisation_id, device_of(call), std::nullopt);
    return http::json(Json::object()).on({{"device", call.caller.device_id}});
}

http::Shape hello_shape() {
    return http::object(
               {{"capabilities", http::list(http::text(1, 40), most_capabilities)
                                     .described("words of this protocol: play, launch, look, pictures, ...")},
                {"app?", http::text(0, 200)},
                {"app_version?", http::text(0, 80)}})
        .named("Hello");
}

http::Shape sign_in_shape() {
    return http::object(
        {{"nickname?", http::text(1, 200)}, {"pin?", http::text(1, 40)}, {"card?", http::text(1, 80)}});
}

http::Shape signed_in_shape() {
    return http::object({{"person", http::person_reference()}});
}

http::Shape names_shape() {
    return http::object(
        {{"allowed", http::boolean()},
         {"class", http::nullable(http::object({{"id", http::identifier()}, {"name", http::text(1, 80)}}))},
         {"items", http::list(http::person_reference(), 1000)}});
}

// Adds the same four routes, once for HTTP and once for the socket.
void add(http::RouteTable& table, const DeviceParts& parts, http::RouteBuilder report_route,
         http::RouteBuilder names_route, http::RouteBuilder sign_in_route,
         http::RouteBuilder sign_out_route) {
    table.add(names_route.reads()
                  .by(http::Access::headset)
                  .tagged("headset")
                  .counted()
                  .gives(names_shape())
                  .handled<store::Read>(
                      [parts](Call& call, store::Read& read) { return names(parts, call, read); }));
    table.add(report_route.memory()
                  .by(http::Access::headset)
                  .tagged("headset")
                  .counted()
                  .takes(report_shape())
                  .gives(http::object({}))
                  .handled([parts](Call& call) { return report(parts, call); }));
    table.add(sign_in_route.slow()
                  .by(http::Access::headset)
                  .tagged("headset")
                  .takes(sign_in_shape())
                  .gives(signed_in_shape())
                  .handled([parts](Call& call) { return sign_in(parts, call); }));
    table.add(
        sign_out_route.writes()
            .by(http::Access::headset)
            .tagged("headset")
            .gives(http::object({}))
            .handled<store::Tx>([parts](Call& call, store::Tx& tx) { return sign_out(parts, call, tx); }));
}

} // namespace

http::Shape report_shape() {
    auto maybe = [](http::Shape shape) { return http::nullable(std::move(shape)); };
    constexpr double far_ms = 1e15;
    return http::open_object({{"battery?", maybe(http::integer(0, 100))},
                              {"charging?", maybe(http::boolean())},
                              {"storage_free?", maybe(http::integer(0, INT64_MAX))},
                              {"app?", maybe(http::text(0, 200))},
                              {"app_version?", maybe(http::text(0, 80))},
                              {"content?", maybe(http::text(0, 2000))},
                              {"position_ms?", maybe(http::number(0, far_ms))},
                              {"round_trip_ms?", maybe(http::number(0, far_ms))},
                              {"clock_offset_ms?", maybe(http::number(-1e16, 1e16))},
                              {"skew_ms?", maybe(http::number(-far_ms, far_ms))},
                              {"gaze?", maybe(http::object({{"yaw_deg", http::number(-360, 360)},
                                                            {"pitch_deg", http::number(-90, 90)}}))}})
        .named("HeadsetReport");
}

void add_headset_routes(http::RouteTable& table, const DeviceParts& parts) {
    add(table, parts,
        http::post("/v1/headset/report", "What the headset says of itself, about once a second"),
        http::get("/v1/headset/names",
                  "The names to pick from: of the class that is due, where the school allows it"),
        http::post("/v1/headset/sign-in",
                   "Somebody signs in on this headset, by nickname and PIN or by login card"),
        http::post("/v1/headset/sign-out", "Nobody is signed in on this headset any more"));
    table.add(http::message("hello", "What this headset's app can do, once on each connection")
                  .memory()
                  .by(http::Access::headset)
                  .tagged("headset")
                  .counted()
                  .takes(hello_shape())
                  .gives(http::object({}))
                  .handled([parts](Call& call) { return hello(parts, call); }));
    add(table, parts, http::message("headset.report", "What the headset says of itself, about once a second"),
        http::message("headset.names",
                      "The names to pick from: of the class that is due, where the school allows it"),
        http::message("headset.sign_in",
                      "Somebody signs in on this headset, by nickname and PIN or by login card"),
        http::message("headset.sign_out", "Nobody is signed in on this headset any more"));
}

} // namespace devices
