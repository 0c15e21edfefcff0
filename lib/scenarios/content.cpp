#include "scenarios/content.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "platform/json_fields.h"
#include "platform/text.h"

namespace scenarios {

namespace {

using Json = nlohmann::json;
using platform::JsonFields;

Json parsed(const std::string& text) {
    return Json::parse(text, nullptr, false);
}

std::string text_of(const JsonFields& fields, const char* name) {
    return fields.get_or(name, std::string());
}

std::string object_text(const JsonFields& fields, const char* name) {
    const Json& object = fields.json(name);
    return object.is_null() ? "{}" : object.dump();
}

// A title that is not given defaults to the key.
std::string title_or_key(const JsonFields& fields) {
    std::string title = text_of(fields, "title");
    return title.empty() ? text_of(fields, "key") : title;
}

std::string field(const char* list, std::size_t index, const char* name) {
    return std::string(list) + "[" + std::to_string(index) + "]." + name;
}

template <class Items>
std::set<std::string> keys_of(const char* list, const Items& items,
                              std::vector<platform::FieldError>& faults) {
    std::set<std::string> keys;
    for (std::size_t i = 0; i < items.size(); ++i)
        if (!keys.insert(items[i].key).second) faults.push_back({field(list, i, "key"), "is there twice"});
    return keys;
}

void check(const Criterion& criterion, std::size_t i, const std::set<std::string>& metrics,
           const std::set<std::string>& items, std::vector<platform::FieldError>& faults) {
    const char* list = "assessment.criteria";
    switch (criterion.kind) {
        case CriterionKind::checklist:
            if (!items.contains(criterion.of))
                faults.push_back({field(list, i, "of"), "must be the key of an item of the checklist"});
            return;
        case CriterionKind::metric:
            if (!metrics.contains(criterion.of))
                faults.push_back({field(list, i, "of"), "must be the key of a metric"});
            [[fallthrough]];
        case CriterionKind::time:
            if (!criterion.full_at) faults.push_back({field(list, i, "full_at"), "is required"});
            if (criterion.kind == CriterionKind::time && criterion.full_at && criterion.none_at &&
                *criterion.none_at < *criterion.full_at)
                faults.push_back({field(list, i, "none_at"), "must not be less than full_at"});
            return;
        case CriterionKind::resolution:
            if (criterion.words.empty()) faults.push_back({field(list, i, "words"), "is required"});
            return;
    }
}

} // namespace

AssessmentRules Content::rules() const {
    if (!assessment.criteria.empty()) return assessment;
    AssessmentRules implied = assessment;
    for (const ChecklistItem& item : checklist) {
        Criterion criterion;
        criterion.title = item.title;
        criterion.of = item.key;
        implied.criteria.push_back(std::move(criterion));
    }
    return implied;
}

Json json_of(const TicketTemplate& ticket) {
    return {{"priority", ticket.priority},
            {"category", ticket.category},
            {"description", ticket.description},
            {"customer_info", parsed(ticket.customer_info)},
            {"technical_context", parsed(ticket.technical_context)}};
}

Json json_of(const Persona& persona) {
    return {{"name", persona.name},
            {"personality", persona.personality},
            {"technical_level", persona.technical_level},
            {"communication_style", persona.communication_style}};
}

Json json_of(const KnowledgeEntry& entry) {
    return {{"title", entry.title}, {"content", entry.content}, {"keywords", entry.keywords}};
}

Json json_of(const Content& content) {
    Json metrics = Json::array(), checklist = Json::array(), knowledge = Json::array();
    for (const Metric& metric : content.metrics)
        metrics.push_back({{"key", metric.key}, {"title", metric.title}, {"unit", metric.unit}});
    for (const ChecklistItem& item : content.checklist)
        checklist.push_back({{"key", item.key}, {"title", item.title}});
    for (const KnowledgeEntry& entry : content.knowledge_base)
        knowledge.push_back(json_of(entry));
    return {{"title", content.title},
            {"description", content.description},
            {"difficulty", platform::name_of(content.difficulty)},
            {"estimated_minutes", content.estimated_minutes},
            {"xp_reward", content.xp_reward},
            {"active", content.active},
            {"metrics", metrics},
            {"checklist", checklist},
            {"additional_info", parsed(content.additional_info)},
            {"ticket_template", content.ticket_template ? json_of(*content.ticket_template) : Json()},
            {"persona", content.persona ? json_of(*content.persona) : Json()},
            {"knowledge_base", knowledge},
            {"assessment", json_of(content.assessment)}};
}

Content content_from(const Json& json) {
    const JsonFields fields(json);
    Content content;
    content.title = platform::trimmed(text_of(fields, "title"));
    content.description = text_of(fields, "description");
    content.difficulty = fields.get_or("difficulty", content.difficulty);
    content.estimated_minutes = fields.get_or("estimated_minutes", content.estimated_minutes);
    content.xp_reward = fields.get_or("xp_reward", content.xp_reward);
    content.active = fields.get_or("active", true);
    for (const JsonFields& metric : fields.find_objects("metrics"))
        content.metrics.push_back({text_of(metric, "key"), title_or_key(metric), text_of(metric, "unit")});
    for (const JsonFields& item : fields.find_objects("checklist"))
        content.checklist.push_back({text_of(item, "key"), title_or_key(item)});
    content.additional_info = object_text(fields, "additional_info");
    if (const auto ticket = fields.find_object("ticket_template"))
        content.ticket_template = TicketTemplate{
            text_of(*ticket, "priority"), text_of(*ticket, "category"), text_of(*ticket, "description"),
            object_text(*ticket, "customer_info"), object_text(*ticket, "technical_context")};
    if (const auto persona = fields.find_object("persona"))
        content.persona =
            Persona{text_of(*persona, "name"), text_of(*persona, "personality"),
                    text_of(*persona, "technical_level"), text_of(*persona, "communication_style")};
    for (const JsonFields& entry : fields.find_objects("knowledge_base"))
        content.knowledge_base.push_back({text_of(entry, "title"), text_of(entry, "content"),
                                          entry.get_or("keywords", std::vector<std::string>())});
    if (const Json& assessment = fields.json("assessment"); !assessment.is_null())
        content.assessment = assessment_from(assessment);
    return content;
}

std::vector<platform::FieldError> faults_of(const Content& content) {
    std::vector<platform::FieldError> faults;
    if (content.title.empty()) faults.push_back({"title", "must not be empty"});
    const auto metrics = keys_of("metrics", content.metrics, faults);
    const auto items = keys_of("checklist", content.checklist, faults);
    const auto& criteria = content.assessment.criteria;
    for (std::size_t i = 0; i < criteria.size(); ++i)
        check(criteria[i], i, metrics, items, faults);
    return faults;
}

} // namespace scenarios
