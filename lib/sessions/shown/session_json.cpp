// Sessions and commands as they look on the wire.
#include <nlohmann/json.hpp>

#include "platform/text.h"
#include "sessions/session.h"

namespace sessions {

namespace {

using Json = nlohmann::json;

template <class Value>
Json or_null(const std::optional<Value>& value) {
    return value ? Json(*value) : Json();
}

Json time_or_null(const std::optional<std::int64_t>& ms) {
    return ms ? Json(platform::iso8601(*ms)) : Json();
}

Json open_answer(const CommandAnswer& answer, const Takers& takers) {
    const auto taker = takers.find(answer.device_id);
    const bool known = taker != takers.end();
    return {{"device_id", answer.device_id},
            {"name", known ? taker->second.name : ""},
            {"person", known ? people::json_of(taker->second.person) : Json()},
            {"state", platform::name_of(answer.state)},
            {"error", answer.error},
            {"skew_ms", or_null(answer.skew_ms)}};
}

} // namespace

Json json_of(const SessionLesson* lesson) {
    if (lesson == nullptr) return {};
    return {{"index", lesson->index},     {"lesson_id", lesson->lesson_id},
            {"title", lesson->title},     {"kind", platform::name_of(lesson->kind)},
            {"content", lesson->content}, {"duration_ms", or_null(lesson->duration_ms)}};
}

Json json_of(const Session& session) {
    Json lessons = Json::array();
    for (const SessionLesson& lesson : session.lessons) {
        lessons.push_back(json_of(&lesson));
    }
    return {{"id", session.id},
            {"title", session.title},
            {"state", platform::name_of(session.transport.state)},
            {"teacher", people::json_of(session.teacher)},
            {"class_id", or_null(session.class_id)},
            {"room_id", or_null(session.room_id)},
            {"lessons", std::move(lessons)},
            {"lesson_index", session.transport.lesson_index},
            {"position_ms", session.transport.position_ms},
            {"at_ms", session.transport.position_at_ms},
            {"finishes_ms", or_null(session.finishes_ms())},
            {"ends_ms", or_null(session.ends_ms())},
            {"display_device_id", or_null(session.display_device_id)},
            {"created_at", platform::iso8601(session.created_ms)},
            {"started_at", time_or_null(session.started_ms)},
            {"stopped_at", time_or_null(session.stopped_ms)}};
}

Json json_of(const Target& target) {
    Json json{{"kind", platform::name_of(target.kind)}};
    if (target.kind == Target::Kind::row) json["row"] = target.row;
    if (target.kind == Target::Kind::group) json["group"] = target.group;
    return json;
}

Json json_of(const Command& command, const Takers& takers) {
    Json counts = Json::object();
    for (const auto& state : names_of(AnswerState{}))
        counts[std::string(state.name)] = 0;
    Json open = Json::array();
    for (const CommandAnswer& answer : command.answers) {
        Json& count = counts[std::string(platform::name_of(answer.state))];
        count = count.get<int>() + 1;
        if (answer.state != AnswerState::done) open.push_back(open_answer(answer, takers));
    }
    return {{"session_id", command.session_id},
            {"number", command.number},
            {"action", platform::name_of(command.action)},
            {"lesson_index", command.lesson_index},
            {"position_ms", command.position_ms},
            {"at_ms", command.at_ms},
            {"expires_ms", command.expires_ms},
            {"arguments", Json::parse(command.arguments)},
            {"target", Json::parse(command.target)},
            {"counts", std::move(counts)},
            {"open", std::move(open)}};
}

} // namespace sessions
