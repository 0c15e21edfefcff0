// The scenario trainer: users, scenarios, user_sessions, performance_metrics and chat_messages, as its SQLite file, a
// dump of SQL, or JSON (docs/dialects/trainer.md).
#include <algorithm>
#include <map>
#include <set>

#include "app/moving_in/plan.h"
#include "platform/text.h"

namespace app::moving_in {

namespace {

constexpr std::string_view scores[] = {"verification", "communication", "technical", "documentation",
                                       "response_time"};

// The first of these that has a text.
std::string first_text(const Json& row, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names)
        if (std::string text = text_of(row, name); !text.empty()) return text;
    return "";
}

class Trainer {
public:
    explicit Trainer(Source& source) : source_(source) {}

    Plan read() {
        read_users();
        for (const Json& row : source_.rows({"scenarios", "scenario"}))
            ids_.insert(text_of(row, "id"));
        for (const Json& row : source_.rows({"scenarios", "scenario"}))
            read_scenario(row);
        for (const Json& row : source_.rows({"performance_metrics", "performance_metric"}))
            metrics_[text_of(row, "session_id")] = row;
        for (const Json& row : source_.rows({"user_sessions", "user_session"}))
            read_session(row);
        if (const std::size_t rows = source_.rows({"chat_messages", "chat_message"}).size(); rows > 0)
            plan_.told.push_back("chat_messages: " + std::to_string(rows) + " rows stay behind.");
        if (const std::size_t rows = source_.rows({"user_achievements", "user_achievement"}).size(); rows > 0)
            plan_.told.push_back("user_achievements: " + std::to_string(rows) +
                                 " rows stay behind; achievements are reached here by Lectern's rules.");
        tell_unasked(source_, {"_prisma_migrations", "achievement"}, plan_);
        return std::move(plan_);
    }

private:
    void read_users() {
        const auto& users = source_.rows({"users", "user"});
        for (const Json& row : users) {
            const std::string email = text_of(row, "email");
            Json person = {{"from", from("users", row)},
                           {"key", text_of(row, "id")},
                           {"role", "student"},
                           {"email", email},
                           {"first_name", text_of(row, "first_name")},
                           {"last_name", text_of(row, "last_name")}};
            if (text_of(row, "first_name").empty() && text_of(row, "last_name").empty())
                person["nickname"] = email.substr(0, email.find('@'));
            plan_.people.push_back(std::move(person));
        }
        if (users.empty()) return;
        plan_.told.push_back(
            std::to_string(users.size()) +
            " passwords cannot come along: only the trainer can check their hashes. Each learner needs "
            "a new one.");
        plan_.told.push_back(
            "Experience is given for the sessions that come along, by Lectern's rules; the trainer's own sums stay "
            "behind.");
    }

    // A public id; the original's own where it is a UUID.
    std::string key_of(const std::string& id) const {
        constexpr std::size_t uuid_length = 36;
        return id.size() == uuid_length ? platform::lower_ascii(id) : uuid_of("trainer scenario " + id);
    }

    static std::string difficulty_of(const Json& row) {
        const std::string word = platform::lower_ascii(text_of(row, "difficulty"));
        return word == "beginner" || word.empty() ? "starter" : word;
    }

    // The document says minutes, and the repository's own scenarios have seconds: 300 is five minutes.
    static std::int64_t minutes_of(const Json& row) {
        constexpr std::int64_t most_minutes = 180;
        const std::int64_t given = integer_of(row, "estimated_time").value_or(10);
        return std::clamp<std::int64_t>(given > most_minutes ? given / 60 : given, 1, 1440);
    }

    static Json ticket_of(const Json& row) {
        const Json ticket = json_of(row, "ticket_template");
        if (!ticket.is_object()) return nullptr;
        Json content = {{"priority", first_text(ticket, {"priority", "urgency"})},
                        {"category", text_of(ticket, "category")},
                        {"description", first_text(ticket, {"description", "initialMessage", "subject"})}};
        for (const auto& [name, column] :
             {std::pair("customer_info", "customerInfo"), std::pair("technical_context", "technicalContext")})
            if (const Json object = json_of(ticket, column); object.is_object()) content[name] = object;
        return content;
    }

    static Json persona_of(const Json& row) {
        const Json persona = json_of(row, "customer_persona");
        if (!persona.is_object() || text_of(persona, "name").empty()) return nullptr;
        return {{"name", text_of(persona, "name")},
                {"personality", first_text(persona, {"personality", "background", "role"})},
                {"technical_level", first_text(persona, {"technicalLevel", "techLevel"})},
                {"communication_style", text_of(persona, "communicationStyle")}};
    }

    static Json knowledge_of(const Json& row) {
        Json entries = Json::array();
        for (const Json& entry : json_of(row, "knowledge_base_entries")) {
            if (!entry.is_object() || text_of(entry, "content").empty()) continue;
            Json kept = {{"title", first_text(entry, {"title", "id"})},
                         {"content", text_of(entry, "content")}};
            if (const std::string category = text_of(entry, "category"); !category.empty())
                kept["keywords"] = {category};
            entries.push_back(std::move(kept));
        }
        return entries;
    }

