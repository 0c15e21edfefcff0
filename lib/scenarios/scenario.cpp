#include "scenarios/scenario.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "platform/error.h"
#include "platform/json_fields.h"
#include "platform/text.h"
#include "platform/uuid.h"

namespace scenarios {

namespace {

using Json = nlohmann::json;

// A scenario with the content of its newest version.
constexpr store::SqlText scenario_columns = R"sql(
    SELECT s.id, s.organisation_id, s.public_id, s.version, s.archived, s.created_ms, s.changed_ms, v.content
    FROM scenarios s JOIN scenario_versions v ON v.scenario_id = s.id AND v.version = s.version
    WHERE s.organisation_id = ?1 )sql";

Scenario scenario_of(const store::Statement& rows) {
    Scenario scenario;
    std::string_view content;
    rows.read(scenario.id, scenario.organisation_id, scenario.public_id, scenario.version, scenario.archived,
              scenario.created_ms, scenario.changed_ms, content);
    scenario.content = content_from(Json::parse(content));
    return scenario;
}

[[noreturn]] void throw_taken(const std::string& title) {
    platform::throw_conflict("There is a scenario \"" + title + "\" already.");
}

} // namespace

std::vector<ScenarioId> Scenarios::prerequisites_of(store::Read& read, ScenarioId id) const {
    std::vector<ScenarioId> ids;
    auto rows = read.query(
        "SELECT required_id FROM scenario_prerequisites WHERE scenario_id = ? ORDER BY required_id", id);
    while (rows.step())
        ids.push_back(rows.values<ScenarioId>());
    return ids;
}

Scenario Scenarios::with_prerequisites(store::Read& read, Scenario scenario) const {
    scenario.prerequisites = prerequisites_of(read, scenario.id);
    return scenario;
}

std::optional<Scenario> Scenarios::one(store::Read& read, store::Statement rows) const {
    if (!rows.step()) return std::nullopt;
    return with_prerequisites(read, scenario_of(rows));
}

std::optional<Scenario> Scenarios::find(store::Read& read, OrganisationId organisation_id,
                                        ScenarioId id) const {
    static constexpr auto by_id = scenario_columns + "AND s.id = ?2";
    return one(read, read.query(by_id, organisation_id, id));
}

Scenario Scenarios::get(store::Read& read, OrganisationId organisation_id, ScenarioId id) const {
    auto found = find(read, organisation_id, id);
    if (!found) platform::throw_not_found("scenario");
    return *std::move(found);
}

std::optional<Scenario> Scenarios::find_public(store::Read& read, OrganisationId organisation_id,
                                               std::string_view public_id) const {
    static constexpr auto by_public_id = scenario_columns + "AND s.public_id = ?2";
    return one(read, read.query(by_public_id, organisation_id, public_id));
}

std::optional<Scenario> Scenarios::find_title(store::Read& read, OrganisationId organisation_id,
                                              std::string_view title) const {
    static constexpr auto by_title = scenario_columns + "AND s.title = ?2 AND s.archived = 0";
    return one(read, read.query(by_title, organisation_id, title));
}

Scenario Scenarios::get_version(store::Read& read, OrganisationId organisation_id, ScenarioId id,
                                std::int64_t version) const {
    Scenario scenario = get(read, organisation_id, id);
    if (scenario.version == version) return scenario;
    auto rows =
        read.query("SELECT content, created_ms FROM scenario_versions WHERE scenario_id = ? AND version = ?",
                   id, version);
    if (!rows.step()) platform::throw_not_found("version of the scenario");
    scenario.version = version;
    std::string_view content;
    rows.read(content, scenario.changed_ms);
    scenario.content = content_from(Json::parse(content));
    return scenario;
}

store::Page<Scenario> Scenarios::list(store::Read& read, OrganisationId organisation_id,
                                      const ScenarioFilter& filter, const store::PageRequest& page) const {
    static constexpr auto newest_first = scenario_columns + R"sql(
        AND s.archived = 0 AND (?2 IS NULL OR s.id < ?2)
        AND (?3 IS NULL OR s.difficulty = ?3) AND (?4 IS NULL OR s.active = ?4)
        AND (?5 = '' OR instr(lower(s.title), lower(?5)) > 0) ORDER BY s.id DESC LIMIT ?6)sql";
    auto rows = read.query(newest_first, organisation_id, page.after, filter.difficulty, filter.active,
                           filter.text, page.limit + 1);
    return store::read_page<Scenario>(std::move(rows), page, [&](const store::Statement& row) {
        return with_prerequisites(read, scenario_of(row));
    });
}

