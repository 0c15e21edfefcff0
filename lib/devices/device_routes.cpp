#include "devices/device_routes.h"

#include <nlohmann/json.hpp>

#include "http/serving/lists.h"
#include "platform/error.h"
#include "platform/text.h"

namespace devices {

namespace {

using http::Answer;
using http::Call;
using http::Json;

Answer list_devices(const DeviceParts& parts, Call& call, store::Read& read) {
    auto page =
        parts.devices.list(read, call.caller.organisation_id, http::page_request<store::PageRequest>(call),
                           call.query("unpaired") == "true", call.query("group").value_or(""));
    return http::page_answer(page, [&](const Device& device) { return json_of(device, parts.presence); });
}

Answer change_device(const DeviceParts& parts, Call& call, store::Tx& tx) {
    const OrganisationId organisation_id = call.caller.organisation_id;
    Device device = parts.devices.get(tx, organisation_id, call.id<DeviceId>("id"));
    const platform::JsonFields body = call.fields();
    if (body.has("group"))
        device = parts.devices.regroup(tx, organisation_id, device.id, body.trimmed("group"));
    if (const auto name = body.find_filled("name"))
        device = parts.devices.rename(tx, organisation_id, device.id, *name);
    return http::json(json_of(device, parts.presence)).on({{"device", device.id}});
}

http::Shape exchange_shape() {
    return http::object(
               {{"at_ms", http::integer(0, INT64_MAX)},
                {"way", http::one_of<Exchange::Way>().described("the headset said it, or it was told it")},
                {"kind", http::one_of<Exchange::Kind>()},
                {"name", http::text(0, 2000)},
                {"status", http::integer(0, 599)},
                {"reason", http::text(0, 5000).described("of a refusal")},
                {"times", http::integer(1, INT64_MAX).described("so often, but for a few others between")}})
        .named("Exchange");
}

http::Fields list_fields() {
    http::Fields fields = http::paging_fields();
    fields.emplace_back("group?", http::text(0, 80));
    fields.emplace_back("unpaired?", http::one_of({"true", "false"}));
    return fields;
}

void add_devices(http::RouteTable& table, const DeviceParts& parts) {
    table.add(http::get("/v1/devices", "The paired headsets; with unpaired=true those that were")
                  .reads()
                  .by(http::Access::viewer)
                  .tagged("devices")
                  .asks(list_fields())
                  .gives(http::page_of(device_shape()))
                  .handled<store::Read>(
                      [parts](Call& call, store::Read& read) { return list_devices(parts, call, read); }));
    table.add(http::get("/v1/devices/:id", "One headset")
                  .reads()
                  .by(http::Access::viewer)
                  .tagged("devices")
                  .gives(device_shape())
                  .handled<store::Read>([parts](Call& call, store::Read& read) {
                      Device device =
                          parts.devices.get(read, call.caller.organisation_id, call.id<DeviceId>("id"));
                      return http::json(json_of(device, parts.presence));
                  }));
    table.add(http::get("/v1/devices/:id/inspector",
                        "What a headset said and was told of late, newest first, and why it was refused")
                  .reads()
                  .by(http::Access::viewer)
                  .tagged("devices")
                  .gives(http::object({{"items", http::list(exchange_shape(), Inspector::most)}}))
                  .handled<store::Read>([parts](Call& call, store::Read& read) {
                      const Device device =
                          parts.devices.get(read, call.caller.organisation_id, call.id<DeviceId>("id"));
                      Json items = Json::array();
                      for (const Exchange& exchange : parts.inspector.of(device.id))
                          items.push_back(json_of(exchange));
                      return http::json({{"items", std::move(items)}});
                  }));
}

void add_changes(http::RouteTable& table, const DeviceParts& parts) {
    table.add(http::patch("/v1/devices/:id", "Name a headset, or put it into a group")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("devices")
                  .takes(http::object({{"name?", http::text(1, 80)}, {"group?", http::text(0, 80)}}))
                  .gives(device_shape())
                  .handled<store::Tx>(
                      [parts](Call& call, store::Tx& tx) { return change_device(parts, call, tx); }));
    table.add(
        http::post(
            "/v1/devices/:id/replace",
            "Put another paired headset in the place of a broken one, which keeps its seat and history")
            .writes()
            .by(http::Access::teacher)
            .tagged("devices")
            .takes(http::object({{"device_id", http::identifier()}}))
            .gives(device_shape())
            .handled<store::Tx>([parts](Call& call, store::Tx& tx) {
                const auto by = call.fields().get<DeviceId>("device_id");
                const Device device =
                    parts.devices.replace(tx, call.caller.organisation_id, call.id<DeviceId>("id"), by);
                return http::json(json_of(device, parts.presence)).on({{"device", device.id}, {"by", by}});
            }));
    table.add(http::del("/v1/devices/:id", "Unpair a headset: gives its seat back, what was recorded stays")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("devices")
                  .gives(http::nothing(), 204)
                  .handled<store::Tx>([parts](Call& call, store::Tx& tx) {
                      parts.devices.unpair(tx, call.caller.organisation_id, call.id<DeviceId>("id"));
                      return http::no_content().on({{"device", call.id<DeviceId>("id")}});
                  }));
}

} // namespace

http::Shape device_shape() {
    return http::object({{"id", http::identifier()},
                         {"serial_number", http::text(1, 80)},
                         {"name", http::text(1, 80)},
                         {"model", http::text(0, 80)},
                         {"group", http::text(0, 80)},
                         {"paired", http::boolean()},
                         {"online", http::boolean()},
                         {"battery", http::nullable(http::integer(0, 100))},
                         {"charging", http::nullable(http::boolean())},
                         {"storage_free", http::nullable(http::integer(0, INT64_MAX))},
                         {"app", http::text(0, 200)},
                         {"app_version", http::text(0, 80)},
                         {"last_seen_at", http::nullable(http::time())},
                         {"person", http::nullable(http::person_reference())}})
        .named("Device");
}

void add_device_routes(http::RouteTable& table, const DeviceParts& parts) {
    add_devices(table, parts);
    add_changes(table, parts);
    add_pairing_routes(table, parts);
    add_headset_routes(table, parts);
    add_lockout_routes(table, parts);
}

} // namespace devices
