// Pairing of headsets: the teacher's side (codes, the window, waiting headsets) and the headset's.
#include <charconv>
#include <nlohmann/json.hpp>

#include "devices/device_routes.h"
#include "http/serving/lists.h"
#include "people/people_routes.h"
#include "platform/error.h"
#include "platform/qr.h"
#include "platform/text.h"

namespace devices {

namespace {

using http::Answer;
using http::Call;
using http::Json;

http::Shape serial_number_shape() {
    return http::text(1, 80).described("what tells this headset from all others");
}

Answer make_code(const DeviceParts& parts, Call& call, store::Tx& tx) {
    std::optional<PersonId> by;
    if (call.caller.person_id) by = call.caller.person_id;
    PairingCode code = parts.pairing.make_code(tx, call.caller.organisation_id, by);
    const std::vector<std::string> addresses =
        parts.addresses ? parts.addresses() : std::vector<std::string>();
    Json qr;
    if (!addresses.empty()) qr = platform::qr_svg(addresses.front() + "/index/?code=" + code.digits());
    return http::created({{"code", code.digits()},
                          {"expires_at", platform::iso8601(code.expires_ms)},
                          {"seats_left", parts.pairing.state(tx, call.caller.organisation_id).seats_left},
                          {"addresses", addresses},
                          {"qr_svg", qr}})
        .header("Cache-Control", "no-store");
}

// Its token is nobody's until a teacher's tap, which the headset finds out by asking who it is.
Answer waiting(const std::string& token) {
    return http::json({{"waiting", true}, {"token", token}}, 202)
        .header("Location", "/v1/logins/current")
        .header("Cache-Control", "no-store");
}

Answer pair_with_code(const DeviceParts& parts, Call& call, store::Tx& tx) {
    const platform::JsonFields body = call.fields();
    const auto digits = body.get<std::string_view>("code");
    int code = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), code);
    const Headset headset{body.filled("serial_number"), body.get_or("model", std::string()),
                          body.get_or("name", std::string())};
    const Pairing::Outcome outcome = parts.pairing.pair_with_code(tx, code, headset, people::source_of(call));
    if (!outcome.device) return waiting(outcome.token);
    return http::created({{"device", json_of(*outcome.device, parts.presence)}, {"token", outcome.token}})
        .header("Cache-Control", "no-store")
        .on({{"device", outcome.device->id}, {"organisation", outcome.device->organisation_id}});
}

Answer pair_by_sign_in(const DeviceParts& parts, Call& call) {
    const platform::JsonFields body = call.fields();
    const Headset headset{body.filled("serial_number"), body.get_or("model", std::string()), ""};
    people::Claim claim;
    claim.name = body.get<std::string>("nickname");
    claim.secret = body.get<std::string>("pin");
    claim.source = people::source_of(call);
    Pairing::Outcome outcome;
    people::Person person = parts.sign_in.prove(claim, [&](store::Tx& tx, const people::Person& proven) {
        outcome = parts.pairing.pair_by_sign_in(tx, proven, headset, claim.source);
    });
    if (!outcome.device) return waiting(outcome.token).on({{"person", person.id}});
    return http::created({{"device", json_of(*outcome.device, parts.presence)},
                          {"token", outcome.token},
                          {"person", people::json_of(people::PersonReference{person.id, person.nickname})},
                          {"waiting", false}})
        .header("Cache-Control", "no-store")
        .on({{"device", outcome.device->id}, {"person", person.id}});
}

Json json_of(const PairingState& state) {
    return {{"open_until_at", state.open_until_ms ? Json(platform::iso8601(*state.open_until_ms)) : Json()},
            {"seats_left", state.seats_left}};
}

http::Shape window_shape() {
    return http::object(
               {{"open_until_at", http::nullable(http::time())}, {"seats_left", http::integer(0, 1'000'000)}})
        .named("PairingWindow");
}

http::Shape request_shape() {
    return http::object(
               {{"id", http::identifier()},
                {"serial_number", http::text(1, 80)},
                {"model", http::text(0, 80)},
                {"person", http::nullable(http::person_reference())},
                {"device_id",
                 http::nullable(http::identifier()).described("already paired with this serial number")},
                {"created_at", http::time()}})
        .named("PairingRequest");
}

