#include "scenarios/scenario.h"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "platform/embedded.h"
#include "support/school.h"
#include "trainings/training.h"

using namespace scenarios;
using support::error_of;

namespace {

using Json = nlohmann::json;

struct Box {
    support::School school;
    Scenarios& scenarios = school.services.scenarios;
    runs::Runs& runs = school.services.runs;
    trainings::Trainings& trainings = school.services.trainings;
    OrganisationId here = school.organisation;

    Scenario add(const std::string& title, std::vector<ScenarioId> prerequisites = {}) {
        return school.write([&](store::Tx& tx) {
            return scenarios.add(tx, here, content(title), prerequisites, std::nullopt);
        });
    }
    static Content content(const std::string& title) {
        Content content;
        content.title = title;
        content.metrics = {{"errors", "Errors", ""}};
        content.checklist = {{"call", "Calls"}, {"door", "Closes the door"}};
        content.assessment = assessment_from(
            {{"pass_score", 60},
             {"criteria",
              {{{"title", "Calls"}, {"kind", "checklist"}, {"of", "call"}, {"weight", 1}, {"must", true}},
               {{"title", "Few errors"},
                {"kind", "metric"},
                {"of", "errors"},
                {"weight", 1},
                {"full_at", 0},
                {"none_at", 10}}}}});
        return content;
    }
    template <class Work>
    auto write(Work work) {
        return school.write(std::move(work));
    }
    template <class Work>
    auto read(Work work) {
        return school.read(std::move(work));
    }
};

} // namespace

TEST_CASE("scenarios: a change makes a version, and runs keep theirs", "[scenarios]") {
    Box box;
    const Scenario first = box.add("Fire");
    CHECK(first.version == 1);
    Content changed = first.content;
    changed.description = "More smoke";
    changed.checklist.push_back({"alarm", "Raises the alarm"});
    const Scenario second = box.write(
        [&](store::Tx& tx) { return box.scenarios.change(tx, box.here, first.id, changed, {}, {}); });
    CHECK(second.version == 2);
    const Scenario same = box.write(
        [&](store::Tx& tx) { return box.scenarios.change(tx, box.here, first.id, changed, {}, {}); });
    CHECK(same.version == 2);
    box.read([&](store::Read& read) {
        CHECK(json_of(box.scenarios.get_version(read, box.here, first.id, 1).content) ==
              json_of(first.content));
        CHECK(box.scenarios.get_version(read, box.here, first.id, 2).content.checklist.size() == 3);
        CHECK(box.scenarios.versions(read, box.here, first.id, {}).items.size() == 2);
        CHECK(error_of([&] { box.scenarios.get_version(read, box.here, first.id, 3); }) == "not found");
        CHECK(error_of([&] { box.scenarios.get(read, OrganisationId(box.here.value() + 1), first.id); }) ==
              "not found");
    });
}

TEST_CASE("scenarios: impossible content is refused, and every fault is named", "[scenarios]") {
    Box box;
    const Scenario fire = box.add("Fire");
    CHECK(error_of([&] { box.add("fire"); }) == "conflict");
    CHECK(error_of([&] { box.add("Other", {ScenarioId(99)}); }) == "invalid");
    Content bad = Box::content("Bad");
    bad.checklist.push_back({"call", "Calls again"});
    bad.assessment.criteria[0].of = "nothing";
    bad.assessment.criteria[1].full_at.reset();
    try {
        box.write([&](store::Tx& tx) { return box.scenarios.add(tx, box.here, bad, {}, {}); });
        FAIL("it was taken");
    } catch (const platform::Error& error) {
        std::string fields;
        for (const auto& fault : error.fields())
            fields += fault.field + " ";
        CHECK(fields == "checklist[2].key assessment.criteria[0].of assessment.criteria[1].full_at ");
    }
    const Scenario aid = box.add("First aid", {fire.id});
    CHECK(error_of([&] {
              box.write([&](store::Tx& tx) {
                  return box.scenarios.change(tx, box.here, fire.id, fire.content, {aid.id}, {});
              });
          }) == "conflict");
    // Fire is a prerequisite, so it is archived. Nothing refers to First aid, so it is deleted.
    box.write([&](store::Tx& tx) { box.scenarios.remove(tx, box.here, fire.id); });
    box.write([&](store::Tx& tx) { box.scenarios.remove(tx, box.here, aid.id); });
    box.read([&](store::Read& read) {
        CHECK(box.scenarios.get(read, box.here, fire.id).archived);
        CHECK_FALSE(box.scenarios.find(read, box.here, aid.id).has_value());
        CHECK(box.scenarios.list(read, box.here, {}, {}).items.empty());
    });
}

