// A whole training, as a class meets it: the teacher's panel and the headset speak the training dialect, the
// student's tablet the trainer dialect, the teacher's page Lectern's own API; and all of them see the same
// run.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/live_headset.h"
#include "support/test_appliance.h"

using Catch::Matchers::ContainsSubstring;
using namespace support;

namespace {

const char* const scenario_file = R"({
  "title": "Fire in the kitchen", "description": "A pan burns.", "difficulty": "starter", "xp_reward": 120,
  "metrics": [{"key": "seconds", "title": "Seconds", "unit": "s"}],
  "checklist": [{"key": "heat_off", "title": "Heat off"}, {"key": "lid_on", "title": "Lid on"}],
  "additional_info": {"stove": "gas"},
  "persona": {"name": "Mr Berg", "personality": "calm", "technical_level": "", "communication_style": ""},
  "knowledge_base": [{"title": "Oil fires", "content": "Never pour water on burning oil. Put a lid on the pan.",
                      "keywords": ["pan"]}],
  "assessment": {"pass_score": 60, "criteria": [
      {"title": "Heat off", "kind": "checklist", "of": "heat_off", "weight": 1, "must": true},
      {"title": "Lid on", "kind": "checklist", "of": "lid_on", "weight": 1},
      {"title": "Quick", "kind": "metric", "of": "seconds", "weight": 2, "full_at": 60, "none_at": 120}]}})";

// Everybody in the story, and what each holds.
class Training {
public:
    Training() : head(box.set_up()) {
        box.add_person(head, "teacher", "rossi");
        teacher = box.log_in("rossi");
        const std::string hash = box.services().hasher.hash("correct horse");
        box.services().store.write("students", [&](store::Tx& tx) {
            tx.run("UPDATE organisations SET leaderboard = 'names'");
            for (const char* nickname : {"ada", "ben"}) {
                people::NewPerson student;
                student.nickname = student.first_name = nickname;
                student.email = std::string(nickname) + "@school.example";
                student.password_hash = hash;
                box.services().people.add(tx, OrganisationId(1), student);
            }
        });
        const Json made = box.expect(201, "POST", "/v1/scenarios", Json::parse(scenario_file), head);
        scenario_id = made.at("id");
        tablet = {box.expect(200, "POST", "/api/v1/auth/login",
                             {{"email", "ada@school.example"}, {"password", "correct horse"}})
                      .at("data")
                      .at("token"),
                  {}};
    }

    // The panel links the headset by a code.
    void link_headset() {
        panel = {
            box.expect(200, "POST", "/clients/login", {{"username", "head"}, {"password", "correct horse"}})
                .at("token"),
            {}};
        const Json code = box.expect(200, "GET", "/clients/add_device", nullptr, panel).at("connect_code");
        const Json linked = box.expect(200, "POST", "/devices/connect",
                                       {{"connect_code", code}, {"device_serial_number", "DPVR-07"}});
        headset = {linked.at("token"), {}};
        device_id = linked.at("id");
    }
    Json poll() {
        return box.expect(200, "POST", "/devices/start_game", {{"device_id", device_id}}, headset);
    }
    Json record(const Json& handed) {
        return box.expect(200, "POST", "/records/add",
                          {{"client_id", handed.at("client_id")},
                           {"device_id", device_id},
                           {"record_id", handed.at("record_id")},
                           {"scenario_id", handed.at("scenario_id")},
                           {"metrics", {{"seconds", 90}}},
                           {"checklist", {{"heat_off", true}, {"lid_on", true}}},
                           {"additional_info", "went well"}},
                          headset);
    }
    Json data(const std::string& path, const std::string& method = "GET", const Json& body = nullptr,
              int status = 200) {
        return box.expect(status, method, "/api/v1" + path, body, tablet).at("data");
    }

    TestAppliance box;
    Credential head, teacher, panel, headset, tablet;
    std::string device_id;
    ScenarioId scenario_id;
};

// The student talks with the persona in the headset and on the tablet; the teacher reads along and steps in.
void talk(Training& story, const std::string& run, const std::string& session_path) {
    TestAppliance& box = story.box;
    const std::string messages = "/v1/runs/" + run + "/messages";
    box.expect(200, "GET", messages, nullptr, story.teacher);
    LiveClient page(box, story.teacher), tablet_socket(box, story.tablet);
    CHECK(TestAppliance::wait_for([&] {
        return page.ask("subscribe", {{"topic", "chat/" + run}}).at("status") == "success";
    }));
    const Json in_headset =
        box.expect(201, "POST", messages, {{"text", "What about the burning pan?"}}, story.headset)
            .at("reply");
    CHECK_THAT(in_headset.at("text").get<std::string>(), ContainsSubstring("Put a lid on the pan."));
    page.wait_for([&](const Json& message) {
        return message.at("type") == "topic" &&
               message.at("data").at("entries").contains("message/" + in_headset.at("id").dump());
    });
    const Json on_tablet =
        story.data(session_path + "/messages", "POST", {{"message", "How is this scored?"}}, 201).at("reply");
    CHECK_THAT(on_tablet.at("content").get<std::string>(), !ContainsSubstring("Heat off"));
    box.expect(201, "POST", messages, {{"text", "Mind the stove first."}}, story.teacher);
    tablet_socket.wait_for([](const Json& message) {
        return message.at("type") == "chat.message" && message.at("data").at("role") == "teacher";
    });
    CHECK(story.data(session_path + "/messages").size() == 5);
}