void add_headsets_side(http::RouteTable& table, const DeviceParts& parts) {
    table.add(
        http::post("/v1/pairings",
                   "A headset pairs with the code that a teacher shows: 201 paired, 202 waits for a tap")
            .writes()
            .by(http::Access::open)
            .tagged("pairing")
            .takes(http::object({{"code", http::pattern("[0-9]{6}", "6 digits")},
                                 {"serial_number", serial_number_shape()},
                                 {"model?", http::text(0, 80)},
                                 {"name?", http::text(0, 80)}}))
            .gives(http::object({{"device?", device_shape()},
                                 {"token", http::text(43, 43)},
                                 {"waiting?", http::boolean()}}),
                   201)
            .handled<store::Tx>(
                [parts](Call& call, store::Tx& tx) { return pair_with_code(parts, call, tx); }));
    table.add(http::post("/v1/pairings/sign-in",
                         "Somebody signs in on an unpaired headset: 201 paired, 202 waits for a tap")
                  .slow()
                  .by(http::Access::open)
                  .tagged("pairing")
                  .takes(http::object({{"serial_number", serial_number_shape()},
                                       {"nickname", http::text(1, 200)},
                                       {"pin", http::text(1, 40)},
                                       {"model?", http::text(0, 80)}}))
                  .gives(http::object({{"device?", device_shape()},
                                       {"token", http::text(43, 43)},
                                       {"person?", http::person_reference()},
                                       {"waiting", http::boolean()}}),
                         201)
                  .handled([parts](Call& call) { return pair_by_sign_in(parts, call); }));
}

void add_codes_and_window(http::RouteTable& table, const DeviceParts& parts) {
    table.add(
        http::post("/v1/pairing-codes", "A code for one headset: ten minutes, once")
            .writes()
            .by(http::Access::teacher)
            .tagged("pairing")
            .gives(http::object({{"code", http::text(6, 6)},
                                 {"expires_at", http::time()},
                                 {"seats_left", http::integer(0, 1'000'000)},
                                 {"addresses", http::list(http::text(1, 200), 100)},
                                 {"qr_svg", http::nullable(http::text(1, 200'000))}}),
                   201)
            .handled<store::Tx>([parts](Call& call, store::Tx& tx) { return make_code(parts, call, tx); }));
    table.add(http::get("/v1/pairing-window", "Until when signing in on a headset pairs it at once")
                  .reads()
                  .by(http::Access::viewer)
                  .tagged("pairing")
                  .gives(window_shape())
                  .handled<store::Read>([parts](Call& call, store::Read& read) {
                      return http::json(json_of(parts.pairing.state(read, call.caller.organisation_id)));
                  }));
    table.add(http::put("/v1/pairing-window", "Open pairing by sign-in for some time, or close it with 0")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("pairing")
                  .takes(http::object({{"open_for_s", http::integer(0, 3600)}}))
                  .gives(window_shape())
                  .handled<store::Tx>([parts](Call& call, store::Tx& tx) {
                      return http::json(json_of(
                          parts.pairing.open_window(tx, call.caller.organisation_id, call.caller.person_id,
                                                    call.fields().get<std::int64_t>("open_for_s"))));
                  }));
}

void add_requests(http::RouteTable& table, const DeviceParts& parts) {
    table.add(http::get("/v1/pairing-requests", "The headsets that wait to be admitted")
                  .reads()
                  .by(http::Access::viewer)
                  .tagged("pairing")
                  .gives(http::page_of(request_shape()))
                  .handled<store::Read>([parts](Call& call, store::Read& read) {
                      return http::list_answer(parts.pairing.requests(read, call.caller.organisation_id));
                  }));
    table.add(http::post("/v1/pairing-requests/:id/admit", "Admit a headset that waits")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("pairing")
                  .gives(device_shape())
                  .handled<store::Tx>([parts](Call& call, store::Tx& tx) {
                      Device device = parts.pairing.admit(tx, call.caller.organisation_id,
                                                          call.id<PairingRequestId>("id"));
                      return http::json(json_of(device, parts.presence)).on({{"device", device.id}});
                  }));
    table.add(http::del("/v1/pairing-requests/:id", "Turn a headset away")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("pairing")
                  .gives(http::nothing(), 204)
                  .handled<store::Tx>([parts](Call& call, store::Tx& tx) {
                      parts.pairing.refuse(tx, call.caller.organisation_id, call.id<PairingRequestId>("id"));
                      return http::no_content();
                  }));
}

} // namespace

void add_pairing_routes(http::RouteTable& table, const DeviceParts& parts) {
    add_headsets_side(table, parts);
    add_codes_and_window(table, parts);
    add_requests(table, parts);
}

} // namespace devices
