// Everything that the box knows about a person through trainings is exported, goes when the person does, and
// is kept no longer than the school keeps events.
#include <catch2/catch_test_macros.hpp>

#include "platform/zip.h"
#include "support/test_appliance.h"

using namespace support;
using namespace std::chrono_literals;

namespace {

using Count = std::optional<std::int64_t> (*)(store::Read&, PersonId person_id);

std::optional<std::int64_t> in_runs(store::Read& read, PersonId person_id) {
    return read.integer("SELECT count(*) FROM runs WHERE person_id = ?", person_id);
}
std::optional<std::int64_t> in_messages(store::Read& read, PersonId person_id) {
    return read.integer("SELECT count(*) FROM chat_messages WHERE person_id = ?", person_id);
}
std::optional<std::int64_t> in_experience(store::Read& read, PersonId person_id) {
    return read.integer("SELECT count(*) FROM experience WHERE person_id = ?", person_id);
}

struct Place {
    const char* name;
    Count count;
};
const Place everywhere[] = {
    {"messages", in_messages},
    {"experience", in_experience},
    {"achievements",
     [](store::Read& read, PersonId id) {
         return read.integer("SELECT count(*) FROM achievements WHERE person_id = ?", id);
     }},
    {"helping",
     [](store::Read& read, PersonId id) {
         return read.integer("SELECT count(*) FROM helping WHERE person_id = ?", id);
     }},
    {"profiles",
     [](store::Read& read, PersonId id) {
         return read.integer("SELECT count(*) FROM profiles WHERE person_id = ?", id);
     }},
    {"password_requests",
     [](store::Read& read, PersonId id) {
         return read.integer("SELECT count(*) FROM password_requests WHERE person_id = ?", id);
     }},
};

// Ana has talked with a persona, her teacher has stepped in, and she has an achievement.
struct School {
    School() {
        box.add_person(head, "teacher", "rossi");
        teacher = box.log_in("rossi");
        ana = box.add_person(head, "student", "ana", "1111").at("id");
        const Json scenario =
            box.expect(201, "POST", "/v1/scenarios",
                       {{"title", "Kitchen fire"},
                        {"description", ""},
                        {"difficulty", "starter"},
                        {"xp_reward", 50},
                        {"persona",
                         {{"name", "Mr Berg"},
                          {"personality", ""},
                          {"technical_level", ""},
                          {"communication_style", ""}}},
                        {"checklist", Json::array({{{"key", "lid"}, {"title", "Lid on"}}})}},
                       head);
        run_id = box.services().store.write("begin", [&](store::Tx& tx) {
            trainings::Beginning beginning;
            beginning.scenario_id = scenario.at("id");
            beginning.person_id = ana;
            box.services().profiles.signed_in(tx, OrganisationId(1), ana);
            box.services().profiles.change(tx, OrganisationId(1), ana, "Europe/Rome", R"({"theme":"dark"})");
            tx.run("INSERT INTO password_requests (person_id, at_ms) VALUES (?, ?)", ana, tx.now_ms());
            return box.services().trainings.begin(tx, OrganisationId(1), beginning).run.id;
        });
        box.expect(201, "POST", messages(), {{"text", "My name is Ana Ruiz"}}, box.log_in("ana", "1111"));
        box.expect(201, "POST", messages(), {{"text", "Go on, Ana."}}, teacher);
    }
    void record() {
        box.services().store.write("record", [&](store::Tx& tx) {
            box.services().trainings.record(tx, OrganisationId(1), run_id, {});
        });
        box.expect(201, "POST", "/v1/people/" + to_string(ana) + "/helped", Json::object(), teacher);
    }
    std::string messages() const { return "/v1/runs/" + to_string(run_id) + "/messages"; }
    std::int64_t count(Count count_of, PersonId person_id) {
        return *box.services().store.read([&](store::Read& read) { return count_of(read, person_id); });
    }
    std::int64_t said() {
        return box.services().store.read(
            [](store::Read& read) { return *read.integer("SELECT count(*) FROM chat_messages"); });
    }

    TestAppliance box;
    Credential head = box.set_up(), teacher;
    PersonId ana;
    RunId run_id;
};

} // namespace

TEST_CASE("chat: everything known about a student through trainings is exported", "[chat][progress]") {
    School school;
    school.record();
    std::map<std::string, std::string> files;
    const auto zip = school.box.call_raw("GET", "/v1/people/" + to_string(school.ana) + "/export", "",
                                         {{"Authorization", "Bearer " + school.head.token}});
    REQUIRE(zip.status == 200);
    for (const auto& file : platform::read_zip(zip.body, "file"))
        files[file.name] = file.content;
    const Json said = Json::parse(files.at("conversations.json"));
    REQUIRE(said.size() == 3);
    CHECK(said.at(0).at("text") == "My name is Ana Ruiz");
    CHECK(said.at(0).at("scenario") == "Kitchen fire");
    CHECK(said.at(1).at("role") == "persona");
    CHECK(said.at(2).at("role") == "teacher");
    const Json progress = Json::parse(files.at("progress.json"));
    CHECK(progress.at("experience").at(0).at("xp") == 0);
    CHECK(progress.at("achievements").dump().find("first_run") != std::string::npos);
    CHECK(progress.at("helped").at(0).at("seen_by") == "rossi");
    const Json profile = Json::parse(files.at("person.json")).at("profile");
    CHECK(profile.at("time_zone") == "Europe/Rome");
    CHECK(profile.at("preferences") == Json{{"theme", "dark"}});
    CHECK(profile.at("last_login_at").is_string());
}

