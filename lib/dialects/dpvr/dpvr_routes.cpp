#include "dialects/dpvr/dpvr_routes.h"

#include <vector>

#include "http/serving/lists.h"
#include "platform/error.h"

namespace dialects::dpvr {

namespace {

using http::Access;
using http::Answer;
using http::Call;

constexpr std::size_t longest_serial = 64, most_waiting = 200;

http::Shape waiting_shape() {
    return http::object(
               {{"serial_number",
                 http::text(1, longest_serial).described("as the headset says it: a name, and no proof")},
                {"battery", http::nullable(http::integer(0, 100))},
                {"since_ms", http::integer(0, INT64_MAX)}})
        .named("WaitingDpvrHeadset");
}

http::Shape joining_shape() {
    return http::object({{"serial_number", http::text(1, longest_serial)},
                         {"name?", http::text(0, 80).described("made from the serial number, if absent")}})
        .named("JoiningDpvrHeadset");
}

Answer list_waiting(const Headsets& headsets) {
    Json items = Json::array();
    for (const Headsets::Waiting& one : headsets.waiting())
        items.push_back({{"serial_number", one.serial_number},
                         {"battery", one.battery ? Json(*one.battery) : Json()},
                         {"since_ms", one.since_ms}});
    return http::json({{"on", headsets.is_on()}, {"items", std::move(items)}});
}

Answer join(Headsets& headsets, Call& call, store::Tx& tx) {
    if (!headsets.is_on())
        platform::throw_conflict(
            "DPVR's remote control is off: IT turns it on in the configuration, [dpvr].");
    std::vector<Joining> wanted;
    for (const platform::JsonFields& one : call.fields().objects("headsets"))
        wanted.push_back({one.get<std::string>("serial_number"), one.get_or("name", std::string())});
    Json items = Json::array(), ids = Json::array();
    for (const devices::Device& device : headsets.join(tx, call.caller.organisation_id, wanted)) {
        items.push_back({{"id", device.id}, {"name", device.name}, {"serial_number", device.serial_number}});
        ids.push_back(device.id);
    }
    return http::json({{"items", std::move(items)}}, 201).on({{"devices", std::move(ids)}});
}

} // namespace

void add_dpvr_routes(http::RouteTable& table, Headsets& headsets) {
    table.add(http::get("/v1/dpvr/waiting",
                        "DPVR headsets that have connected by their remote control and joined no school yet")
                  .memory()
                  .by(Access::teacher)
                  .tagged("devices")
                  .gives(http::object(
                      {{"on", http::boolean().described("the port is open (configuration, [dpvr])")},
                       {"items", http::list(waiting_shape(), most_waiting)}}))
                  .handled([&headsets](Call&) { return list_waiting(headsets); }));
    table.add(
        http::post("/v1/dpvr/headsets",
                   "Take DPVR headsets in, by serial number: one that waits, or a list for those to come")
            .writes()
            .by(Access::teacher)
            .tagged("devices")
            .takes(http::object({{"headsets", http::list(joining_shape(), Headsets::most_at_once)}}))
            .gives(http::object({{"items", http::list(http::object({{"id", http::identifier()},
                                                                    {"name", http::text(1, 80)},
                                                                    {"serial_number", http::text(1, 200)}}),
                                                      Headsets::most_at_once)}}),
                   201)
            .handled<store::Tx>([&headsets](Call& call, store::Tx& tx) { return join(headsets, call, tx); }));
}

} // namespace dialects::dpvr