store::Page<ScenarioVersion> Scenarios::versions(store::Read& read, OrganisationId organisation_id,
                                                 ScenarioId id, const store::PageRequest& page) const {
    auto rows = read.query(
        "SELECT v.version, v.created_by, v.created_ms FROM scenario_versions v JOIN scenarios s"
        " ON s.id = v.scenario_id WHERE s.organisation_id = ?1 AND s.id = ?2 AND (?3 IS NULL OR v.version < "
        "?3)"
        " ORDER BY v.version DESC LIMIT ?4",
        organisation_id, id, page.after, page.limit + 1);
    return store::read_page<ScenarioVersion>(
        std::move(rows), page, [](const store::Statement& row) { return row.values<ScenarioVersion>(); });
}

void Scenarios::refuse_faults(store::Read& read, OrganisationId organisation_id, ScenarioId id,
                              const Content& content, const std::vector<ScenarioId>& prerequisites) const {
    auto faults = faults_of(content);
    for (std::size_t i = 0; i < prerequisites.size(); ++i) {
        const std::string field = "prerequisites[" + std::to_string(i) + "]";
        if (!read.integer("SELECT id FROM scenarios WHERE organisation_id = ? AND id = ?", organisation_id,
                          prerequisites[i]))
            faults.push_back({field, "is no scenario of this organisation"});
        else if (std::count(prerequisites.begin(), prerequisites.end(), prerequisites[i]) > 1)
            faults.push_back({field, "is there twice"});
    }
    if (!faults.empty()) throw platform::Error(std::move(faults));
    if (read.integer("SELECT id FROM scenarios WHERE organisation_id = ? AND title = ? AND archived = 0"
                     " AND id <> ?",
                     organisation_id, content.title, id))
        throw_taken(content.title);
}

// Nobody could ever start a scenario that must be completed before itself.
void Scenarios::refuse_circle(store::Read& read, ScenarioId id,
                              const std::vector<ScenarioId>& prerequisites) const {
    std::set<ScenarioId> seen;
    std::vector<ScenarioId> open = prerequisites;
    while (!open.empty()) {
        const ScenarioId next = open.back();
        open.pop_back();
        if (next == id)
            platform::throw_conflict("A scenario cannot be its own prerequisite, not by others either.");
        if (!seen.insert(next).second) continue;
        for (const ScenarioId further : prerequisites_of(read, next))
            open.push_back(further);
    }
}

void Scenarios::write_version(store::Tx& tx, const Scenario& scenario, std::optional<PersonId> by) {
    const std::string content = json_of(scenario.content).dump();
    tx.run(
        "INSERT INTO scenario_versions (scenario_id, version, content, created_by, created_ms)"
        " VALUES (?, ?, ?, ?, ?)",
        scenario.id, scenario.version, content, by, tx.now_ms());
    tx.run("DELETE FROM scenario_prerequisites WHERE scenario_id = ?", scenario.id);
    for (const ScenarioId required : scenario.prerequisites)
        tx.run("INSERT INTO scenario_prerequisites (scenario_id, required_id) VALUES (?, ?)", scenario.id,
               required);
}

Scenario Scenarios::add(store::Tx& tx, OrganisationId organisation_id, const Content& content,
                        const std::vector<ScenarioId>& prerequisites, std::optional<PersonId> created_by,
                        const std::string& public_id) {
    refuse_faults(tx, organisation_id, {}, content, prerequisites);
    if (tx.integer("SELECT count(*) FROM scenarios WHERE organisation_id = ?", organisation_id).value_or(0) >=
        most)
        platform::throw_conflict("There are " + std::to_string(most) + " scenarios already.");
    Scenario scenario;
    scenario.organisation_id = organisation_id;
    scenario.public_id = public_id.empty() ? platform::random_uuid(random_) : public_id;
    scenario.created_ms = scenario.changed_ms = tx.now_ms();
    scenario.content = content;
    scenario.prerequisites = prerequisites;
    scenario.id = tx.insert<ScenarioId>(
        "INSERT INTO scenarios (public_id, organisation_id, version, title, difficulty, active, created_ms,"
        " changed_ms) VALUES (?, ?, 1, ?, ?, ?, ?, ?)",
        scenario.public_id, organisation_id, content.title, content.difficulty, content.active, tx.now_ms(),
        tx.now_ms());
    write_version(tx, scenario, created_by);
    return get(tx, organisation_id, scenario.id);
}