TEST_CASE("chat: erasing a student erases the conversations, whether the runs stay or not",
          "[chat][progress]") {
    for (const char* runs : {"anonymise", "remove"}) {
        INFO(runs);
        School school;
        school.record();
        for (const auto& [name, count] : everywhere) {
            INFO(name);
            CHECK(school.count(count, school.ana) > 0);
        }
        school.box.expect(204, "POST", "/v1/people/" + to_string(school.ana) + "/erase", {{"runs", runs}},
                          school.head);
        CHECK(TestAppliance::wait_for([&] { return school.count(in_runs, school.ana) == 0; }));
        for (const auto& [name, count] : everywhere) {
            INFO(name);
            CHECK(school.count(count, school.ana) == 0);
        }
        CHECK(school.said() == 0); // words tell who spoke, in whichever run they stand
        CHECK(school.box.expect(200, "GET", "/v1/leaderboard", nullptr, school.teacher).at("items").empty());
    }
}

TEST_CASE("chat: a run that goes takes its training, conversation and experience, not what was reached",
          "[chat][progress]") {
    School school;
    school.record();
    auto& services = school.box.services();
    const auto count = [&](store::Sql sql) {
        return services.store.read([&](store::Read& read) { return *read.integer(sql, school.run_id); });
    };
    services.store.write("a tick and a note", [&](store::Tx& tx) {
        services.trainings.tick(tx, OrganisationId(1), school.run_id, "lid", true, {});
        services.trainings.add_note(tx, OrganisationId(1), school.run_id, "Calm", tx.now_ms(), {});
    });
    static constexpr store::Sql rows[] = {"SELECT count(*) FROM runs WHERE id = ?",
                                          "SELECT count(*) FROM trainings WHERE run_id = ?",
                                          "SELECT count(*) FROM training_ticks WHERE run_id = ?",
                                          "SELECT count(*) FROM training_notes WHERE run_id = ?",
                                          "SELECT count(*) FROM chat_messages WHERE run_id = ?",
                                          "SELECT count(*) FROM experience WHERE run_id = ?",
                                          "SELECT count(*) FROM achievements WHERE run_id = ?"};
    for (const store::Sql& sql : rows) {
        INFO(sql.text());
        CHECK(count(sql) > 0);
    }
    const std::int64_t reached = school.count(everywhere[2].count, school.ana);
    services.store.write("erase",
                         [&](store::Tx& tx) { services.runs.erase(tx, OrganisationId(1), school.run_id); });
    for (const store::Sql& sql : rows) {
        INFO(sql.text());
        CHECK(count(sql) == 0);
    }
    CHECK(school.count(everywhere[2].count, school.ana) == reached);
}

TEST_CASE("chat: a training that is still open is cancelled before its run goes", "[chat]") {
    School school;
    auto& services = school.box.services();
    const auto headset = school.box.pair(school.head, "DPVR-1");
    const RunId assigned = services.store.write("assign", [&](store::Tx& tx) {
        trainings::Assignment assignment;
        assignment.scenario_id = services.runs.get(tx, OrganisationId(1), school.run_id).scenario_id.value();
        assignment.device_id = headset.id;
        assignment.person_id = school.ana;
        return services.trainings.assign(tx, OrganisationId(1), assignment).run.id;
    });
    const auto handed = [&] {
        return services.waiting.poll(OrganisationId(1), headset.id, school.box.clock.now_ms()).handed !=
               nullptr;
    };
    REQUIRE(handed());
    services.store.write("erase",
                         [&](store::Tx& tx) { services.runs.erase(tx, OrganisationId(1), assigned); });
    CHECK_FALSE(handed()); // its headset would ask for a run that is gone
}

TEST_CASE("chat: erasing a teacher leaves students' conversations, without the teacher's name", "[chat]") {
    School school;
    const auto rossi = school.box.services().store.read([&](store::Read& read) {
        return school.box.services().people.by_nickname(read, OrganisationId(1), "rossi")->id;
    });
    school.box.expect(204, "POST", "/v1/people/" + to_string(rossi) + "/erase", {{"runs", "anonymise"}},
                      school.head);
    CHECK(TestAppliance::wait_for([&] { return school.count(in_messages, rossi) == 0; }));
    const Json items = school.box.expect(200, "GET", school.messages(), nullptr, school.head).at("items");
    REQUIRE(items.size() == 3);
    CHECK(items.at(2).at("text") == "Go on, Ana.");
    CHECK(items.at(2).at("person").is_null());
}

TEST_CASE("chat: conversations are kept as long as the school keeps events", "[chat]") {
    School school;
    school.record();
    school.box.expect(200, "PATCH", "/v1/organisation", {{"gaze_days", 30}}, school.head);
    const auto pass = [&] {
        return school.box.services().store.write("retention", [&](store::Tx& tx) {
            chat::Retention retention;
            while (!retention.work(tx)) {
            }
            return tx.integer("SELECT count(*) FROM chat_messages").value_or(-1);
        });
    };
    school.box.clock.advance(29 * 24h);
    CHECK(pass() == 3);
    school.box.clock.advance(2 * 24h);
    CHECK(TestAppliance::wait_for([&] { return school.said() == 0; })); // by itself
    CHECK(school.count(in_experience, school.ana) == 1);                // her experience stays
}
