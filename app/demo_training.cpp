#include "app/demo_training.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/services.h"

namespace app {

namespace {

constexpr std::size_t trained = 14; // students who have trained

// Whether that student gets that item right. Nothing is random, so every demo school is the same.
bool does(std::size_t student, std::size_t item) {
    return (student * 5 + item * 3) % 11 >= student / 2;
}

trainings::Record record_of(const scenarios::Content& content, std::size_t student) {
    nlohmann::json checklist = nlohmann::json::object(), metrics = nlohmann::json::object();
    for (std::size_t i = 0; i < content.checklist.size(); ++i)
        checklist[content.checklist[i].key] = does(student, i);
    for (const scenarios::Criterion& criterion : content.assessment.criteria) {
        if (criterion.kind != scenarios::CriterionKind::metric || !criterion.full_at) continue;
        const double worst = criterion.none_at.value_or(*criterion.full_at);
        const double share = static_cast<double>(student) / static_cast<double>(trained);
        metrics[criterion.of] = *criterion.full_at + (worst - *criterion.full_at) * share;
    }
    return {.metrics = metrics.dump(), .checklist = checklist.dump()};
}

RunId begin(Services& services, OrganisationId organisation_id, PersonId student_id, ScenarioId scenario_id) {
    return services.store.write("demo", [&](store::Tx& tx) {
        trainings::Beginning beginning;
        beginning.scenario_id = scenario_id;
        beginning.person_id = student_id;
        return services.trainings.begin(tx, organisation_id, beginning).run.id;
    });
}

void say(Services& services, const platform::Caller& who, RunId run_id,
         const std::vector<std::string>& messages) {
    for (const std::string& message : messages)
        services.chat.say(who, run_id, message);
}

platform::Caller caller_of(OrganisationId organisation_id, PersonId person_id, platform::Role role) {
    platform::Caller caller;
    caller.organisation_id = organisation_id;
    caller.person_id = person_id;
    caller.role = role;
    return caller;
}

} // namespace

void add_demo_trainings(Services& services, OrganisationId organisation_id, PersonId teacher_id) {
    std::vector<scenarios::Scenario> all;
    std::vector<PersonId> students;
    services.store.read([&](store::Read& read) {
        all = services.scenarios.list(read, organisation_id, {}, {10, {}}).items;
        people::PeopleFilter filter;
        filter.role = platform::Role::student;
        for (const people::Person& student :
             services.people.list(read, organisation_id, filter, {trained, {}}).items)
            students.push_back(student.id);
    });
    // Prerequisites come first.
    std::stable_partition(all.begin(), all.end(), [](const auto& one) { return one.prerequisites.empty(); });
    const auto first = std::ranges::find_if(
        all, [](const scenarios::Scenario& one) { return one.content.title.starts_with("Fire"); });
    if (first == all.end() || students.size() < trained) return;

    const auto student = [&](std::size_t i) {
        return caller_of(organisation_id, students[i], platform::Role::student);
    };
    const auto teacher = caller_of(organisation_id, teacher_id, platform::Role::teacher);
    for (std::size_t i = 0; i < students.size(); ++i) {
        for (const scenarios::Scenario& scenario : all) {
            const bool may = services.store.read([&](store::Read& read) {
                return services.trainings.missing_prerequisites(read, scenario, students[i]).empty();
            });
            if (!may || (scenario.id != first->id && i % 3 == 2)) continue;
            const RunId run_id = begin(services, organisation_id, students[i], scenario.id);
            if (i == 0 && scenario.id == first->id) {
                say(services, student(i), run_id,
                    {"Hello", "Where are the alarm buttons?", "What may I use on burning fat?"});
                say(services, teacher, run_id, {"Good. And which way is out?"});
                say(services, student(i), run_id, {"Where is the assembly point?", "How is this scored?"});
            }
            services.store.write("demo", [&](store::Tx& tx) {
                services.trainings.record(tx, organisation_id, run_id, record_of(scenario.content, i));
            });
        }
    }
    const RunId open = begin(services, organisation_id, students[1], first->id);
    say(services, student(1), open, {"Who is still in the building?"});
    services.store.write("demo", [&](store::Tx& tx) {
        services.progress.note_help(tx, organisation_id, students[2], teacher_id);
    });
}

} // namespace app
