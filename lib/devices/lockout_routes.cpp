// Lists for whom nothing is looked at after wrong tries (where they are not known), and lets them try again.
#include <nlohmann/json.hpp>

#include "devices/device_routes.h"
#include "http/serving/lists.h"
#include "platform/error.h"
#include "platform/text.h"

namespace devices {

namespace {

using http::Answer;
using http::Call;
using http::Json;

// People and headsets; in each entry one of the two is null.
Answer list_lockouts(const DeviceParts& parts, Call& call, store::Read& read) {
    const auto item = [](const Json& person, const Json& device, const people::Guesses::Waiting& waiting) {
        return Json{
            {"person", person},
            {"device", device},
            {"failures", waiting.wrong},
            {"locked_until_at", waiting.until_ms ? Json(platform::iso8601(*waiting.until_ms)) : Json()}};
    };
    Json items = Json::array();
    for (const auto& [person, waiting] : parts.guesses.waiting_people(read, call.caller.organisation_id))
        items.push_back(item(people::json_of(person), nullptr, waiting));
    for (const Device& device : parts.devices.paired(read, call.caller.organisation_id))
        if (const auto waiting = parts.guesses.waiting(device.id, read.now_ms()))
            items.push_back(item(nullptr, {{"id", device.id}, {"name", device.name}}, *waiting));
    return http::json({{"items", items}, {"next", nullptr}});
}

Answer release_person(const DeviceParts& parts, Call& call, store::Tx& tx) {
    const auto id = call.id<PersonId>("id");
    const people::Person person = parts.people.get(tx, call.caller.organisation_id, id);
    if (person.role != platform::Role::student && call.caller.role < platform::Role::administrator)
        throw platform::Error(platform::ErrorKind::forbidden,
                              "A teacher looks after students; staff are an administrator's.");
    parts.guesses.open(tx, person);
    return http::no_content().on({{"person", id}});
}

http::Shape lockout_shape() {
    return http::object(
               {{"person", http::nullable(http::person_reference())},
                {"device",
                 http::nullable(http::object({{"id", http::identifier()}, {"name", http::text(0, 80)}}))},
                {"failures", http::integer(1, INT64_MAX)},
                {"locked_until_at",
                 http::nullable(http::time()).described("null: until a teacher lets them try again")}})
        .named("Lockout");
}

} // namespace

void add_lockout_routes(http::RouteTable& table, const DeviceParts& parts) {
    table.add(http::get("/v1/lockouts",
                        "Who has to wait after wrong tries: people, where nothing knows them, and headsets")
                  .reads()
                  .by(http::Access::teacher)
                  .tagged("logins")
                  .gives(http::page_of(lockout_shape()))
                  .handled<store::Read>(
                      [parts](Call& call, store::Read& read) { return list_lockouts(parts, call, read); }));
    table.add(http::del("/v1/people/:id/lockout", "Let a person try again at once, wherever they are")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("logins")
                  .gives(http::nothing(), 204)
                  .handled<store::Tx>(
                      [parts](Call& call, store::Tx& tx) { return release_person(parts, call, tx); }));
    table.add(http::del("/v1/devices/:id/lockout", "Let people try again at once on a headset")
                  .reads()
                  .by(http::Access::teacher)
                  .tagged("logins")
                  .gives(http::nothing(), 204)
                  .handled<store::Read>([parts](Call& call, store::Read& read) {
                      const Device device =
                          parts.devices.get(read, call.caller.organisation_id, call.id<DeviceId>("id"));
                      parts.guesses.release(device.id);
                      return http::no_content().on({{"device", device.id}});
                  }));
}

} // namespace devices