TEST_CASE("scenarios: one that a lesson or a run refers to is archived", "[scenarios]") {
    Box box;
    const Scenario taught = box.add("Taught"), run = box.add("Run"), unused = box.add("Unused");
    box.write([&](store::Tx& tx) {
        courses::NewLesson lesson{"Drill", courses::LessonKind::scenario, ""};
        lesson.scenario_id = taught.id;
        box.school.services.lessons.add(tx, box.here, lesson);
        runs::NewRun begun;
        begun.scenario_id = run.id;
        begun.scenario_version = 1;
        box.runs.begin(tx, box.here, begun);
        for (const ScenarioId id : {taught.id, run.id, unused.id})
            box.scenarios.remove(tx, box.here, id);
    });
    box.read([&](store::Read& read) {
        CHECK(box.scenarios.get(read, box.here, taught.id).archived);
        CHECK(box.scenarios.get(read, box.here, run.id).archived);
        CHECK_FALSE(box.scenarios.find(read, box.here, unused.id).has_value());
        CHECK(box.scenarios.list(read, box.here, {}, {}).items.empty());
    });
}

TEST_CASE("scenarios: a file brings a scenario to another box, and a newer file a newer version",
          "[scenarios]") {
    Box box;
    const OrganisationId other = box.school.add_organisation("Hillside");
    const Scenario fire = box.add("Fire"), aid = box.add("First aid", {fire.id});
    const auto file_of = [&](const Scenario& scenario) {
        return box.read([&](store::Read& read) { return box.scenarios.file_of(read, scenario); });
    };
    const auto import = [&](const Json& file) {
        return box.write([&](store::Tx& tx) { return box.scenarios.import(tx, other, file, {}); });
    };
    Json fire_file = file_of(fire);
    const Json aid_file = file_of(aid);
    CHECK(error_of([&] { import(aid_file); }) == "invalid"); // its prerequisite is not there yet
    const Scenario fire_there = import(fire_file);
    const Scenario aid_there = import(aid_file);
    CHECK(aid_there.prerequisites == std::vector<ScenarioId>{fire_there.id});
    CHECK(json_of(fire_there.content) == json_of(fire.content));
    CHECK(file_of(aid_there) == aid_file);
    CHECK(import(fire_file).version == 1);
    fire_file["description"] = "New";
    CHECK(import(fire_file).version == 2);
    box.write([&](store::Tx& tx) { box.scenarios.remove(tx, other, fire_there.id); });
    CHECK_FALSE(import(fire_file).archived);
}

TEST_CASE("scenarios: the demo's three are complete, and can be passed", "[scenarios]") {
    Box box;
    for (const char* name : {"demo/fire_safety.json", "demo/first_aid.json", "demo/lab_procedure.json"}) {
        INFO(name);
        const auto* file = platform::find_embedded(name);
        REQUIRE(file != nullptr);
        const Scenario scenario = box.write(
            [&](store::Tx& tx) { return box.scenarios.import(tx, box.here, Json::parse(file->bytes), {}); });
        const Content& content = scenario.content;
        CHECK(content.knowledge_base.size() >= 9);
        CHECK(content.persona.has_value());
        CHECK(content.ticket_template.has_value());
        Performance perfect, nothing;
        for (const ChecklistItem& item : content.checklist)
            perfect.checklist[item.key] = true;
        for (const Criterion& criterion : content.assessment.criteria)
            if (criterion.kind == CriterionKind::metric) perfect.metrics[criterion.of] = *criterion.full_at;
        perfect.time_s = 1;
        const Score best = assess(content.rules(), perfect);
        CHECK(best.percent == 100);
        CHECK(best.passed);
        CHECK_FALSE(assess(content.rules(), nothing).passed);
    }
}

