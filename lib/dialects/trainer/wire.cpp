#include "dialects/trainer/wire.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "dialects/lax_fields.h"
#include "http/serving/problem.h"
#include "platform/text.h"

namespace dialects::trainer {

namespace {

using platform::ErrorKind;

constexpr int calls_per_minute = 100;
constexpr std::size_t longest_value = 200; // bytes of one that a fault repeats

Json time_or_null(const std::optional<std::int64_t>& ms) {
    return ms ? Json(platform::iso8601(*ms)) : Json();
}

template <class Value>
Json or_null(const std::optional<Value>& value) {
    return value ? Json(*value) : Json();
}

Json parsed(const std::string& text) {
    return Json::parse(text, nullptr, false);
}

std::string error_text(const platform::Error& error) {
    switch (error.kind()) {
        case ErrorKind::unauthorized:
            return error.what() == std::string("Sign in first.") ? "Authentication required" : error.what();
        case ErrorKind::forbidden:
            return error.what() == std::string("You may not do this.") ? "Insufficient permissions"
                                                                       : error.what();
        case ErrorKind::too_many_requests:
            return "Too many requests";
        case ErrorKind::internal:
            return "Internal server error";
        default:
            return error.what();
    }
}

// The phase as {status} in this dialect's words.
std::string_view status_of(trainings::Phase phase) {
    switch (phase) {
        case trainings::Phase::assigned:
        case trainings::Phase::fetched:
        case trainings::Phase::running:
            return "active";
        case trainings::Phase::recorded:
            return "completed";
        case trainings::Phase::cancelled:
            return "abandoned";
    }
    return "active";
}

std::string code_of(const http::Call& call, const platform::Error& error) {
    const bool signing_in = call.path.find("/auth/") != call.path.npos;
    switch (error.kind()) {
        case ErrorKind::bad_request:
        case ErrorKind::invalid:
            return "VALIDATION_ERROR";
        case ErrorKind::unauthorized:
            return error.what() == std::string_view(wrong_login) ? "INVALID_CREDENTIALS"
                                                                 : "AUTHENTICATION_ERROR";
        case ErrorKind::forbidden:
            return "AUTHORIZATION_ERROR";
        case ErrorKind::not_found:
            return "NOT_FOUND";
        case ErrorKind::method_not_allowed:
            return "METHOD_NOT_ALLOWED";
        case ErrorKind::conflict:
            return signing_in ? "USER_EXISTS" : "CONFLICT";
        case ErrorKind::too_large:
            return "PAYLOAD_TOO_LARGE";
        case ErrorKind::too_many_requests:
            return signing_in ? "AUTH_RATE_LIMIT_EXCEEDED" : "RATE_LIMIT_EXCEEDED";
        case ErrorKind::unavailable:
        case ErrorKind::storage_full:
            return "SERVICE_UNAVAILABLE";
        case ErrorKind::internal:
            break;
    }
    return "INTERNAL_ERROR";
}

// The value sent in a field. Nobody gets a secret back, and nothing long.
Json value_of(const http::Call& call, const std::string& field) {
    if (platform::lower_ascii(field).find("password") != field.npos) return nullptr;
    const Json& value = call.fields().json(field);
    return value.is_primitive() && value.dump().size() <= longest_value ? value : Json(nullptr);
}

Json detail_of(const http::Call& call, const std::string& field, const std::string& message) {
    return {{"field", field},
            {"path", field},
            {"message", message},
            {"msg", message},
            {"value", value_of(call, field)}};
}

// Staff see all of it. A student who is going to be assessed sees what counts and how much, but not the right
// words.
Json criteria_json(const scenarios::AssessmentRules& rules, bool for_staff) {
    Json list = Json::array();
    for (const scenarios::Criterion& criterion : rules.criteria) {
        if (for_staff) {
            list.push_back(scenarios::json_of(criterion));
            continue;
        }
        list.push_back({{"title", criterion.title},
                        {"kind", platform::name_of(criterion.kind)},
                        {"weight", criterion.weight},
                        {"must", criterion.must}});
    }
    return {{"passScore", rules.pass_score}, {"criteria", list}};
}

Json ticket_json(const std::optional<scenarios::TicketTemplate>& ticket) {
    if (!ticket) return nullptr;
    return {{"priority", ticket->priority},
            {"category", ticket->category},
            {"description", ticket->description},
            {"customerInfo", parsed(ticket->customer_info)},
            {"technicalContext", parsed(ticket->technical_context)}};
}

Json persona_json(const std::optional<scenarios::Persona>& persona) {
    if (!persona) return nullptr;
    return {{"name", persona->name},
            {"personality", persona->personality},
            {"technicalLevel", persona->technical_level},
            {"communicationStyle", persona->communication_style}};
}

std::string uuid_of(const char* kind, std::int64_t id) {
    char text[40];
    std::snprintf(text, sizeof text, "%s-0000-8000-8000-%012llx", kind, static_cast<unsigned long long>(id));
    return text;
}

} // namespace

// ---- the envelope ----

http::Answer answer(const Parts& parts, Json data, int status) {
    return http::json({{"success", true},
                       {"data", std::move(data)},
                       {"timestamp", platform::iso8601(parts.clock.now_ms())}},
                      status);
}

http::Answer answer_with_meta(const Parts& parts, Json data, Json meta) {
    return http::json({{"success", true},
                       {"data", std::move(data)},
                       {"meta", std::move(meta)},
                       {"timestamp", platform::iso8601(parts.clock.now_ms())}});
}

http::Answer answer_with_message(const Parts& parts, Json data, const std::string& message, int status) {
    return http::json({{"success", true},
                       {"data", std::move(data)},
                       {"message", message},
                       {"timestamp", platform::iso8601(parts.clock.now_ms())}},
                      status);
}

// An error is answered where no clock is lent, so its time is the machine's.
http::Answer error_answer(const http::Call& call, const platform::Error& error) {
    using namespace std::chrono;
    const auto now_ms = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
    std::string text = error_text(error);
    Json details = Json::array();
    for (const auto& fault : error.fields())
        details.push_back(detail_of(call, fault.field, fault.message));
    if (error.kind() == ErrorKind::bad_request) details.push_back(detail_of(call, "body", error.what()));
    if (!details.empty()) text = "Validation failed";
    Json body{{"success", false},
              {"error", text},
              {"message", text},
              {"code", code_of(call, error)},
              {"timestamp", platform::iso8601(now_ms)}};
    if (!details.empty()) body["details"] = details;
    if (error.retry_after_s()) body["retryAfter"] = *error.retry_after_s();
    http::Answer answer = http::json(body, error.fields().empty() ? http::status_of(error.kind()) : 400);
    if (error.retry_after_s()) answer.header("Retry-After", std::to_string(*error.retry_after_s()));
    return answer;
}

void throw_missing(const std::string& what) {
    throw platform::Error(ErrorKind::not_found, what + " not found");
}

// ---- what comes ----

std::optional<std::string> Fields::optional_text(const char* name, std::size_t least, std::size_t most) {
    const Json& value = fields_.json(name);
    if (value.is_null()) return std::nullopt;
    const std::string range =
        "must be " + std::to_string(least) + " to " + std::to_string(most) + " characters";
    const auto* given = value.get_ptr<const std::string*>();
    std::string text(given == nullptr ? "" : platform::trimmed(*given));
    const auto wrong = given == nullptr ? FieldFault::not_text : text_fault(text, least, most);
    if (wrong == FieldFault::not_text || wrong == FieldFault::not_utf8) {
        fault(name, "must be a text; it " + range);
        return std::nullopt;
    }
    if (wrong) fault(name, range);
    return text;
}

std::string Fields::text(const char* name, std::size_t least, std::size_t most) {
    if (fields_.json(name).is_null()) fault(name, "is required");
    return optional_text(name, least, most).value_or("");
}

std::string Fields::email(const char* name) {
    std::string address = text(name, 1, 200);
    const std::size_t at = address.find('@');
    const bool plain = address.find_first_of(" \t\r\n,;<>\"") == address.npos;
    if (!address.empty() && (at == 0 || at == address.npos || at + 1 == address.size() || !plain))
        fault(name, "must be an e-mail address");
    return address;
}

std::string Fields::secret(const char* name) {
    std::string secret = text_if_any(fields_, name); // as it is: spaces count
    if (secret.empty()) fault(name, "is required");
    return secret;
}

std::string Fields::password(const char* name) {
    std::string password = text_if_any(fields_, name);
    if (!fields_.json(name).is_string())
        fault(name, "is required");
    else if (password.size() < 8 || password.size() > 200)
        fault(name, "must be 8 to 200 characters");
    return password;
}

bool Fields::flag(const char* name) {
    const Json& value = fields_.json(name);
    if (!value.is_null() && !value.is_boolean()) fault(name, "must be true or false");
    return value.is_boolean() && value.get<bool>();
}

std::optional<Json> Fields::object(const char* name, std::size_t most_bytes) {
    const Json& value = fields_.json(name);
    if (value.is_null()) return std::nullopt;
    if (!value.is_object() || value.dump().size() > most_bytes) {
        fault(name, "must be an object of at most " + std::to_string(most_bytes) + " bytes");
        return std::nullopt;
    }
    return value;
}

void Fields::throw_if_faulty() const {
    if (!faults_.empty()) throw platform::Error(faults_);
}

// ---- ids ----

std::string user_uuid(PersonId person_id) {
    return uuid_of("75736572", person_id.value());
}

std::string message_uuid(MessageId message_id) {
    return uuid_of("6d657373", message_id.value());
}

std::string metric_uuid(RunId run_id) {
    return uuid_of("6d657472", run_id.value());
}

// ---- what goes ----

Json user_json(const people::Person& person, const people::Profile& profile, std::int64_t xp) {
    return {{"id", user_uuid(person.id)},
            {"email", or_null(person.email)},
            {"firstName", person.first_name},
            {"lastName", person.last_name},
            {"nickname", person.nickname},
            {"role", platform::name_of(person.role)},
            {"level", progress::level_of(xp)},
            {"xp", xp},
            {"timezone", profile.time_zone},
            {"preferences", parsed(profile.preferences)},
            {"isVerified", true}, // whoever is here has accepted an invitation
            {"lastLoginAt", time_or_null(profile.last_login_ms)},
            {"createdAt", platform::iso8601(person.created_ms)}};
}

Json scenario_json(const scenarios::Scenario& scenario, const std::vector<std::string>& prerequisites,
                   bool for_staff) {
    const scenarios::Content& content = scenario.content;
    Json knowledge = Json::array();
    for (const scenarios::KnowledgeEntry& entry : content.knowledge_base)
        knowledge.push_back(scenarios::json_of(entry));
    return {{"id", scenario.public_id},
            {"title", content.title},
            {"description", content.description},
            {"difficulty", platform::name_of(content.difficulty)},
            {"estimatedTime", content.estimated_minutes},
            {"xpReward", content.xp_reward},
            {"ticketTemplate", ticket_json(content.ticket_template)},
            {"customerPersona", persona_json(content.persona)},
            {"knowledgeBaseEntries", knowledge},
            {"assessmentCriteria", criteria_json(content.rules(), for_staff)},
            {"prerequisites", prerequisites},
            {"isActive", content.active && !scenario.archived},
            {"version", scenario.version},
            {"createdAt", platform::iso8601(scenario.created_ms)},
            {"updatedAt", platform::iso8601(scenario.changed_ms)}};
}

Json progress_json(const progress::ScenarioProgress& progress) {
    const char* status = progress.passed ? "completed" : progress.open ? "in_progress" : "not_started";
    return {{"status", status},
            {"completed", progress.passed},
            {"attempts", progress.attempts},
            {"bestScore", or_null(progress.best_score)},
            {"xpEarned", progress.xp},
            {"completedAt", time_or_null(progress.passed_ms)}};
}

Json session_json(const trainings::Training& training, const scenarios::Scenario& scenario,
                  std::optional<std::int64_t> xp, std::int64_t messages,
                  const std::vector<chat::Message>& said) {
    const runs::Run& run = training.run;
    const bool over = training.phase == trainings::Phase::recorded;
    const auto duration_s =
        training.recorded_ms ? std::optional((*training.recorded_ms - run.started_ms) / 1000) : std::nullopt;
    std::int64_t changed_ms = std::max(run.started_ms, training.recorded_ms.value_or(0));
    Json history = Json::array();
    for (const chat::Message& message : said) {
        history.push_back(message_json(message, run.public_id));
        changed_ms = std::max(changed_ms, message.at_ms);
    }
    Json resolution;
    if (over) resolution = {{"resolution", training.resolution}, {"escalated", training.escalated}};
    return {{"id", run.public_id},
            {"userId", run.person ? Json(user_uuid(run.person->id)) : Json()},
            {"scenarioId", scenario.public_id},
            {"scenario",
             {{"id", scenario.public_id},
              {"title", scenario.content.title},
              {"difficulty", platform::name_of(scenario.content.difficulty)},
              {"ticketTemplate", ticket_json(scenario.content.ticket_template)},
              {"customerPersona", persona_json(scenario.content.persona)}}},
            {"status", over && training.escalated ? "abandoned" : status_of(training.phase)},
            {"startedAt", platform::iso8601(run.started_ms)},
            {"completedAt", time_or_null(training.recorded_ms)},
            {"chatHistory", history},
            {"performanceData",
             {{"score", or_null(run.score)},
              {"passed", training.passed},
              {"xpEarned", or_null(xp)},
              {"durationSeconds", or_null(duration_s)},
              {"messageCount", messages},
              {"escalated", training.escalated},
              {"lines", parsed(training.lines)}}},
            {"verificationStatus", !over             ? "pending"
                                   : training.passed ? "verified"
                                                     : "failed"},
            {"resolutionData", resolution},
            {"createdAt", platform::iso8601(training.assigned_ms)},
            {"updatedAt", platform::iso8601(changed_ms)}};
}

Json session_of_training(store::Read& read, const Parts& parts, const trainings::Training& training,
                         std::int64_t most_messages) {
    auto said = parts.chat.newest(read, training.run.id, most_messages);
    std::ranges::sort(said, {}, &chat::Message::id);
    return session_json(training, parts.trainings.scenario_of(read, training),
                        parts.progress.xp_of(read, training.run.organisation_id, training.run.id),
                        parts.chat.count(read, training.run.id), said);
}

Json metric_json(const trainings::Training& training, const scenarios::Scenario& scenario,
                 std::optional<std::int64_t> xp) {
    const runs::Run& run = training.run;
    const double overall = run.score.value_or(0);
    const Json lines = parsed(training.lines);
    const auto part = [&](scenarios::CriterionKind kind) {
        double points = 0, most = 0;
        for (const Json& line : lines) {
            const platform::JsonFields fields(line);
            if (text_if_any(fields, "kind") != platform::name_of(kind)) continue;
            points += fields.get_or("points", 0.0);
            most += fields.get_or("most", 0.0);
        }
        return most > 0 ? 100 * points / most : overall;
    };
    const std::int64_t ended_ms = training.recorded_ms.value_or(run.started_ms);
    return {{"id", metric_uuid(run.id)},
            {"userId", run.person ? Json(user_uuid(run.person->id)) : Json()},
            {"sessionId", run.public_id},
            {"scenarioId", scenario.public_id},
            {"verificationScore", part(scenarios::CriterionKind::checklist)},
            {"communicationScore", overall},
            {"technicalScore", part(scenarios::CriterionKind::metric)},
            {"documentationScore", part(scenarios::CriterionKind::resolution)},
            {"responseTimeScore", part(scenarios::CriterionKind::time)},
            {"overallScore", overall},
            {"xpEarned", xp.value_or(0)},
            {"completionTime", (ended_ms - run.started_ms) / 1000},
            {"createdAt", platform::iso8601(ended_ms)}};
}

Json message_json(const chat::Message& message, const std::string& session_uuid) {
    const char* sender = message.role == chat::Role::student   ? "user"
                         : message.role == chat::Role::persona ? "customer"
                                                               : "system";
    return {{"id", message_uuid(message.id)},
            {"sessionId", session_uuid},
            {"senderType", sender},
            {"type", message.kind == "text" ? sender : message.kind}, // whoever sent no type
            {"content", message.text},
            {"metadata", Json::object()},
            {"timestamp", platform::iso8601(message.at_ms)}};
}

Json achievement_json(const progress::Achievement& achievement) {
    return {{"id", achievement.id}, {"title", achievement.title}, {"description", achievement.description}};
}

Json performance_json(const progress::Performance& performance, const progress::Standing& standing) {
    Json achievements = Json::array();
    for (const auto& reached : standing.achievements) {
        Json json = achievement_json(*reached.achievement);
        json["reachedAt"] = platform::iso8601(reached.at_ms);
        achievements.push_back(std::move(json));
    }
    const auto mean = [](double sum, std::int64_t count) {
        return count == 0 ? Json() : Json(sum / static_cast<double>(count));
    };
    return {{"level", standing.level},
            {"xp", standing.xp},
            {"xpToNextLevel", standing.xp_to_next_level},
            {"totalSessions", performance.sessions},
            {"completedSessions", performance.recorded},
            {"passedSessions", performance.passed},
            {"escalatedSessions", performance.escalated},
            {"averageScore", mean(performance.score_sum, performance.scored)},
            {"averageDurationSeconds",
             mean(static_cast<double>(performance.duration_ms) / 1000.0, performance.recorded)},
            {"currentStreakDays", standing.current_streak_days},
            {"longestStreakDays", standing.figures.streak_days},
            {"achievements", achievements}};
}

http::RouteBuilder in_dialect(http::RouteBuilder route, http::Access access) {
    return route.by(access).errors(error_answer).at_most(calls_per_minute).tagged("trainer dialect");
}

http::Shape object_shape(http::Fields fields) {
    return http::open_object(std::move(fields));
}

http::Shape answer_shape(http::Shape data) {
    return http::open_object(
        {{"success", http::boolean()}, {"data", std::move(data)}, {"timestamp", http::time()}});
}

} // namespace dialects::trainer
