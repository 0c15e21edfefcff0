// Lists who has to wait after wrong tries, and lets them try again at once.
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

std::string subject_of(DeviceId device_id) {
    return "device/" + to_string(device_id);
}

// People and headsets; in each entry one of the two is null.
Answer list_lockouts(const DeviceParts& parts, Call& call, store::Read& read) {
    const auto item = [](const Json& person, const Json& device, const people::Tries& tries) {
        return Json{{"person", person},
                    {"device", device},
                    {"failures", tries.failures},
                    {"locked_until_at", platform::iso8601(tries.locked_until_ms)}};
    };
    Json items = Json::array();
    for (const auto& locked : parts.lockouts.people(read, call.caller.organisation_id))
        items.push_back(item(people::json_of(locked.person), nullptr, locked.tries));
    for (const auto& [subject, tries] : parts.sign_in.locked_headsets())
        for (const Device& device : parts.devices.paired(read, call.caller.organisation_id))
            if (subject == subject_of(device.id))
                items.push_back(item(nullptr, {{"id", device.id}, {"name", device.name}}, tries));
    return http::json({{"items", items}, {"next", nullptr}});
}

Answer release_person(const DeviceParts& parts, Call& call, store::Tx& tx) {
    const auto id = call.id<PersonId>("id");
    const people::Person person = parts.people.get(tx, call.caller.organisation_id, id);
    if (person.role != platform::Role::student && call.caller.role < platform::Role::administrator)
        throw platform::Error(platform::ErrorKind::forbidden,
                              "A teacher looks after students; staff are an administrator's.");
    parts.lockouts.forget(tx, "person/" + to_string(id));
    return http::no_content().on({{"person", id}});
}

http::Shape lockout_shape() {
    return http::object({{"person", http::nullable(http::person_reference())},
                         {"device", http::nullable(http::object(
                                        {{"id", http::identifier()}, {"name", http::text(0, 80)}}))},
                         {"failures", http::integer(1, INT64_MAX)},
                         {"locked_until_at", http::time()}})
        .named("Lockout");
}

} // namespace

void add_lockout_routes(http::RouteTable& table, const DeviceParts& parts) {
    table.add(http::get("/v1/lockouts",
                        "Who has to wait after wrong tries: people, and headsets on which names were tried")
                  .reads()
                  .by(http::Access::teacher)
                  .tagged("logins")
                  .gives(http::page_of(lockout_shape()))
                  .handled<store::Read>(
                      [parts](Call& call, store::Read& read) { return list_lockouts(parts, call, read); }));
    table.add(http::del("/v1/people/:id/lockout", "Let a person try again at once")
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
                      parts.sign_in.release_headset(subject_of(device.id));
                      return http::no_content().on({{"device", device.id}});
                  }));
}

} // namespace devices