TEST_CASE("trainings: assigned, fetched, running, recorded; recorded once, replaced when another comes",
          "[scenarios]") {
    Box box;
    const Scenario fire = box.add("Fire");
    const auto device = box.school.pair("DPVR-07").device;
    const auto ada = box.school.add_student("ada");
    int given = 0;
    std::vector<std::string> told;
    box.trainings.recorded.connect([&](store::Tx&, const trainings::Training&) { ++given; });
    box.trainings.changed.connect([&](const trainings::Trainings::Shown& shown) {
        told.emplace_back(platform::name_of(shown.training.phase));
    });
    trainings::Assignment assignment;
    assignment.scenario_id = fire.id;
    assignment.device_id = device.id;
    assignment.person_id = ada.id;
    const auto assign = [&] {
        return box.write([&](store::Tx& tx) { return box.trainings.assign(tx, box.here, assignment); })
            .run.id;
    };
    const RunId replaced = assign(), run = assign();
    box.read([&](store::Read& read) {
        CHECK(box.trainings.get(read, box.here, replaced).phase == trainings::Phase::cancelled);
        CHECK(box.trainings.open_on(read, box.here, device.id)->run.id == run);
        // A run that only waits takes no events yet.
        CHECK_FALSE(box.runs.current(read, box.here, device.id).has_value());
    });
    box.write([&](store::Tx& tx) { box.trainings.fetched(tx, box.here, run); });
    box.read([&](store::Read& read) { CHECK(box.runs.current(read, box.here, device.id)->id == run); });
    box.write([&](store::Tx& tx) { box.trainings.running(tx, box.here, run); });
    box.write([&](store::Tx& tx) { box.trainings.fetched(tx, box.here, run); }); // never back
    box.school.clock.advance(std::chrono::seconds(30));
    const trainings::Record record{.metrics = R"({"errors": "5"})", .checklist = R"({"call": 1})"};
    for (int i = 0; i < 2; ++i) {
        const auto recorded =
            box.write([&](store::Tx& tx) { return box.trainings.record(tx, box.here, run, record); });
        CHECK(recorded.phase == trainings::Phase::recorded);
        CHECK(recorded.run.score == 75);
        CHECK(recorded.run.completed);
        CHECK(recorded.run.scenario_version == 1);
    }
    CHECK(given == 1);
    CHECK(told ==
          std::vector<std::string>{"assigned", "cancelled", "assigned", "fetched", "running", "recorded"});
    // A record of the replaced training arrives late: no work is lost.
    CHECK(box.write([&](store::Tx& tx) { return box.trainings.record(tx, box.here, replaced, record); })
              .passed);
}

TEST_CASE("trainings: a run of a scenario is one from its start, and ends with it", "[scenarios]") {
    Box box;
    const Scenario fire = box.add("Fire");
    const auto begin = [&](std::optional<ScenarioId> scenario_id) {
        return box.write([&](store::Tx& tx) {
            runs::NewRun run;
            run.scenario_id = scenario_id;
            if (scenario_id) run.scenario_version = 1;
            return box.runs.begin(tx, box.here, run).id;
        });
    };
    const auto phase_of = [&](RunId run_id) {
        return box.read([&](store::Read& read) {
            return std::string(platform::name_of(box.trainings.get(read, box.here, run_id).phase));
        });
    };
    const auto finish = [&](RunId run_id) {
        box.write([&](store::Tx& tx) { box.runs.finish(tx, box.here, run_id, tx.now_ms()); });
    };
    const RunId run = begin(fire.id), other = begin(fire.id), plain = begin(std::nullopt);
    CHECK(error_of([&] { phase_of(plain); }) == "not found");
    CHECK(phase_of(run) == "running");
    finish(run);
    CHECK(phase_of(run) == "cancelled");
    CHECK(phase_of(other) == "running");
    box.write([&](store::Tx& tx) { box.trainings.record(tx, box.here, run, {}); }); // late, and it counts
    finish(run);
    CHECK(phase_of(run) == "recorded");
}

