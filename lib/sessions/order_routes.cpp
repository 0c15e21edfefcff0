// Orders over HTTP: one call for every action, and short forms of it for the commonest. They share one parser
// and one handler.
#include <algorithm>
#include <array>
#include <map>

#include "http/serving/choice.h"
#include "sessions/session_routes.h"

namespace sessions {

namespace {

using http::Access;
using http::Answer;
using http::Call;
using store::Tx;

constexpr const char* orders_path = "/v1/sessions/:id/commands";
constexpr std::int64_t longest_position_ms = 24LL * 3600 * 1000;
constexpr std::size_t most_headsets = 10'000;

http::Fields percent(std::int64_t least) {
    return {{"percent", http::integer(least, 100)}};
}

// The arguments that an action takes. `usual_seconds`: how long an action that ends by itself lasts when the
// order doesn't say. `told`: what headsets and pages are told of them.
struct Form {
    explicit Form(http::Fields fields = {}, const char* name = "NoArguments",
                  std::optional<std::int64_t> seconds = {});
    http::Shape arguments, told;
    std::optional<std::int64_t> usual_seconds;
};

Form::Form(http::Fields fields, const char* name, std::optional<std::int64_t> seconds)
    : arguments(http::object(fields)), usual_seconds(seconds) {
    for (auto& [field, shape] : fields)
        if (field == "seconds?") field = "seconds";
    if (seconds)
        fields.emplace_back("until_ms",
                            http::integer(0, INT64_MAX).described("when it ends, in server time"));
    told = http::object(std::move(fields)).named(name);
}

const Form& form_of(Action action) {
    const auto seconds = [](std::int64_t least, std::int64_t most) { return http::integer(least, most); };
    const auto index = http::integer(0, Sessions::most_lessons);
    static const std::map<Action, Form> forms = {
        {Action::start, Form({{"lesson_index?", index}})},
        {Action::pause, Form()},
        {Action::resume, Form()},
        {Action::seek,
         Form({{"position_ms", http::integer(0, longest_position_ms)}, {"lesson_index?", index}})},
        {Action::stop, Form()},
        {Action::look, Form({{"yaw_deg", http::number(-180, 180)},
                             {"pitch_deg", http::number(-90, 90)},
                             {"seconds?", seconds(1, 600)}},
                            "LookArguments", 30)},
        {Action::launch, Form({{"kind", http::one_of<courses::LessonKind>()},
                               {"content", http::text(1, 2000)},
                               {"title?", http::text(0, 200)}},
                              "LaunchArguments")},
        {Action::eyes_on_me,
         Form({{"message?", http::text(0, 200)}, {"seconds?", seconds(3, 3600)}}, "EyesOnMeArguments", 60)},
        {Action::release, Form()},
        {Action::message,
         Form({{"text", http::text(1, 500)}, {"seconds?", seconds(1, 600)}}, "MessageArguments", 10)},
        {Action::volume, Form(percent(0), "VolumeArguments")},
        // never fully dark: eyes_on_me does that, and ends by itself
        {Action::brightness, Form(percent(5), "BrightnessArguments")},
        {Action::recenter, Form()},
        {Action::identify, Form({{"seconds?", seconds(1, 60)}}, "IdentifyArguments", 5)},
        {Action::catch_up, Form()},
    };
    return forms.at(action);
}

// POST /v1/sessions/:id/<word> is POST /v1/sessions/:id/commands with that action; its body holds the
// arguments.
struct Alias {
    const char* word;
    Action action;
    const char* summary;
};
constexpr std::array<Alias, 6> aliases = {{
    {"start", Action::start, "Start a session, or go to a lesson of it"},
    {"pause", Action::pause, "Pause"},
    {"resume", Action::resume, "Go on where it was paused"},
    {"seek", Action::seek, "Go to a position"},
    {"look", Action::look, "Ask all to look in one direction"},
    {"stop", Action::stop, "Stop; the runs of all who took part end"},
}};

http::Shape order_shape() {
    std::vector<http::Shape> orders;
    for (const auto& [action, name] : names_of(Action{}))
        orders.push_back(http::object(
            {{"action", http::one_of({std::string(name)})},
             {"arguments?", form_of(action).arguments},
             {"device_ids?", http::list(http::identifier(), most_headsets).described("for these alone")},
             {"row?", http::integer(1, 1000).described("for this row of the session's room")},
             {"group?", http::text(1, 80).described("for the headsets of this group")},
             {"expires_s?", http::integer(5, 3600).described("how long a headset has to obey; 60")}}));
    return http::choice("action", std::move(orders)).named("Order");
}

// What headsets and pages are told: of what plays, the command itself says lesson and position.
const http::Shape& told_arguments(Action action) {
    return form_of(is_control(action) ? action : Action::stop).told;
}

http::Json arguments_from(const platform::JsonFields& body, Action action) {
    const Form& form = form_of(action);
    http::Json arguments = body.has("arguments") ? body.json("arguments") : http::Json::object();
    auto faults = form.arguments.faults(arguments);
    for (platform::FieldError& fault : faults)
        fault.field = fault.field.empty() ? "arguments" : "arguments." + fault.field;
    if (!faults.empty()) throw platform::Error(std::move(faults));
    if (action == Action::launch) {
        const platform::JsonFields launched(arguments);
        courses::refuse_unsafe_content(launched.get<courses::LessonKind>("kind"),
                                       launched.get<std::string>("content"), "arguments.content");
    }
    if (form.usual_seconds) arguments.emplace("seconds", *form.usual_seconds); // where none are given
    return arguments;
}

Target target_from(const platform::JsonFields& body, Action action) {
    std::vector<platform::FieldError> faults;
    Target target;
    const auto take = [&](const char* field, Target::Kind kind) {
        if (!body.has(field)) return false;
        if (!is_control(action)) faults.push_back({field, "must be absent: what plays, plays for all"});
        if (target.kind != Target::Kind::all)
            faults.push_back({field, "must be the only one of device_ids, row and group"});
        target.kind = kind;
        return true;
    };
    if (take("device_ids", Target::Kind::devices))
        target.device_ids = body.get<std::vector<DeviceId>>("device_ids");
    if (take("row", Target::Kind::row)) target.row = body.get<std::int64_t>("row");
    if (take("group", Target::Kind::group)) target.group = body.get<std::string>("group");
    if (!faults.empty()) throw platform::Error(std::move(faults));
    return target;
}

// `body` fits order_shape().
Order order_from(const platform::JsonFields& body) {
    Order order;
    order.action = body.get<Action>("action");
    const http::Json arguments = arguments_from(body, order.action);
    order.target = target_from(body, order.action);
    if (const auto expires_s = body.find<std::int64_t>("expires_s")) order.life_ms = *expires_s * 1000;
    if (is_control(order.action)) {
        order.arguments = arguments.dump();
        return order;
    }
    order.lesson_index = platform::JsonFields(arguments).find<std::int64_t>("lesson_index");
    order.position_ms = platform::JsonFields(arguments).find<std::int64_t>("position_ms");
    return order;
}

// A session that doesn't exist is refused before its order is read.
Answer obey(const Call& call, Tx& tx, const SessionParts& parts, const http::Json& body) {
    const Session session = parts.sessions.get(tx, call.caller.organisation_id, call.id<SessionId>("id"));
    return ordered_answer(
        tx, parts,
        *parts.director.order(tx, session, order_from(platform::JsonFields(body)), call.caller.person_id));
}

http::RouteBuilder order_route(std::string path, const char* summary, http::Shape request) {
    return http::post(std::move(path), summary)
        .writes()
        .by(Access::teacher)
        .takes(std::move(request))
        .gives(ordered_shape())
        .tagged("sessions");
}

} // namespace

http::Shape told_shape(const http::Fields& fields) {
    // Actions with the same arguments share a variant.
    std::vector<std::pair<http::Shape, std::vector<std::string>>> kinds;
    for (const auto& [action, name] : names_of(Action{})) {
        const http::Shape arguments = told_arguments(action);
        const auto is_same = [&](const auto& kind) {
            return kind.first.json_schema() == arguments.json_schema();
        };
        const auto kind = std::ranges::find_if(kinds, is_same);
        auto& actions = kind == kinds.end() ? kinds.emplace_back(arguments, std::vector<std::string>{}).second
                                            : kind->second;
        actions.emplace_back(name);
    }
    std::vector<http::Shape> variants;
    for (auto& [arguments, actions] : kinds) {
        http::Fields whole{{"action", http::one_of(std::move(actions))}, {"arguments", arguments}};
        whole.insert(whole.end(), fields.begin(), fields.end());
        variants.push_back(http::object(std::move(whole)));
    }
    return http::choice("action", std::move(variants));
}

http::Fields controls_fields() {
    const auto percent = http::nullable(http::integer(0, 100));
    return {{"eyes_on_me", http::nullable(told_arguments(Action::eyes_on_me))},
            {"look", http::nullable(told_arguments(Action::look))},
            {"launch", http::nullable(told_arguments(Action::launch))},
            {"volume", percent},
            {"brightness", percent}};
}

void add_order_routes(http::RouteTable& table, SessionParts parts) {
    table.add(order_route(orders_path, "Order something: of all of the session, a row, a group or some",
                          order_shape())
                  .handled<Tx>([parts](Call& call, Tx& tx) { return obey(call, tx, parts, call.body); }));
    for (const Alias& alias : aliases) {
        const std::string action(platform::name_of(alias.action));
        table.add(
            order_route(std::string("/v1/sessions/:id/") + alias.word, alias.summary,
                        form_of(alias.action).arguments)
                .short_for("POST /v1/sessions/{id}/commands with the action " + action)
                .handled<Tx>([parts, action](Call& call, Tx& tx) {
                    return obey(call, tx, parts, {{"action", action}, {"arguments", std::move(call.body)}});
                }));
    }
}

} // namespace sessions
