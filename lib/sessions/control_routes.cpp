// One call for every order: an action, its arguments, and the headsets it is for.
#include <map>

#include "http/serving/lists.h"
#include "sessions/session_routes.h"

namespace sessions {

namespace {

using http::Access;
using http::Answer;
using http::Call;
using store::Tx;

constexpr std::int64_t longest_position_ms = 24LL * 3600 * 1000;
constexpr std::size_t most_headsets = 10'000;

http::Shape percent(std::int64_t least) {
    return http::object({{"percent", http::integer(least, 100)}});
}

// The arguments that each action takes.
const std::map<std::string, http::Shape>& argument_shapes() {
    const auto nothing = http::object({});
    const auto seconds = [](std::int64_t least, std::int64_t most) { return http::integer(least, most); };
    const auto index = http::integer(0, Sessions::most_lessons);
    static const std::map<std::string, http::Shape> shapes = {
        {"play", http::object({{"lesson_index?", index}})},
        {"pause", nothing},
        {"resume", nothing},
        {"seek",
         http::object({{"position_ms", http::integer(0, longest_position_ms)}, {"lesson_index?", index}})},
        {"stop", nothing},
        {"look", http::object({{"yaw_deg", http::number(-180, 180)},
                               {"pitch_deg", http::number(-90, 90)},
                               {"seconds?", seconds(1, 600)}})},
        {"launch", http::object({{"kind", http::one_of({"app", "video", "web", "scenario"})},
                                 {"content", http::text(1, 2000)},
                                 {"title?", http::text(0, 200)}})},
        {"eyes_on_me", http::object({{"message?", http::text(0, 200)}, {"seconds?", seconds(3, 3600)}})},
        {"release", nothing},
        {"message", http::object({{"text", http::text(1, 500)}, {"seconds?", seconds(1, 600)}})},
        {"volume", percent(0)},
        {"brightness", percent(5)}, // never fully dark: eyes_on_me does that, and ends by itself
        {"recenter", nothing},
        {"identify", http::object({{"seconds?", seconds(1, 60)}})},
        {"catch_up", nothing},
    };
    return shapes;
}

// How long an action that ends by itself lasts when the order doesn't say.
const std::map<std::string, std::int64_t> usual_seconds = {
    {"look", 30}, {"eyes_on_me", 60}, {"message", 10}, {"identify", 5}};

http::Json arguments_from(const http::Json& body) {
    const std::string action = body["action"];
    http::Json arguments = body.value("arguments", http::Json::object());
    auto faults = argument_shapes().at(action).faults(arguments);
    for (platform::FieldError& fault : faults)
        fault.field = fault.field.empty() ? "arguments" : "arguments." + fault.field;
    if (!faults.empty()) throw platform::Error(std::move(faults));
    if (const auto usual = usual_seconds.find(action);
        usual != usual_seconds.end() && !arguments.contains("seconds"))
        arguments["seconds"] = usual->second;
    return arguments;
}

Target target_from(const http::Json& body, Action action) {
    std::vector<platform::FieldError> faults;
    Target target;
    const auto take = [&](const char* field, Target::Kind kind) {
        if (!body.contains(field)) return false;
        if (!is_control(action)) faults.push_back({field, "must be absent: what plays, plays for all"});
        if (target.kind != Target::Kind::all)
            faults.push_back({field, "must be the only one of device_ids, row and group"});
        target.kind = kind;
        return true;
    };
    if (take("device_ids", Target::Kind::devices))
        target.device_ids = body["device_ids"].get<std::vector<DeviceId>>();
    if (take("row", Target::Kind::row)) target.row = body["row"];
    if (take("group", Target::Kind::group)) target.group = body["group"];
    if (!faults.empty()) throw platform::Error(std::move(faults));
    return target;
}

Order order_from(const http::Json& body) {
    Order order;
    order.action = action_of(body["action"].get<std::string>());
    const http::Json arguments = arguments_from(body);
    order.target = target_from(body, order.action);
    if (body.contains("expires_s")) order.life_ms = body["expires_s"].get<std::int64_t>() * 1000;
    if (is_control(order.action)) {
        order.arguments = arguments.dump();
        return order;
    }
    if (arguments.contains("lesson_index")) order.lesson_index = arguments["lesson_index"];
    if (arguments.contains("position_ms")) order.position_ms = arguments["position_ms"];
    return order;
}

http::Shape order_shape() {
    return http::object(
               {{"action", http::one_of(action_names())},
                {"arguments?",
                 http::open_object({}).described(
                     "play {lesson_index?}, seek {position_ms, lesson_index?}, look {yaw_deg, pitch_deg, "
                     "seconds?}, "
                     "launch {kind, content, title?}, eyes_on_me {message?, seconds?}, message {text, "
                     "seconds?}, "
                     "volume {percent}, brightness {percent}, identify {seconds?}; the others take none")},
                {"device_ids?", http::list(http::identifier(), most_headsets).described("for these alone")},
                {"row?", http::integer(1, 1000).described("for this row of the session's room")},
                {"group?", http::text(1, 80).described("for the headsets of this group")},
                {"expires_s?", http::integer(5, 3600).described("how long a headset has to obey; 60")}})
        .named("Order");
}

void add_display(http::RouteTable& table, const SessionParts& parts) {
    table.add(http::put("/v1/sessions/:id/display", "Show everybody what one student sees, or no more")
                  .writes()
                  .by(Access::teacher)
                  .takes(http::object({{"device_id", http::nullable(http::identifier())}}))
                  .gives(session_shape())
                  .tagged("sessions")
                  .handled<Tx>([parts](Call& call, Tx& tx) {
                      std::optional<DeviceId> device_id;
                      if (!call.body["device_id"].is_null())
                          device_id = call.body["device_id"].get<DeviceId>();
                      const Session session = parts.director.show(tx, call.caller.organisation_id,
                                                                  call.id<SessionId>("id"), device_id);
                      return http::json(json_of(session))
                          .on({{"session", session.id}, {"device", call.body["device_id"]}});
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
                const auto swapped = parts.director.swap(tx, call.caller.organisation_id, id,
                                                         call.body["device_id"].get<DeviceId>(),
                                                         call.body["spare_device_id"].get<DeviceId>());
                const auto or_null = [](const auto& value) {
                    return value ? http::Json(*value) : http::Json();
                };
                return http::json({{"seat_id", or_null(swapped.seat_id)},
                                   {"run_id", or_null(swapped.run_id)},
                                   {"person", people::json_of(swapped.person)}})
                    .on({{"session", id},
                         {"device", call.body["device_id"]},
                         {"spare", call.body["spare_device_id"]}});
            }));
}

} // namespace

void add_control_routes(http::RouteTable& table, SessionParts parts) {
    add_display(table, parts);
    add_swap(table, parts);
    table.add(http::post("/v1/sessions/:id/commands",
                         "Order something: of all of the session, a row, a group or some")
                  .writes()
                  .by(Access::teacher)
                  .takes(order_shape())
                  .gives(ordered_shape())
                  .tagged("sessions")
                  .handled<Tx>([parts](Call& call, Tx& tx) {
                      const OrganisationId organisation_id = call.caller.organisation_id;
                      parts.sessions.get(tx, organisation_id, call.id<SessionId>("id"));
                      const Ordered ordered =
                          parts.director.order(tx, organisation_id, call.id<SessionId>("id"),
                                               order_from(call.body), call.caller.person_id);
                      return ordered_answer(tx, parts, ordered);
                  }));
    table.add(http::post("/v1/sessions/stop-all", "Stop one's own live sessions, or all of the organisation")
                  .writes()
                  .by(Access::teacher)
                  .takes(http::object({{"everybody?", http::boolean()}}))
                  .gives(http::object({{"items", http::list(session_shape(), 200)}}))
                  .tagged("sessions")
                  .handled<Tx>([parts](Call& call, Tx& tx) {
                      const bool everybody = call.body.is_object() && call.body.value("everybody", false);
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
