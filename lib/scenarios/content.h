// What a scenario says: all that its editor edits, as one piece. It is kept as JSON, a piece a version, and
// the same JSON is what the API takes and what a file carries.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/error.h"
#include "scenarios/assessment.h"

namespace scenarios {

enum class Difficulty { starter, intermediate, advanced };
std::string_view name_of(Difficulty difficulty);
std::optional<Difficulty> difficulty_named(std::string_view name);

struct Metric { // a figure that the headset records
    std::string key, title, unit;
};

struct ChecklistItem {
    std::string key, title;
};

// How the task reaches the student; dialect E's ticket.
struct TicketTemplate {
    std::string priority, category, description;
    std::string customer_info = "{}", technical_context = "{}"; // JSON objects
};

// Whom the student talks to.
struct Persona {
    std::string name, personality, technical_level, communication_style;
};

// What the persona knows.
struct KnowledgeEntry {
    std::string title, content;
    std::vector<std::string> keywords;
};

struct Content {
    std::string title, description;
    Difficulty difficulty = Difficulty::starter;
    std::int64_t estimated_minutes = 10;
    std::int64_t xp_reward = 50;
    bool active = true; // may be chosen
    std::vector<Metric> metrics;
    std::vector<ChecklistItem> checklist;
    std::string additional_info = "{}"; // JSON, any: what the app in the headset wants to know
    std::optional<TicketTemplate> ticket_template;
    std::optional<Persona> persona; // none: there is nobody to talk to
    std::vector<KnowledgeEntry> knowledge_base;
    AssessmentRules assessment;

    // How it is scored: by its criteria, or, when there are none, by its checklist, item by item.
    AssessmentRules rules() const;
};

constexpr std::size_t most_keys = 100; // metrics, items of the checklist, criteria
constexpr std::size_t most_entries = 500;

nlohmann::json json_of(const Content& content);
nlohmann::json json_of(const TicketTemplate& ticket);
nlohmann::json json_of(const Persona& persona);
nlohmann::json json_of(const KnowledgeEntry& entry);
Content content_from(const nlohmann::json& json); // fits the shape; absent fields as above

// What a shape cannot say: keys twice, criteria of things that are not there, limits that make no sense.
std::vector<platform::FieldError> faults_of(const Content& content);

} // namespace scenarios
