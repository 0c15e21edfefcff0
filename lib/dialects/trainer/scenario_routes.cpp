// The trainer dialect's scenarios, with the caller's progress, and the start of one.
#include <map>

#include "dialects/trainer/trainer_routes.h"
#include "dialects/trainer/wire.h"
#include "platform/error.h"
#include "platform/text.h"

namespace dialects::trainer {

namespace {

using http::Access;
using http::Answer;
using http::Call;
using Progresses = std::map<ScenarioId, progress::ScenarioProgress>;

constexpr auto origin = runs::Origin::trainer;

scenarios::Scenario scenario_of(store::Read& read, const Parts& parts, const Call& call) {
    auto scenario = parts.scenarios.find_public(read, call.caller.organisation_id, call.parameter("id"));
    if (!scenario || scenario->archived) throw_missing("Scenario");
    return *std::move(scenario);
}

std::vector<scenarios::Scenario> active_scenarios(store::Read& read, const Parts& parts,
                                                  OrganisationId organisation_id,
                                                  std::optional<scenarios::Difficulty> difficulty = {}) {
    scenarios::ScenarioFilter filter;
    filter.active = true;
    filter.difficulty = difficulty;
    return parts.scenarios.list(read, organisation_id, filter, {scenarios::Scenarios::most, {}}).items;
}

std::vector<std::string> prerequisites_of(store::Read& read, const Parts& parts,
                                          const scenarios::Scenario& scenario) {
    std::vector<std::string> ids;
    for (const ScenarioId id : scenario.prerequisites)
        if (const auto required = parts.scenarios.find(read, scenario.organisation_id, id))
            ids.push_back(required->public_id);
    return ids;
}

Progresses progresses_of(store::Read& read, const Parts& parts, const platform::Caller& caller) {
    return parts.progress.by_scenario(read, caller.organisation_id, caller.person_id);
}

progress::ScenarioProgress of(const Progresses& progresses, ScenarioId scenario_id) {
    const auto found = progresses.find(scenario_id);
    return found == progresses.end() ? progress::ScenarioProgress{} : found->second;
}

Json with_progress(store::Read& read, const Parts& parts, const platform::Caller& caller,
                   const scenarios::Scenario& scenario, const Progresses& progresses) {
    Json json = scenario_json(scenario, prerequisites_of(read, parts, scenario),
                              caller.role >= platform::Role::viewer);
    json["progress"] = progress_json(of(progresses, scenario.id));
    json["isLocked"] = !parts.trainings.missing_prerequisites(read, scenario, caller.person_id).empty();
    return json;
}

// In any case; BEGINNER is the repository's word for starter.
scenarios::Difficulty difficulty_of(const std::string& wanted) {
    const std::string word = platform::lower_ascii(wanted);
    if (word == "beginner") return scenarios::Difficulty::starter;
    const auto difficulty = platform::named<scenarios::Difficulty>(word);
    if (!difficulty) platform::throw_invalid("difficulty", "must be starter, intermediate, advanced or all");
    return *difficulty;
}

Answer of_level(const Parts& parts, Call& call, store::Read& read) {
    const std::string level = call.parameter("level");
    const auto progresses = progresses_of(read, parts, call.caller);
    Json data = Json::array();
    for (const auto& scenario :
         active_scenarios(read, parts, call.caller.organisation_id, difficulty_of(level)))
        data.push_back(with_progress(read, parts, call.caller, scenario, progresses));
    const std::size_t total = data.size();
    return answer_with_meta(parts, std::move(data), {{"total", total}, {"difficulty", level}});
}

Answer list(const Parts& parts, Call& call, store::Read& read) {
    std::string wanted = call.query("difficulty").value_or("");
    if (wanted.empty()) wanted = "all";
    std::optional<scenarios::Difficulty> difficulty;
    if (wanted != "all") difficulty = difficulty_of(wanted);
    auto completed = call.query("completed");
    if (completed && completed->empty()) completed.reset();
    if (completed && *completed != "true" && *completed != "false")
        platform::throw_invalid("completed", "must be true or false");
    const auto progresses = progresses_of(read, parts, call.caller);
    Json data = Json::array();
    for (const auto& scenario : active_scenarios(read, parts, call.caller.organisation_id, difficulty)) {
        if (completed && of(progresses, scenario.id).passed != (*completed == "true")) continue;
        data.push_back(with_progress(read, parts, call.caller, scenario, progresses));
    }
    const std::size_t total = data.size();
    return answer_with_meta(parts, std::move(data), {{"total", total}, {"difficulty", wanted}});
}

Answer own_progress(const Parts& parts, Call& call, store::Read& read) {
    const auto progresses = progresses_of(read, parts, call.caller);
    std::int64_t completed = 0, total = 0;
    for (const auto& scenario : active_scenarios(read, parts, call.caller.organisation_id)) {
        ++total;
        completed += of(progresses, scenario.id).passed;
    }
    Json recent = Json::array();
    for (const auto& training :
         parts.trainings.of_person(read, call.caller.organisation_id, call.caller.person_id))
        if (training.phase == trainings::Phase::recorded && training.passed && recent.size() < 5)
            recent.push_back(session_of_training(read, parts, training, messages_in_list));
    const double rate = total == 0 ? 0 : 100 * static_cast<double>(completed) / static_cast<double>(total);
    return answer(parts, {{"userId", user_uuid(call.caller.person_id)},
                          {"completedScenarios", completed},
                          {"totalScenarios", total},
                          {"completionRate", rate},
                          {"recentCompletions", recent}});
}

// A start that is sent again finds the run that it started before.
Answer start(const Parts& parts, Call& call, store::Tx& tx) {
    const OrganisationId organisation_id = call.caller.organisation_id;
    const PersonId person_id = call.caller.person_id;
    const auto scenario = scenario_of(tx, parts, call);
    std::optional<trainings::Training> training;
    for (auto& known : parts.trainings.of_person(tx, organisation_id, person_id))
        if (!training && known.scenario.id == scenario.id && known.phase == trainings::Phase::running &&
            known.run.origin == origin)
            training = std::move(known);
    if (!training) {
        trainings::Beginning beginning;
        beginning.scenario_id = scenario.id;
        beginning.person_id = person_id;
        if (call.caller.device_id) beginning.device_id = call.caller.device_id;
        beginning.origin = origin;
        training = parts.trainings.begin(tx, organisation_id, beginning);
    }
    return answer_with_message(parts, session_of_training(tx, parts, *training, chat::Chat::most_messages),
                               "Session started", 201)
        .on({{"run", training->run.id}, {"scenario", scenario.id}});
}

http::Shape scenario_shape() {
    return object_shape({{"id", http::text(1, 80)},
                         {"title", http::text(1, 200)},
                         {"difficulty", http::one_of<scenarios::Difficulty>()},
                         {"estimatedTime", http::integer(0, 100'000)},
                         {"xpReward", http::integer(0, 1'000'000)},
                         {"knowledgeBaseEntries", http::list(object_shape(), 1000)},
                         {"prerequisites", http::list(http::text(1, 80), 100)},
                         {"isActive", http::boolean()},
                         {"progress", object_shape()}});
}

} // namespace

void add_scenario_routes(http::RouteTable& table, const Parts& parts) {
    table.add(in_dialect(http::get("/api/v1/scenarios",
                                   "Trainer dialect: the scenarios, with the caller's progress"),
                         Access::student)
                  .reads()
                  .asks({{"difficulty?", http::anything()}, {"completed?", http::anything()}})
                  .gives(answer_shape(http::list(scenario_shape(), 1000)))
                  .handled<store::Read>(
                      [parts](Call& call, store::Read& read) { return list(parts, call, read); }));
    table.add(in_dialect(http::get("/api/v1/scenarios/progress/me",
                                   "Trainer dialect: the caller's progress over all"),
                         Access::student)
                  .reads()
                  .gives(answer_shape(object_shape({{"completionRate", http::number(0, 100)}})))
                  .handled<store::Read>(
                      [parts](Call& call, store::Read& read) { return own_progress(parts, call, read); }));
    table.add(in_dialect(http::get("/api/v1/scenarios/difficulty/:level",
                                   "Trainer dialect: the scenarios of a level"),
                         Access::student)
                  .reads()
                  .gives(answer_shape(http::list(scenario_shape(), 1000)))
                  .handled<store::Read>(
                      [parts](Call& call, store::Read& read) { return of_level(parts, call, read); }));
    table.add(in_dialect(http::get("/api/v1/scenarios/:id", "Trainer dialect: one scenario"), Access::student)
                  .reads()
                  .gives(answer_shape(scenario_shape()))
                  .handled<store::Read>([parts](Call& call, store::Read& read) {
                      return answer(parts,
                                    with_progress(read, parts, call.caller, scenario_of(read, parts, call),
                                                  progresses_of(read, parts, call.caller)));
                  }));
    table.add(in_dialect(http::post("/api/v1/scenarios/:id/start", "Trainer dialect: start a scenario"),
                         Access::student)
                  .writes()
                  .takes(http::open_object({}))
                  .gives(answer_shape(object_shape({{"id", http::text(1, 200)}})), 201)
                  .handled<store::Tx>([parts](Call& call, store::Tx& tx) { return start(parts, call, tx); }));
}

} // namespace dialects::trainer