Scenario Scenarios::change(store::Tx& tx, OrganisationId organisation_id, ScenarioId id,
                           const Content& content, const std::vector<ScenarioId>& prerequisites,
                           std::optional<PersonId> changed_by) {
    Scenario scenario = get(tx, organisation_id, id);
    refuse_faults(tx, organisation_id, id, content, prerequisites);
    refuse_circle(tx, id, prerequisites);
    std::vector<ScenarioId> sorted = prerequisites;
    std::ranges::sort(sorted);
    if (json_of(content) == json_of(scenario.content) && sorted == scenario.prerequisites) return scenario;
    scenario.content = content;
    scenario.prerequisites = sorted;
    ++scenario.version;
    tx.run(
        "UPDATE scenarios SET version = ?3, title = ?4, difficulty = ?5, active = ?6, changed_ms = ?7"
        " WHERE organisation_id = ?1 AND id = ?2",
        organisation_id, id, scenario.version, content.title, content.difficulty, content.active,
        tx.now_ms());
    write_version(tx, scenario, changed_by);
    return get(tx, organisation_id, id);
}

void Scenarios::remove(store::Tx& tx, OrganisationId organisation_id, ScenarioId id) {
    get(tx, organisation_id, id);
    const bool required =
        tx.integer("SELECT 1 FROM scenario_prerequisites WHERE required_id = ? LIMIT 1", id).has_value();
    if (!required && tx.run_unless_referred("DELETE FROM scenarios WHERE organisation_id = ? AND id = ?",
                                            organisation_id, id))
        return;
    tx.run("UPDATE scenarios SET archived = 1, active = 0 WHERE organisation_id = ? AND id = ?",
           organisation_id, id);
}

Json Scenarios::file_of(store::Read& read, const Scenario& scenario) const {
    Json file = json_of(scenario.content);
    file["format"] = "lectern scenario";
    file["format_version"] = 1;
    file["id"] = scenario.public_id;
    Json prerequisites = Json::array();
    for (const ScenarioId id : scenario.prerequisites)
        if (const auto required = find(read, scenario.organisation_id, id))
            prerequisites.push_back({{"id", required->public_id}, {"title", required->content.title}});
    file["prerequisites"] = std::move(prerequisites);
    return file;
}

Scenario Scenarios::import(store::Tx& tx, OrganisationId organisation_id, const Json& file,
                           std::optional<PersonId> created_by) {
    std::vector<ScenarioId> prerequisites;
    std::vector<platform::FieldError> faults;
    const platform::JsonFields fields(file);
    for (const platform::JsonFields& required : fields.find_objects("prerequisites")) {
        const auto found = find_public(tx, organisation_id, required.get<std::string>("id"));
        if (found)
            prerequisites.push_back(found->id);
        else
            faults.push_back({required.path("id"), "is not here yet: import that scenario first"});
    }
    if (!faults.empty()) throw platform::Error(std::move(faults));
    const Content content = content_from(file);
    const auto public_id = fields.get_or("id", std::string());
    const auto known = public_id.empty() ? std::nullopt : find_public(tx, organisation_id, public_id);
    if (!known) return add(tx, organisation_id, content, prerequisites, created_by, public_id);
    if (known->archived) {
        refuse_faults(tx, organisation_id, known->id, content, prerequisites); // its old title may be taken
        tx.run(
            "UPDATE scenarios SET archived = 0, active = ?3, title = ?4 WHERE organisation_id = ?1 AND id = "
            "?2",
            organisation_id, known->id, content.active, content.title);
    }
    return change(tx, organisation_id, known->id, content, prerequisites, created_by);
}

Json json_of(const Scenario& scenario) {
    Json json = json_of(scenario.content);
    json["id"] = scenario.id;
    json["public_id"] = scenario.public_id;
    json["version"] = scenario.version;
    json["archived"] = scenario.archived;
    json["prerequisites"] = scenario.prerequisites;
    json["created_at"] = platform::iso8601(scenario.created_ms);
    json["changed_at"] = platform::iso8601(scenario.changed_ms);
    return json;
}

Json json_of(const ScenarioReference& reference) {
    return {{"id", reference.id}, {"title", reference.title}, {"version", reference.version}};
}

Json json_of(const std::optional<ScenarioReference>& reference) {
    return reference ? json_of(*reference) : Json();
}

} // namespace scenarios
