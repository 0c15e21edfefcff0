// Calls about a whole session: whose view is shown, a spare headset, stop all, take over.
#include "http/serving/lists.h"
#include "sessions/session_routes.h"

namespace sessions {

namespace {

using http::Access;
using http::Call;
using store::Tx;

void add_display(http::RouteTable& table, const SessionParts& parts) {
    table.add(http::put("/v1/sessions/:id/display", "Show everybody what one student sees, or no more")
                  .writes()
                  .by(Access::teacher)
                  .takes(http::object({{"device_id", http::nullable(http::identifier())}}))
                  .gives(session_shape())
                  .tagged("sessions")
                  .handled<Tx>([parts](Call& call, Tx& tx) {
                      const platform::JsonFields body = call.fields();
                      const auto device_id = body.find<DeviceId>("device_id");
                      const Session session = parts.director.show(tx, call.caller.organisation_id,
                                                                  call.id<SessionId>("id"), device_id);
                      return http::json(json_of(session))
                          .on({{"session", session.id}, {"device", body.json("device_id")}});
                  }));
}

void add_swap(http::RouteTable& table, const SessionParts& parts) {
    const auto id_or_null = http::nullable(http::identifier());
    table.add(
        http::post("/v1/sessions/:id/swap",
                   "A spare takes a headset's place: its seat, its student, its run and position")
            .writes()
            .by(Access::teacher)
            .takes(http::object({{"device_id", http::identifier()}, {"spare_device_id", http::identifier()}}))
            .gives(http::object({{"seat_id", id_or_null},
                                 {"run_id", id_or_null},
                                 {"person", http::nullable(http::person_reference())}}))
            .tagged("sessions")
            .handled<Tx>([parts](Call& call, Tx& tx) {
                const SessionId id = call.id<SessionId>("id");
                const auto device = call.fields().get<DeviceId>("device_id");
                const auto spare = call.fields().get<DeviceId>("spare_device_id");
                const auto swapped = parts.director.swap(tx, call.caller.organisation_id, id, device, spare);
                const auto or_null = [](const auto& value) {
                    return value ? http::Json(*value) : http::Json();
                };
                return http::json({{"seat_id", or_null(swapped.seat_id)},
                                   {"run_id", or_null(swapped.run_id)},
                                   {"person", people::json_of(swapped.person)}})
                    .on({{"session", id}, {"device", device}, {"spare", spare}});
            }));
}

} // namespace

void add_control_routes(http::RouteTable& table, SessionParts parts) {
    add_display(table, parts);
    add_swap(table, parts);
    table.add(http::post("/v1/sessions/stop-all", "Stop one's own live sessions, or all of the organisation")
                  .writes()
                  .by(Access::teacher)
                  .takes(http::object({{"everybody?", http::boolean()}}))
                  .gives(http::object({{"items", http::list(session_shape(), 200)}}))
                  .tagged("sessions")
                  .handled<Tx>([parts](Call& call, Tx& tx) {
                      const bool everybody = call.fields().get_or("everybody", false);
                      const auto teacher = everybody ? std::nullopt : std::optional(call.caller.person_id);
                      http::Json items = http::Json::array(), ids = http::Json::array();
                      for (const Session& session : parts.director.stop_all(tx, call.caller.organisation_id,
                                                                            teacher, call.caller.person_id)) {
                          ids.push_back(session.id);
                          items.push_back(json_of(session));
                      }
                      return http::json({{"items", std::move(items)}}).on({{"sessions", std::move(ids)}});
                  }));
    table.add(http::post("/v1/sessions/:id/take-over", "Go on with a colleague's session as one's own")
                  .writes()
                  .by(Access::teacher)
                  .takes(http::object({}))
                  .gives(session_shape())
                  .tagged("sessions")
                  .handled<Tx>([parts](Call& call, Tx& tx) {
                      const Session session = parts.director.take_over(
                          tx, call.caller.organisation_id, call.id<SessionId>("id"), call.caller.person_id);
                      return http::json(json_of(session))
                          .on({{"session", session.id}, {"teacher", session.teacher.id}});
                  }));
}

} // namespace sessions
