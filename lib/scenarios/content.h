// The content of a scenario: everything that its editor edits, as one piece. It is kept as JSON, one piece a
// version; the API takes the same JSON, and an exported file carries it.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "platform/error.h"
#include "platform/names.h"
#include "scenarios/assessment.h"

namespace scenarios {

enum class Difficulty { starter, intermediate, advanced };
constexpr auto names_of(Difficulty) {
    return platform::names<Difficulty>({{Difficulty::starter, "starter"},
                                        {Difficulty::intermediate, "intermediate"},
                                        {Difficulty::advanced, "advanced"}});
}

struct Metric { // a value that the headset records
    std::string key, title, unit;
};

struct ChecklistItem {
    std::string key, title;
};

// How the task reaches the student; the trainer dialect's ticket.
struct TicketTemplate {
    std::string priority, category, description;
    std::string customer_info = "{}", technical_context = "{}"; // JSON objects
};

// The character that the student talks to.
struct Persona {
    std::string name, personality, technical_level, communication_style;
};

// One thing that the persona knows.
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
    std::string additional_info = "{}"; // any JSON: what the app in the headset wants to know
    std::optional<TicketTemplate> ticket_template;
    std::optional<Persona> persona; // absent: there is nobody to talk to
    std::vector<KnowledgeEntry> knowledge_base;
    AssessmentRules assessment;

    // How it is scored: by its criteria or, when there are none, by its checklist, item by item.
    AssessmentRules rules() const;
};

constexpr std::size_t most_keys = 100; // metrics, checklist items, criteria
constexpr std::size_t most_entries = 500;

nlohmann::json json_of(const Content& content);
nlohmann::json json_of(const TicketTemplate& ticket);
nlohmann::json json_of(const Persona& persona);
nlohmann::json json_of(const KnowledgeEntry& entry);
Content content_from(const nlohmann::json& json); // fits the shape; absent fields as above

// Faults that a shape cannot express: duplicate keys, criteria of things that do not exist, limits that make
// no sense.
std::vector<platform::FieldError> faults_of(const Content& content);

} // namespace scenarios
