#include "dialects/lms/wire.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "http/serving/problem.h"
#include "platform/text.h"

namespace dialects::lms {

namespace {

using platform::ErrorKind;

Json time_or_null(const std::optional<std::int64_t>& ms) {
    return ms ? Json(platform::iso8601(*ms)) : Json();
}

std::string detail_of(const http::Call& call, const platform::Error& error) {
    switch (error.kind()) {
        case ErrorKind::unauthorized:
            return call.credential.empty() ? "Authentication credentials were not provided."
                                           : "Invalid token.";
        case ErrorKind::forbidden:
            return "You do not have permission to perform this action.";
        case ErrorKind::method_not_allowed:
            return "Method \"" + call.method + "\" not allowed.";
        case ErrorKind::too_many_requests:
            return "Request was throttled. Expected available in " +
                   std::to_string(error.retry_after_s().value_or(1)) + " seconds.";
        case ErrorKind::internal:
            return "A server error occurred.";
        default:
            return error.what();
    }
}

// Django names faulty fields as keys; `error` repeats the first for clients that look only there.
Json fields_json(const platform::Error& error) {
    Json body = Json::object();
    for (const auto& fault : error.fields())
        body[fault.field.empty() ? "non_field_errors" : fault.field].push_back(fault.message);
    body["error"] = error.fields().front().field + ": " + error.fields().front().message;
    return body;
}

std::string django_words(FieldFault fault, std::size_t most) {
    switch (fault) {
        case FieldFault::missing:
            return "This field is required.";
        case FieldFault::blank:
        case FieldFault::too_short:
            return "This field may not be blank.";
        case FieldFault::null_character:
            return "Null characters are not allowed.";
        case FieldFault::too_long:
            return "Ensure this field has no more than " + std::to_string(most) + " characters.";
        case FieldFault::not_integer:
            return "A valid integer is required.";
        case FieldFault::not_text:
        case FieldFault::not_utf8:
            break;
    }
    return "Not a valid string.";
}

bool is_said_by_view(ErrorKind kind) {
    return kind == ErrorKind::not_found || kind == ErrorKind::conflict || kind == ErrorKind::invalid;
}

} // namespace

http::Answer error_answer(const http::Call& call, const platform::Error& error) {
    if (!error.fields().empty()) return http::json(fields_json(error), 400);
    // Its clients expect 400 for everything that a state does not allow, and don't know 409.
    const int status = error.kind() == ErrorKind::conflict ? 400 : http::status_of(error.kind());
    const bool view = is_said_by_view(error.kind());
    auto answer = http::json(
        {{view ? "error" : "detail", view ? std::string(error.what()) : detail_of(call, error)}}, status);
    if (error.retry_after_s()) answer.header("Retry-After", std::to_string(*error.retry_after_s()));
    return answer;
}

http::Answer login_error_answer(const http::Call& call, const platform::Error& error) {
    if (error.kind() == ErrorKind::unauthorized) return http::json({{"error", "Invalid credentials"}}, 401);
    return error_answer(call, error);
}

http::Answer socket_error_answer(const http::Call& call, const platform::Error& error) {
    const auto& fields = error.fields();
    std::string sentence = is_said_by_view(error.kind()) ? error.what() : detail_of(call, error);
    if (!fields.empty()) sentence = fields.front().field + ": " + fields.front().message;
    if (error.kind() == ErrorKind::unauthorized) sentence = "Authentication credentials were not provided.";
    return http::text(sentence, "text/plain", http::status_of(error.kind()));
}

LaxFields fields_of(const http::Call& call) {
    return {call.body, django_words};
}

Json user_json(const people::Person& person, const std::string& school) {
    return {{"id", person.id},
            {"nickname", person.nickname},
            {"school", school},
            {"is_staff", person.role >= platform::Role::viewer},
            {"is_active", person.active}};
}

Json class_json(const people::Class& a_class, const people::Person& teacher,
                const std::vector<people::Person>& students, const std::string& school) {
    Json list = Json::array();
    for (const auto& student : students)
        list.push_back(user_json(student, school));
    return {{"id", a_class.id},
            {"name", a_class.name},
            {"teacher", user_json(teacher, school)},
            {"students", list}};
}

Json session_json(const sessions::Session& session) {
    return {{"id", session.id},
            {"title", session.title},
            {"teacher", session.teacher.id},
            {"is_active", session.transport.is_live()},
            {"is_paused", session.transport.state == sessions::State::paused},
            {"created_at", platform::iso8601(session.created_ms)},
            {"started_at", time_or_null(session.started_ms)},
            {"stopped_at", time_or_null(session.stopped_ms)}};
}

Json lesson_json(const courses::Lesson& lesson, const std::string& lesson_class) {
    return {{"id", lesson.id},
            {"title", lesson.title},
            {"content", lesson.content},
            {"lesson_class", lesson_class}};
}

// Its clients know no null here: 0 stands for no lesson, and for no score.
Json result_json(const runs::Run& run) {
    const Json data = Json::parse(run.data, nullptr, false);
    const double score = std::clamp(run.score.value_or(0), -1e9, 1e9);
    return {{"id", run.id},
            {"student", run.person ? Json(run.person->id) : Json()},
            {"lesson", run.lesson_id ? Json(*run.lesson_id) : Json(0)},
            {"score", std::llround(score)},
            {"completed", run.completed},
            {"progress_data", data.is_object() ? data : Json::object()}};
}

} // namespace dialects::lms