    // {"technical": {"weight": 0.3, "description": "..."}}: a metric in percent, and a criterion for it.
    static Json assessment_of(const Json& row) {
        Json criteria = Json::array();
        const Json all = json_of(row, "assessment_criteria");
        for (const std::string_view score : scores) {
            const auto found = all.is_object() ? all.find(std::string(score)) : all.end();
            if (!all.is_object() || found == all.end()) continue;
            const std::string title = text_of(*found, "description");
            criteria.push_back({{"title", title.empty() ? std::string(score) : title},
                                {"kind", "metric"},
                                {"of", score},
                                {"weight", number_of(*found, "weight").value_or(1)},
                                {"full_at", 100},
                                {"none_at", 0}});
        }
        return {{"criteria", criteria}};
    }

    Json prerequisites_of(const Json& row) {
        Json keys = Json::array();
        Json list = json_of(row, "prerequisites");
        if (list.is_null()) { // Postgres writes a list as {a,b}
            std::string text = text_of(row, "prerequisites");
            std::erase_if(text, [](char c) { return c == '{' || c == '}' || c == '"' || c == ' '; });
            list = Json::array();
            for (std::size_t at = 0; at < text.size();) {
                const std::size_t end = std::min(text.find(',', at), text.size());
                list.push_back(text.substr(at, end - at));
                at = end + 1;
            }
        }
        for (const Json& id : list) {
            const std::string text = id.is_string() ? id.get<std::string>() : id.dump();
            if (ids_.contains(text))
                keys.push_back(key_of(text));
            else
                plan_.told.push_back(from("scenarios", row) +
                                     " comes without a prerequisite that is not in the file.");
        }
        return keys;
    }

    void read_scenario(const Json& row) {
        Json metrics = Json::array();
        for (const std::string_view score : scores)
            metrics.push_back({{"key", score}, {"unit", "%"}});
        Json content = {{"title", text_of(row, "title")},
                        {"description", text_of(row, "description")},
                        {"difficulty", difficulty_of(row)},
                        {"estimated_minutes", minutes_of(row)},
                        {"xp_reward", integer_of(row, "xp_reward").value_or(50)},
                        {"active", !row.contains("is_active") || truth_of(row, "is_active")},
                        {"metrics", std::move(metrics)},
                        {"ticket_template", ticket_of(row)},
                        {"persona", persona_of(row)},
                        {"knowledge_base", knowledge_of(row)},
                        {"assessment", assessment_of(row)}};
        plan_.scenarios.push_back({{"from", from("scenarios", row)},
                                   {"key", key_of(text_of(row, "id"))},
                                   {"content", std::move(content)},
                                   {"prerequisites", prerequisites_of(row)}});
    }

    void read_session(const Json& row) {
        const std::string id = text_of(row, "id"), place = from("user_sessions", row),
                          scenario = text_of(row, "scenario_id"), status = text_of(row, "status");
        const auto started_ms = time_ms_of(row, "started_at");
        if (!started_ms || !ids_.contains(scenario)) {
            plan_.left_out.push_back(
                {place, started_ms ? "its scenario is not in the file" : "its time cannot be read"});
            return;
        }
        if (platform::lower_ascii(status) == "active") {
            plan_.left_out.push_back({place, "has not ended: it cannot go on here"});
            return;
        }
        const Json& measured = metrics_[id];
        Json metrics = Json::object();
        for (const std::string_view score : scores)
            if (const auto value = number_of(measured, std::string(score) + "_score"))
                metrics[std::string(score)] = *value;
        const Json resolution = json_of(row, "resolution_data");
        auto ended_ms = time_ms_of(row, "completed_at");
        if (const auto took_s = integer_of(measured, "completion_time"); !ended_ms && took_s)
            ended_ms = *started_ms + *took_s * 1000;
        plan_.runs.push_back({{"from", place},
                              {"public_id", key_of_session(id)},
                              {"origin", "trainer"},
                              {"person", text_of(row, "user_id")},
                              {"scenario", key_of(scenario)},
                              {"started_ms", *started_ms},
                              {"ended_ms", ended_ms.value_or(*started_ms)},
                              {"record",
                               {{"metrics", std::move(metrics)},
                                {"resolution", first_text(resolution, {"resolution", "summary", "notes"})},
                                {"escalated", platform::lower_ascii(status) == "abandoned"}}}});
    }

    static std::string key_of_session(const std::string& id) {
        constexpr std::size_t uuid_length = 36;
        return id.size() == uuid_length ? platform::lower_ascii(id) : uuid_of("trainer session " + id);
    }

    Source& source_;
    Plan plan_;
    std::set<std::string> ids_; // of scenarios
    std::map<std::string, Json> metrics_;
};

} // namespace

Plan plan_of_trainer(Source& source) {
    return Trainer(source).read();
}

} // namespace app::moving_in
