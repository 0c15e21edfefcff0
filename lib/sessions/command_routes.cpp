// The commands of a session: who has obeyed, sending one again, and the answers of headsets.
#include "http/serving/lists.h"
#include "sessions/session_routes.h"

namespace sessions {

std::vector<std::string> action_names() {
    std::vector<std::string> names;
    for (const auto& action : names_of(Action{}))
        names.emplace_back(action.name);
    return names;
}

namespace {

using http::Access;
using http::Call;
using store::Read;
using store::Tx;

constexpr std::int64_t commands_listed = 100;

void add_commands(http::RouteTable& table, const SessionParts& parts) {
    table.add(
        http::get("/v1/sessions/:id/commands", "The commands of a session, newest first, and who obeyed")
            .reads()
            .by(Access::viewer)
            .gives(http::page_of(command_shape()))
            .tagged("sessions")
            .handled<Read>([parts](Call& call, Read& read) {
                const OrganisationId organisation_id = call.caller.organisation_id;
                const Session session = parts.sessions.get(read, organisation_id, call.id<SessionId>("id"));
                const Takers takers = parts.sessions.takers(read, organisation_id, session.id);
                http::Json items = http::Json::array();
                for (const Command& command :
                     parts.sessions.commands(read, organisation_id, session.id, commands_listed)) {
                    items.push_back(json_of(command, takers));
                }
                return http::json({{"items", std::move(items)}, {"next", nullptr}});
            }));
    table.add(http::post("/v1/sessions/:id/commands/:number/retry",
                         "Send a command again to those that have not done it, or to these of them")
                  .writes()
                  .by(Access::teacher)
                  .takes(http::object({{"device_ids?", http::list(http::identifier(), 10'000)}}))
                  .gives(http::object({{"command", command_shape()}}))
                  .tagged("sessions")
                  .handled<Tx>([parts](Call& call, Tx& tx) {
                      const auto devices = call.fields().find<std::vector<DeviceId>>("device_ids");
                      const OrganisationId organisation_id = call.caller.organisation_id;
                      const auto ordered =
                          parts.director.retry(tx, organisation_id, call.id<SessionId>("id"),
                                               call.number("number"), devices, call.caller.person_id);
                      const Takers takers = parts.sessions.takers(tx, organisation_id, ordered->session.id);
                      return http::json({{"command", json_of(ordered->command, takers)}})
                          .on({{"session", ordered->session.id}, {"command", ordered->command.number}});
                  }));
}

CommandAnswer answer_from(const platform::JsonFields& body, DeviceId device_id) {
    CommandAnswer answer;
    answer.device_id = device_id;
    answer.state = body.get<AnswerState>("state");
    answer.skew_ms = body.find<double>("skew_ms");
    answer.error = body.get_or("error", answer.error);
    return answer;
}

DeviceId device_of(const Call& call) {
    if (!call.caller.device_id)
        throw platform::Error(platform::ErrorKind::forbidden, "Only a headset may do this.");
    return call.caller.device_id;
}

void add_messages(http::RouteTable& table, const SessionParts& parts) {
    const auto states = http::one_of({"received", "running", "done", "failed"});
    table.add(http::message("command.answer", "How far a headset has come with a command")
                  .writes()
                  .by(Access::headset)
                  .counted()
                  .takes(http::object({{"session_id", http::identifier()},
                                       {"number", http::identifier()},
                                       {"state", states},
                                       {"skew_ms?", http::nullable(http::number(-1e9, 1e9))},
                                       {"error?", http::nullable(http::text(0, 500))}}))
                  .gives(http::object({}))
                  .tagged("headset")
                  .handled<Tx>([parts](Call& call, Tx& tx) {
                      const platform::JsonFields body = call.fields();
                      parts.director.answer(
                          tx, call.caller.organisation_id, body.get<SessionId>("session_id"),
                          body.get<std::int64_t>("number"), answer_from(body, device_of(call)));
                      return http::json(http::Json::object());
                  }));
    table.add(http::message("session.join", "A headset asks for a session by its id; its state follows")
                  .writes()
                  .by(Access::headset)
                  .takes(http::object({{"session_id", http::identifier()}}))
                  .gives(http::object({}))
                  .tagged("headset")
                  .handled<Tx>([parts](Call& call, Tx& tx) {
                      const auto id = call.fields().get<SessionId>("session_id");
                      parts.director.join(tx, call.caller.organisation_id, id, device_of(call));
                      return http::json(http::Json::object()).on({{"session", id}});
                  }));
}

} // namespace

http::Shape command_shape() {
    const auto count = http::integer(0, 1'000'000);
    const auto open =
        http::object({{"device_id", http::identifier()},
                      {"name", http::text(0, 80)},
                      {"person", http::nullable(http::person_reference())},
                      {"state", http::one_of({"sent", "received", "running", "failed", "expired"})},
                      {"error", http::text(0, 500)},
                      {"skew_ms", http::nullable(http::number(-1e9, 1e9))}})
            .named("OpenAnswer");
    const auto target = http::object({{"kind", http::one_of<Target::Kind>()},
                                      {"row?", http::integer(1, 1000)},
                                      {"group?", http::text(1, 80)}})
                            .named("CommandTarget");
    const auto counts = http::object({{"sent", count},
                                      {"received", count},
                                      {"running", count},
                                      {"done", count},
                                      {"failed", count},
                                      {"expired", count}})
                            .named("AnswerCounts");
    return told_shape(
               {{"session_id", http::identifier()},
                {"number", http::identifier()},
                {"lesson_index", http::integer(0, Sessions::most_lessons)},
                {"position_ms", http::integer(0, INT64_MAX)},
                {"at_ms", http::integer(0, INT64_MAX).described("when it takes effect, in server time")},
                {"expires_ms", http::integer(0, INT64_MAX)},
                {"target", target},
                {"counts", counts},
                {"open", http::list(open, 100'000).described("the headsets that have not done it")}})
        .named("Command");
}

http::Shape ordered_shape() {
    return http::object({{"session", session_shape()}, {"command", command_shape()}}).named("Ordered");
}

http::Answer ordered_answer(store::Tx& tx, const SessionParts& parts, const Ordered& ordered) {
    const Session& session = ordered.session;
    const Takers takers = parts.sessions.takers(tx, session.organisation_id, session.id);
    return http::json({{"session", json_of(session)}, {"command", json_of(ordered.command, takers)}})
        .on({{"session", session.id}, {"command", ordered.command.number}});
}

void add_command_routes(http::RouteTable& table, SessionParts parts) {
    add_commands(table, parts);
    add_messages(table, parts);
}

} // namespace sessions
