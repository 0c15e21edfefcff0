// What a paired headset says of itself, by HTTP and by socket alike.
#include <nlohmann/json.hpp>

#include "devices/device_routes.h"
#include "http/lists.h"
#include "platform/error.h"

namespace devices {

namespace {

using http::Answer;
using http::Call;
using http::Json;

// A site key has the rights of a headset, but is none.
std::int64_t device_of(const Call& call) {
    if (call.caller.device_id == 0)
        throw platform::Error(platform::ErrorKind::forbidden, "This needs the token of a paired headset.");
    return call.caller.device_id;
}

Answer report(const DeviceParts& parts, Call& call) {
    parts.presence.seen(device_of(call), report_from(call.body), parts.clock.now_ms());
    return http::json(Json::object());
}

Answer sign_in(const DeviceParts& parts, Call& call) {
    const std::int64_t device_id = device_of(call);
    const std::int64_t organisation_id = call.caller.organisation_id;
    people::Claim claim;
    claim.name = call.body.at("nickname");
    claim.secret = call.body.at("pin");
    claim.organisation_id = organisation_id;
    claim.headset = "device/" + std::to_string(device_id);
    claim.as_student = true;
    people::Person person = parts.sign_in.prove(claim, [&](store::Tx& tx, const people::Person& proven) {
        parts.logins.sign_in_on_device(tx, organisation_id, device_id,
                                       people::PersonReference{proven.id, proven.nickname});
    });
    return http::json({{"person", people::json_of(people::PersonReference{person.id, person.nickname})}})
        .on({{"device", device_id}, {"person", person.id}});
}

Answer sign_out(const DeviceParts& parts, Call& call, store::Tx& tx) {
    parts.logins.sign_in_on_device(tx, call.caller.organisation_id, device_of(call), std::nullopt);
    return http::json(Json::object()).on({{"device", call.caller.device_id}});
}

http::Shape sign_in_shape() {
    return http::object({{"nickname", http::text(1, 200)}, {"pin", http::text(1, 40)}});
}

http::Shape signed_in_shape() {
    return http::object({{"person", http::person_reference()}});
}

// The same three, each way in.
void add(http::RouteTable& table, const DeviceParts& parts, http::RouteBuilder report_route,
         http::RouteBuilder sign_in_route, http::RouteBuilder sign_out_route) {
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
        http::post("/v1/headset/sign-in", "Somebody signs in on this headset"),
        http::post("/v1/headset/sign-out", "Nobody is signed in on this headset any more"));
    add(table, parts, http::message("headset.report", "What the headset says of itself, about once a second"),
        http::message("headset.sign_in", "Somebody signs in on this headset"),
        http::message("headset.sign_out", "Nobody is signed in on this headset any more"));
}

} // namespace devices
