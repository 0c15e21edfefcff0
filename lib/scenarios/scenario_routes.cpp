#include "scenarios/scenario_routes.h"

#include <nlohmann/json.hpp>

#include "http/serving/lists.h"
#include "platform/error.h"

namespace scenarios {

namespace {

using http::Access;
using http::Answer;
using http::Call;
using http::Json;
using store::Read;
using store::Tx;

http::Shape key_shape() {
    return http::text(1, 80).described("as the app in the headset calls it");
}

http::Shape words_shape(std::size_t most) {
    return http::list(http::text(1, 80), most);
}

http::Shape metric_shape() {
    return http::object({{"key", key_shape()}, {"title?", http::text(0, 200)}, {"unit?", http::text(0, 20)}})
        .named("ScenarioMetric");
}

http::Shape item_shape() {
    return http::object({{"key", key_shape()}, {"title?", http::text(0, 200)}})
        .named("ScenarioChecklistItem");
}

http::Shape ticket_shape() {
    return http::object({{"priority?", http::text(0, 40)},
                         {"category?", http::text(0, 80)},
                         {"description?", http::text(0, 4000)},
                         {"customer_info?", http::map(http::anything(), 50)},
                         {"technical_context?", http::map(http::anything(), 50)}})
        .named("ScenarioTicket");
}

http::Shape persona_shape() {
    return http::object({{"name", http::text(1, 80)},
                         {"personality?", http::text(0, 2000)},
                         {"technical_level?", http::text(0, 80)},
                         {"communication_style?", http::text(0, 2000)}})
        .named("ScenarioPersona");
}

http::Shape knowledge_shape() {
    return http::object({{"title", http::text(1, 200)},
                         {"content", http::text(1, 8000)},
                         {"keywords?", words_shape(50)}})
        .named("ScenarioKnowledge");
}

http::Shape criterion_shape() {
    constexpr double far = 1e12;
    return http::object(
               {{"title", http::text(1, 200)},
                {"kind", http::one_of<CriterionKind>()},
                {"of?", http::text(0, 80).described("the key of the checklist's item, or of the metric")},
                {"weight?", http::number(0, 1000)},
                {"must?", http::boolean().described("who misses it has not passed")},
                {"full_at?", http::number(-far, far).described("met in full; for time in seconds")},
                {"none_at?", http::number(-far, far).described("not met; between the two it falls evenly")},
                {"less_is_better?", http::boolean().described("of a metric without none_at")},
                {"words?", words_shape(50).described("of resolution; one of \"a|b\" suffices")}})
        .named("ScenarioCriterion");
}

http::Shape assessment_shape() {
    return http::object({{"pass_score?", http::number(0, 100)},
                         {"criteria?", http::list(criterion_shape(), most_keys)}})
        .named("ScenarioAssessment");
}

// Every field that may be edited; with `all` each is required, as answers have it.
http::Fields content_fields(bool all) {
    const auto named = [all](const char* name) { return all ? std::string(name) : std::string(name) + "?"; };
    return {{"title", http::text(1, 200)},
            {named("description"), http::text(0, 4000)},
            {named("difficulty"), http::one_of<Difficulty>()},
            {named("estimated_minutes"), http::integer(1, 1440)},
            {named("xp_reward"), http::integer(0, 10'000)},
            {named("active"), http::boolean()},
            {named("metrics"), http::list(metric_shape(), most_keys)},
            {named("checklist"), http::list(item_shape(), most_keys)},
            {named("additional_info"), http::anything()},
            {named("ticket_template"), http::nullable(ticket_shape())},
            {named("persona"), http::nullable(persona_shape())},
            {named("knowledge_base"), http::list(knowledge_shape(), most_entries)},
            {named("assessment"), assessment_shape()}};
}

http::Shape prerequisites_shape() {
    return http::list(http::identifier(), Scenarios::most_prerequisites)
        .described("scenarios to be completed first");
}

http::Shape scenario_shape() {
    http::Fields fields = content_fields(true);
    fields.insert(fields.end(), {{"id", http::identifier()},
                                 {"public_id", http::text(1, 80)},
                                 {"version", http::integer(1, INT64_MAX)},
                                 {"archived", http::boolean()},
                                 {"prerequisites", prerequisites_shape()},
                                 {"created_at", http::time()},
                                 {"changed_at", http::time()}});
    return http::object(std::move(fields)).named("Scenario");
}

// For lists: leaves out what only the editor and runs need.
http::Shape summary_shape() {
    return http::object({{"id", http::identifier()},
                         {"public_id", http::text(1, 80)},
                         {"version", http::integer(1, INT64_MAX)},
                         {"title", http::text(1, 200)},
                         {"description", http::text(0, 4000)},
                         {"difficulty", http::one_of<Difficulty>()},
                         {"estimated_minutes", http::integer(1, 1440)},
                         {"xp_reward", http::integer(0, 10'000)},
                         {"active", http::boolean()},
                         {"has_persona", http::boolean()},
                         {"prerequisites", prerequisites_shape()},
                         {"changed_at", http::time()}})
        .named("ScenarioSummary");
}

Json summary_of(const Scenario& scenario) {
    const Content& content = scenario.content;
    return {{"id", scenario.id},
            {"public_id", scenario.public_id},
            {"version", scenario.version},
            {"title", content.title},
            {"description", content.description},
            {"difficulty", platform::name_of(content.difficulty)},
            {"estimated_minutes", content.estimated_minutes},
            {"xp_reward", content.xp_reward},
            {"active", content.active},
            {"has_persona", content.persona.has_value()},
            {"prerequisites", scenario.prerequisites},
            {"changed_at", platform::iso8601(scenario.changed_ms)}};
}

// `some`: for a change, which gives only the fields that it changes.
http::Shape edit_shape(bool some) {
    http::Fields fields = content_fields(false);
    if (some) fields.front().first = "title?";
    fields.emplace_back("prerequisites?", prerequisites_shape());
    return http::object(std::move(fields)).named(some ? "ScenarioChange" : "NewScenario");
}

http::Shape file_shape() {
    http::Fields fields = content_fields(false);
    fields.insert(fields.end(),
                  {{"format", http::one_of({"lectern scenario"})},
                   {"format_version", http::integer(1, 1)},
                   {"id?", http::pattern("[0-9a-fA-F-]{1,80}", "a UUID")},
                   {"$schema?", http::text(0, 200)},
                   {"prerequisites?",
                    http::list(http::object({{"id", http::text(1, 80)}, {"title?", http::text(0, 200)}}),
                               Scenarios::most_prerequisites)}});
    return http::object(std::move(fields)).named("ScenarioFile");
}

// The file's schema by itself, for editors and other programs; it includes everything that it refers to.
Json file_schema() {
    Json definitions = Json::object();
    file_shape().define(definitions);
    std::string text = Json{{"$defs", definitions}, {"$ref", "#/components/schemas/ScenarioFile"}}.dump();
    const std::string from = "#/components/schemas/", to = "#/$defs/";
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    Json schema = Json::parse(text);
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
    schema["title"] = "A Lectern scenario";
    return schema;
}

std::vector<ScenarioId> prerequisites_of(const Json& body) {
    return platform::JsonFields(body).get_or("prerequisites", std::vector<ScenarioId>());
}

std::optional<PersonId> person_of(const Call& call) {
    return !call.caller.person_id ? std::nullopt : std::optional(call.caller.person_id);
}

Answer change(Scenarios& scenarios, Call& call, Tx& tx) {
    const OrganisationId organisation_id = call.caller.organisation_id;
    const auto id = call.id<ScenarioId>("id");
    const Scenario before = scenarios.get(tx, organisation_id, id);
    Json wanted = json_of(before.content);
    wanted["prerequisites"] = before.prerequisites;
    wanted.update(call.body);
    const Scenario after = scenarios.change(tx, organisation_id, id, content_from(wanted),
                                            prerequisites_of(wanted), person_of(call));
    return http::json(json_of(after)).on({{"scenario", id}, {"version", after.version}});
}

ScenarioFilter filter_of(const Call& call) {
    ScenarioFilter filter;
    if (const auto difficulty = call.query("difficulty"))
        filter.difficulty = platform::named<Difficulty>(*difficulty);
    if (const auto active = call.query("active")) filter.active = *active == "true";
    filter.text = call.query("q").value_or("");
    return filter;
}

http::RouteBuilder of_scenarios(http::RouteBuilder route, Access access) {
    return route.by(access).tagged("scenarios");
}

void add_reading(http::RouteTable& table, Scenarios& scenarios) {
    http::Fields query = http::paging_fields();
    query.emplace_back("difficulty?", http::one_of<Difficulty>());
    query.emplace_back("active?", http::boolean());
    query.emplace_back("q?", http::text(1, 80));
    table.add(of_scenarios(http::get("/v1/scenarios", "What is trained, newest first"), Access::viewer)
                  .reads()
                  .asks(std::move(query))
                  .gives(http::page_of(summary_shape()))
                  .handled<Read>([&scenarios](Call& call, Read& read) {
                      return http::page_answer(
                          scenarios.list(read, call.caller.organisation_id, filter_of(call),
                                         http::page_request<store::PageRequest>(call)),
                          summary_of);
                  }));
    table.add(of_scenarios(http::get("/v1/scenarios/:id", "One scenario, also one that is archived"),
                           Access::viewer)
                  .reads()
                  .gives(scenario_shape())
                  .handled<Read>([&scenarios](Call& call, Read& read) {
                      return http::json(json_of(
                          scenarios.get(read, call.caller.organisation_id, call.id<ScenarioId>("id"))));
                  }));
    table.add(
        of_scenarios(http::get("/v1/scenarios/:id/versions", "The versions of a scenario, newest first"),
                     Access::viewer)
            .reads()
            .asks(http::paging_fields())
            .gives(http::page_of(http::object({{"version", http::integer(1, INT64_MAX)},
                                               {"created_by", http::nullable(http::identifier())},
                                               {"created_at", http::time()}})))
            .handled<Read>([&scenarios](Call& call, Read& read) {
                const OrganisationId organisation_id = call.caller.organisation_id;
                const auto id = call.id<ScenarioId>("id");
                scenarios.get(read, organisation_id, id);
                return http::page_answer(
                    scenarios.versions(read, organisation_id, id,
                                       http::page_request<store::PageRequest>(call)),
                    [](const ScenarioVersion& version) {
                        return Json{{"version", version.id},
                                    {"created_by", version.created_by ? Json(*version.created_by) : Json()},
                                    {"created_at", platform::iso8601(version.created_ms)}};
                    });
            }));
    table.add(
        of_scenarios(http::get("/v1/scenarios/:id/versions/:number", "A scenario as it was in that version"),
                     Access::viewer)
            .reads()
            .gives(scenario_shape())
            .handled<Read>([&scenarios](Call& call, Read& read) {
                return http::json(json_of(scenarios.get_version(
                    read, call.caller.organisation_id, call.id<ScenarioId>("id"), call.number("number"))));
            }));
}

void add_changing(http::RouteTable& table, Scenarios& scenarios) {
    table.add(of_scenarios(http::post("/v1/scenarios", "Add a scenario"), Access::teacher)
                  .writes()
                  .takes(edit_shape(false))
                  .gives(scenario_shape(), 201)
                  .handled<Tx>([&scenarios](Call& call, Tx& tx) {
                      const Scenario made =
                          scenarios.add(tx, call.caller.organisation_id, content_from(call.body),
                                        prerequisites_of(call.body), person_of(call));
                      return http::created(json_of(made), "/v1/scenarios/" + to_string(made.id))
                          .on({{"scenario", made.id}});
                  }));
    table.add(of_scenarios(http::patch("/v1/scenarios/:id",
                                       "Change a scenario: the next version; runs keep the one they ran"),
                           Access::teacher)
                  .writes()
                  .takes(edit_shape(true))
                  .gives(scenario_shape())
                  .handled<Tx>([&scenarios](Call& call, Tx& tx) { return change(scenarios, call, tx); }));
    table.add(of_scenarios(http::del("/v1/scenarios/:id",
                                     "Delete a scenario, or archive it when runs or lessons refer to it"),
                           Access::teacher)
                  .writes()
                  .gives(http::nothing(), 204)
                  .handled<Tx>([&scenarios](Call& call, Tx& tx) {
                      scenarios.remove(tx, call.caller.organisation_id, call.id<ScenarioId>("id"));
                      return http::no_content().on({{"scenario", call.id<ScenarioId>("id")}});
                  }));
}

void add_files(http::RouteTable& table, Scenarios& scenarios) {
    table.add(of_scenarios(http::get("/v1/scenarios/:id/file", "The scenario as one file, for another box"),
                           Access::viewer)
                  .reads()
                  .gives(file_shape())
                  .handled<Read>([&scenarios](Call& call, Read& read) {
                      const Scenario scenario =
                          scenarios.get(read, call.caller.organisation_id, call.id<ScenarioId>("id"));
                      return http::json(scenarios.file_of(read, scenario))
                          .header("Content-Disposition",
                                  "attachment; filename=\"scenario-" + scenario.public_id + ".json\"");
                  }));
    table.add(
        of_scenarios(
            http::post("/v1/scenario-files",
                       "Import a scenario's file: a new scenario, or a new version of one that is here"),
            Access::teacher)
            .writes()
            .takes(file_shape())
            .gives(scenario_shape(), 201)
            .handled<Tx>([&scenarios](Call& call, Tx& tx) {
                const Scenario made =
                    scenarios.import(tx, call.caller.organisation_id, call.body, person_of(call));
                return http::created(json_of(made), "/v1/scenarios/" + to_string(made.id))
                    .on({{"scenario", made.id}, {"version", made.version}});
            }));
    table.add(of_scenarios(http::get("/v1/scenario-files/schema", "The JSON schema of a scenario's file"),
                           Access::open)
                  .memory()
                  .counted()
                  .gives(http::anything())
                  .handled([schema = file_schema().dump()](Call&) {
                      return http::text(schema, "application/schema+json");
                  }));
}

} // namespace

http::Shape scenario_content_shape() {
    return http::object(content_fields(false));
}

http::Shape scenario_reference_shape() {
    return http::object({{"id", http::identifier()},
                         {"title", http::text(1, 200)},
                         {"version", http::integer(1, INT64_MAX)}})
        .named("ScenarioReference");
}

void add_scenario_routes(http::RouteTable& table, Scenarios& scenarios) {
    add_reading(table, scenarios);
    add_changing(table, scenarios);
    add_files(table, scenarios);
}

} // namespace scenarios