TEST_CASE("trainings: one assigned to a headset alone goes to the person who signs in there", "[scenarios]") {
    Box box;
    const Scenario fire = box.add("Fire");
    const auto first = box.school.pair("DPVR-07").device, second = box.school.pair("DPVR-08").device;
    const auto ada = box.school.add_student("ada"), ben = box.school.add_student("ben");
    const auto assign = [&](const devices::Device& device) {
        trainings::Assignment assignment;
        assignment.scenario_id = fire.id;
        assignment.device_id = device.id;
        return box.write([&](store::Tx& tx) { return box.trainings.assign(tx, box.here, assignment); })
            .run.id;
    };
    const auto sign_in = [&](const devices::Device& device, const people::Person& person) {
        box.write([&](store::Tx& tx) {
            box.school.logins.sign_in_on_device(tx, box.here, device.id,
                                                people::PersonReference{person.id, person.nickname});
        });
    };
    const RunId fetched = assign(first), recorded = assign(second);
    sign_in(first, ada);
    sign_in(second, ben);
    box.write([&](store::Tx& tx) { box.trainings.fetched(tx, box.here, fetched); });
    box.write([&](store::Tx& tx) { box.trainings.record(tx, box.here, recorded, {}); });
    sign_in(first, ben); // later: it stays hers
    box.write([&](store::Tx& tx) { box.trainings.record(tx, box.here, fetched, {}); });
    box.read([&](store::Read& read) {
        CHECK(box.trainings.get(read, box.here, fetched).run.person->nickname == "ada");
        CHECK(box.trainings.get(read, box.here, recorded).run.person->nickname == "ben");
        // The second was assigned to the signed-in person.
        CHECK(box.trainings.of_person(read, box.here, ada.id).size() == 1);
    });
}

TEST_CASE("trainings: a teacher ticks, notes, and gives another score with a reason", "[scenarios]") {
    Box box;
    const Scenario fire = box.add("Fire");
    const auto ada = box.school.add_student("ada");
    const auto rossi = box.school.add_person(platform::Role::teacher, "rossi");
    const RunId run = box.write([&](store::Tx& tx) {
                             return box.trainings.begin(
                                 tx, box.here, {fire.id, ada.id, std::nullopt, runs::Origin::student});
                         })
                          .run.id;
    const auto tick = [&](const std::string& item, std::optional<bool> done) {
        return box.write(
            [&](store::Tx& tx) { return box.trainings.tick(tx, box.here, run, item, done, rossi.id); });
    };
    CHECK(error_of([&] { tick("nothing", true); }) == "not found");
    CHECK(error_of([&] {
              box.write([&](store::Tx& tx) { box.trainings.give_score(tx, box.here, run, 90.0, "x", {}); });
          }) == "conflict");
    box.write([&](store::Tx& tx) {
        box.trainings.record(tx, box.here, run,
                             {.metrics = R"({"errors": 0})", .checklist = R"({"call": false})"});
    });
    CHECK(tick("call", true).run.score == 100);
    CHECK_FALSE(tick("call", false).passed);
    CHECK(tick("call", std::nullopt).run.score == 50);
    const auto give = [&](std::optional<double> score) {
        return box.write([&](store::Tx& tx) {
            return box.trainings.give_score(tx, box.here, run, score, "She called aloud", rossi.id);
        });
    };
    const auto given = give(80.0);
    CHECK(given.run.score == 80);
    CHECK(given.reckoned_score == 50);
    CHECK(given.passed);
    CHECK(given.given->reason == "She called aloud");
    CHECK(give(std::nullopt).run.score == 50);
    const auto note = box.write(
        [&](store::Tx& tx) { return box.trainings.add_note(tx, box.here, run, "Hesitates", 5, rossi.id); });
    box.read([&](store::Read& read) { CHECK(box.trainings.notes(read, run).front().text == "Hesitates"); });
    box.write([&](store::Tx& tx) { box.trainings.remove_note(tx, box.here, run, note.id); });
    box.read([&](store::Read& read) { CHECK(box.trainings.notes(read, run).empty()); });
}

TEST_CASE("trainings: a prerequisite must be passed before a student begins", "[scenarios]") {
    Box box;
    const Scenario fire = box.add("Fire"), aid = box.add("First aid", {fire.id});
    const auto ada = box.school.add_student("ada");
    const auto begin = [&](const Scenario& scenario) {
        return box.write([&](store::Tx& tx) {
            return box.trainings.begin(tx, box.here,
                                       {scenario.id, ada.id, std::nullopt, runs::Origin::student});
        });
    };
    CHECK(error_of([&] { begin(aid); }) == "conflict");
    const RunId run = begin(fire).run.id;
    box.write([&](store::Tx& tx) { box.trainings.record(tx, box.here, run, {}); });
    CHECK(error_of([&] { begin(aid); }) == "conflict"); // done, but not passed
    box.write([&](store::Tx& tx) { box.trainings.tick(tx, box.here, run, "call", true, {}); });
    box.write([&](store::Tx& tx) { box.trainings.give_score(tx, box.here, run, 60.0, "Good enough", {}); });
    CHECK(begin(aid).phase == trainings::Phase::running);
}