// Sending anything again, by any way and across a restart, rewards it only once.
void send_again(Training& story, const Json& handed, const std::string& session_path) {
    TestAppliance& box = story.box;
    story.record(handed);
    box.restart();
    CHECK(story.record(handed).at("score") == 75);
    CHECK(story.data(session_path + "/resolve", "POST", {{"resolution", "I did it once more."}})
              .at("xpEarned") == 90);
    const Json progress = box.expect(200, "GET", "/v1/progress", nullptr, story.tablet);
    CHECK(progress.at("xp") == 90);
    CHECK(progress.at("level") == 1);
    std::string reached;
    for (const Json& achievement : progress.at("achievements"))
        reached += achievement.at("id").get<std::string>() + " ";
    CHECK(reached == "first_pass first_run ");
    CHECK(story.data("/users/me").at("xp") == 90);
    const Json history = box.expect(200, "GET", "/v1/progress/history", nullptr, story.tablet).at("items");
    REQUIRE(history.size() == 1);
    CHECK(history.at(0).at("xp") == 90);
    CHECK(history.at(0).at("scenario").at("title") == "Fire in the kitchen");
}

} // namespace

TEST_CASE(
    "a whole training: assigned, fetched, talked through, done, "
    "recorded, scored, rewarded once",
    "[stories]") {
    Training story;
    TestAppliance& box = story.box;
    story.link_headset();
    CHECK(story.poll().at("status") == "failed"); // nothing waits

    // Assigned on the panel, fetched by the headset; the student's tablet knows.
    box.expect(
        200, "POST", "/clients/start_session",
        {{"device_id", story.device_id}, {"user_id", "ada"}, {"scenario_id", to_string(story.scenario_id)}},
        story.panel);
    const Json handed = story.poll();
    CHECK(handed.at("scenario_name") == "Fire in the kitchen");
    CHECK(handed.at("checklist_keys") == Json::array({"heat_off", "lid_on"}));
    const std::string run = handed.at("record_id");
    const Json session = story.data("/sessions/active/me").at(0);
    const std::string session_path = "/sessions/" + session.at("id").get<std::string>();
    CHECK(session.at("status") == "active");

    talk(story, run, session_path);

    // Done and recorded: 25 for the heat, 25 for the lid, half of 50 for the time.
    CHECK(story.record(handed).at("score") == 75);
    const Json scored = story.data(session_path);
    CHECK(scored.at("status") == "completed");
    CHECK(scored.at("performanceData").at("score") == 75);
    CHECK(scored.at("performanceData").at("xpEarned") == 90);

    send_again(story, handed, session_path);

    // On the leaderboard of the page and of the trainer dialect alike.
    const Json board = box.expect(200, "GET", "/v1/leaderboard", nullptr, story.teacher).at("items");
    REQUIRE(board.size() == 1);
    CHECK(board.at(0).at("person").at("nickname") == "ada");
    CHECK(board.at(0).at("xp") == 90);
    CHECK(story.data("/users/leaderboard").at(0).at("firstName") == "ada");
    CHECK(story.poll().at("status") == "failed"); // the headset is free again
}

TEST_CASE("a run that gets its student after its end rewards that student, once", "[stories]") {
    Training story;
    TestAppliance& box = story.box;
    story.link_headset();
    const auto assigned = box.services().store.write("assign", [&](store::Tx& tx) {
        trainings::Assignment assignment;
        assignment.scenario_id = story.scenario_id;
        assignment.device_id = DeviceId(std::stoll(story.device_id));
        return box.services().trainings.assign(tx, OrganisationId(1), assignment).run.id;
    });
    story.record(story.poll());
    CHECK(box.expect(200, "GET", "/v1/progress", nullptr, story.tablet).at("xp") == 0);
    const Json students =
        box.expect(200, "GET", "/v1/people?role=student", nullptr, story.teacher).at("items");
    const auto id_of = [&](const std::string& nickname) {
        for (const Json& student : students)
            if (student.at("nickname") == nickname) return student.at("id").get<PersonId>();
        throw std::runtime_error("nobody");
    };
    const std::string run = "/v1/runs/" + to_string(assigned);
    box.expect(200, "PATCH", run, {{"person_id", id_of("ada")}}, story.teacher);
    CHECK(box.expect(200, "GET", "/v1/progress", nullptr, story.tablet).at("xp") == 90);
    box.expect(200, "PATCH", run, {{"person_id", nullptr}}, story.teacher);
    box.expect(200, "PATCH", run, {{"person_id", id_of("ben")}}, story.teacher);
    const std::string ben = "/v1/people/" + to_string(id_of("ben")) + "/progress";
    CHECK(box.expect(200, "GET", ben, nullptr, story.teacher).at("xp") == 90); // it was ben after all
    CHECK(box.expect(200, "GET", "/v1/progress", nullptr, story.tablet).at("xp") == 0);
    CHECK_THAT(box.expect(201, "POST", "/v1/people/" + to_string(id_of("ben")) + "/helped", Json::object(),
                          story.teacher)
                   .at("achievements")
                   .dump(),
               ContainsSubstring("\"helper\""));
}
