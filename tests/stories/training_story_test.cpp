// A training, from the scenario that a teacher writes to the score that she explains, on Lectern's own API
// and live topics. whole_training_story_test.cpp tells it over the training and trainer dialects.
#include <catch2/catch_test_macros.hpp>

#include "support/live_headset.h"
#include "support/test_appliance.h"

using support::Credential;
using support::Json;
using support::LiveClient;
using support::TestAppliance;

namespace {

const Json fire_drill = {
    {"title", "Fire drill"},
    {"difficulty", "starter"},
    {"xp_reward", 80},
    {"metrics", Json::array({{{"key", "alarm_s"}, {"title", "Alarm after"}, {"unit", "s"}}})},
    {"checklist", Json::array({{{"key", "alarm"}, {"title", "Raises the alarm"}},
                               {{"key", "door"}, {"title", "Closes the door"}}})},
    {"assessment",
     {{"pass_score", 60},
      {"criteria",
       Json::array(
           {{{"title", "Alarm"}, {"kind", "checklist"}, {"of", "alarm"}, {"weight", 50}, {"must", true}},
            {{"title", "Quickly"},
             {"kind", "metric"},
             {"of", "alarm_s"},
             {"weight", 30},
             {"full_at", 20},
             {"none_at", 60}},
            {{"title", "Door"}, {"kind", "checklist"}, {"of", "door"}, {"weight", 20}}})}}}};

struct Story {
    Story() {
        head = box.set_up();
        box.add_person(head, "teacher", "rossi");
        teacher = box.log_in("rossi");
        ada = box.add_person(head, "student", "ada");
        headset = box.pair(teacher, "DPVR-07");
        box.expect(200, "POST", "/v1/headset/sign-in", {{"nickname", "ada"}, {"pin", "1234"}},
                   headset.credential);
        scenario = box.expect(201, "POST", "/v1/scenarios", fire_drill, teacher);
    }
    std::string assign() {
        return box
            .expect(201, "POST", "/v1/trainings",
                    {{"scenario_id", scenario["id"]}, {"device_ids", Json::array({headset.id})}},
                    teacher)["items"][0]["run_id"]
            .dump();
    }

    TestAppliance box;
    Credential head, teacher;
    TestAppliance::Headset headset;
    Json ada, scenario;
};

// The next value of that key in a topic.
Json next_entry(LiveClient& page, const std::string& topic, const std::string& key) {
    return page
        .wait_for([&](const Json& message) {
            return message.at("type") == "topic" && message.at("data").at("topic") == topic &&
                   message.at("data").value("entries", Json::object()).contains(key);
        })
        .at("data")
        .at("entries")
        .at(key);
}

} // namespace

TEST_CASE("a teacher watches a training live, ticks by hand, and explains the score",
          "[stories][scenarios]") {
    Story story;
    TestAppliance& box = story.box;
    LiveClient page(box, story.teacher);
    page.expect("subscribe", {{"topic", "organisation/1"}});
    const std::string queue = "training/" + to_string(story.headset.id);
    const std::string run = story.assign();
    CHECK(next_entry(page, "organisation/1", queue)["phase"] == "assigned");

    const Json handed =
        box.expect(200, "GET", "/v1/headset/training", nullptr, story.headset.credential)["training"];
    CHECK(handed["run_id"].dump() == run);
    CHECK(handed["person"]["nickname"] == "ada"); // who is signed in on the headset
    CHECK(handed["checklist_keys"] == Json::array({"alarm", "door"}));
    CHECK(next_entry(page, "organisation/1", queue)["phase"] == "fetched");
    box.clock.advance(std::chrono::seconds(5));
    CHECK(next_entry(page, "organisation/1", queue)["phase"] == "running");

    page.expect("subscribe", {{"topic", "run/" + run}});
    CHECK(next_entry(page, "run/" + run, "item/alarm")["done"].is_null());
    const std::string path = "/v1/trainings/" + run;
    box.expect(200, "PUT", path + "/items/alarm", {{"done", true}}, story.teacher);
    const Json item = next_entry(page, "run/" + run, "item/alarm");
    CHECK(item["done"] == true);
    CHECK(item["ticked_by"]["nickname"] == "rossi");
    box.expect(404, "PUT", path + "/items/nothing", {{"done", true}}, story.teacher);
    const Json note =
        box.expect(201, "POST", path + "/notes", {{"text", "Looks for the exit first"}}, story.teacher);
    CHECK(next_entry(page, "run/" + run, "note/" + note["id"].dump())["text"] == "Looks for the exit first");
    box.expect(409, "PUT", path + "/score", {{"score", 90}, {"reason", "early"}}, story.teacher);

    box.expect(200, "POST", path + "/record",
               {{"metrics", {{"alarm_s", 30}}}, {"checklist", {{"door", false}}}}, story.headset.credential);
    CHECK(next_entry(page, "organisation/1", queue)["phase"] == "recorded");
    const Json result = box.expect(200, "GET", path, nullptr, story.teacher);
    CHECK(result["score"] == 72.5); // 50 + three quarters of 30
    CHECK(result["passed"] == true);
    CHECK(result["lines"].size() == 3);
    CHECK(result["lines"][1]["points"] == 22.5);
    CHECK(result["lines"][1]["explanation"] == "30, wanted at most 20; part of the points up to 60");
    CHECK(result["notes"].size() == 1);

    const Json given = box.expect(200, "PUT", path + "/score",
                                  {{"score", 95}, {"reason", "The door was stuck"}}, story.teacher);
    CHECK(given["score"] == 95);
    CHECK(given["reckoned_score"] == 72.5);
    CHECK(given["given"]["reason"] == "The door was stuck");
    CHECK(given["given"]["person"]["nickname"] == "rossi");
    CHECK(box.expect(200, "GET", "/v1/runs/" + run, nullptr, story.teacher)["score"] == 95);
    CHECK(box.services().store.read([](store::Read& read) {
        return read.integer(
            "SELECT count(*) FROM audit_log WHERE action = 'PUT /v1/trainings/:id/score'"
            " AND success = 1 AND person_id IS NOT NULL");
    }) == 1);
}

TEST_CASE("a note may hold what the headset saw", "[stories][scenarios]") {
    Story story;
    TestAppliance& box = story.box;
    const std::string notes = "/v1/trainings/" + story.assign() + "/notes";
    const Json note =
        box.expect(201, "POST", notes, {{"text", "The exit"}, {"picture", "/9j/4AAQSkY="}}, story.teacher);
    CHECK(note["has_picture"] == true);
    const auto picture =
        box.call("GET", notes + "/" + note["id"].dump() + "/picture", nullptr, story.teacher);
    CHECK(picture.header("content-type") == "image/jpeg");
    CHECK(picture.body == std::string("\xff\xd8\xff\xe0\x00\x10JF", 8));
    const Json plain = box.expect(201, "POST", notes, {{"text", "No picture"}}, story.teacher);
    box.expect(404, "GET", notes + "/" + plain["id"].dump() + "/picture", nullptr, story.teacher);
    for (const char* bad : {"not base64!", "AAAA"})
        box.expect(422, "POST", notes, {{"text", "x"}, {"picture", bad}}, story.teacher);
}

TEST_CASE("a student sees the explained score of their own run, not of others', and no notes",
          "[stories][scenarios]") {
    Story story;
    TestAppliance& box = story.box;
    box.add_person(story.head, "student", "ben");
    const auto ada = box.log_in("ada"), ben = box.log_in("ben");
    const std::string path = "/v1/trainings/" + story.assign();
    box.expect(201, "POST", path + "/notes", {{"text", "Nervous"}}, story.teacher);
    box.expect(200, "POST", path + "/record", {{"checklist", {{"alarm", true}}}}, story.headset.credential);
    const Json seen = box.expect(200, "GET", path, nullptr, ada);
    CHECK(seen["lines"].size() == 3);
    CHECK(seen["notes"].empty());
    box.expect(404, "GET", path, nullptr, ben);
    box.expect(403, "POST", path + "/record", Json::object(), ada);
    box.expect(404, "POST", path + "/record", Json::object(), ben);
}

TEST_CASE("a run keeps the version that it ran, whatever becomes of the scenario", "[stories][scenarios]") {
    Story story;
    TestAppliance& box = story.box;
    const std::string run = story.assign(), scenario = "/v1/scenarios/" + story.scenario["id"].dump();
    box.expect(200, "PATCH", scenario,
               {{"checklist", Json::array()}, {"assessment", {{"criteria", Json::array()}}}}, story.teacher);
    CHECK(box.expect(200, "GET", scenario, nullptr, story.teacher)["version"] == 2);
    CHECK(box.expect(200, "GET", scenario + "/versions", nullptr, story.teacher)["items"].size() == 2);
    box.expect(204, "DELETE", scenario, nullptr, story.teacher); // in use: archived
    CHECK(box.expect(200, "GET", scenario, nullptr, story.teacher)["archived"] == true);
    CHECK(box.expect(200, "GET", "/v1/scenarios", nullptr, story.teacher)["items"].empty());
    box.expect(409, "POST", "/v1/trainings",
               {{"scenario_id", story.scenario["id"]}, {"device_ids", Json::array({story.headset.id})}},
               story.teacher);
    const Json result =
        box.expect(200, "POST", "/v1/trainings/" + run + "/record",
                   {{"checklist", {{"alarm", true}, {"door", true}}}}, story.headset.credential);
    CHECK(result["items"].size() == 2);
    CHECK(result["scenario"]["version"] == 1);
    CHECK(result["score"] == 70);
}

TEST_CASE("a scenario travels as one file that fits its published schema", "[stories][scenarios]") {
    Story story;
    TestAppliance& box = story.box;
    const Json file = box.expect(200, "GET", "/v1/scenarios/" + story.scenario["id"].dump() + "/file",
                                 nullptr, story.teacher);
    const auto other = box.set_up_other();
    const Json there = box.expect(201, "POST", "/v1/scenario-files", file, other);
    CHECK(there["public_id"] == story.scenario["public_id"]);
    CHECK(there["checklist"] == story.scenario["checklist"]);
    const auto schema = box.call("GET", "/v1/scenario-files/schema");
    CHECK(schema.status == 200);
    const Json published = schema.json();
    CHECK(published["$defs"]["ScenarioFile"]["properties"].contains("knowledge_base"));
    CHECK(published.dump().find("#/components/") == std::string::npos);
    Json bad = file;
    bad["difficulty"] = "impossible";
    bad["assessment"]["criteria"][0]["of"] = "nothing";
    bad["surprise"] = 1;
    const Json refused = box.expect(422, "POST", "/v1/scenario-files", bad, other);
    CHECK(refused["errors"].size() == 2);
}

TEST_CASE("a lesson may be a scenario, and its run is one that can be scored", "[stories][scenarios]") {
    Story story;
    TestAppliance& box = story.box;
    box.expect(
        422, "POST", "/v1/lessons",
        {{"title", "Drill"}, {"kind", "video"}, {"content", ""}, {"scenario_id", story.scenario["id"]}},
        story.teacher);
    box.expect(404, "POST", "/v1/lessons",
               {{"title", "Drill"}, {"kind", "scenario"}, {"content", ""}, {"scenario_id", 99}},
               story.teacher);
    const Json lesson = box.expect(
        201, "POST", "/v1/lessons",
        {{"title", "Drill"}, {"kind", "scenario"}, {"content", ""}, {"scenario_id", story.scenario["id"]}},
        story.teacher);
    CHECK(lesson["scenario_id"] == story.scenario["id"]);
    const Json session =
        box.expect(201, "POST", "/v1/sessions",
                   {{"title", "Drill"}, {"lesson_ids", Json::array({lesson["id"]})}}, story.teacher);
    LiveClient headset(box, story.headset.credential);
    headset.wait_for("welcome");
    headset.expect("session.join", {{"session_id", session["id"]}});
    box.expect(200, "POST", "/v1/sessions/" + session["id"].dump() + "/start", Json::object(), story.teacher);
    Json runs;
    CHECK(TestAppliance::wait_for([&] {
        runs = box.expect(200, "GET", "/v1/runs?scenario=" + story.scenario["id"].dump(), nullptr,
                          story.teacher)["items"];
        return runs.size() == 1;
    }));
    CHECK(runs[0]["scenario_version"] == 1);
    const std::string path = "/v1/trainings/" + runs[0]["id"].dump();
    CHECK(box.expect(200, "GET", path, nullptr, story.teacher)["phase"] == "running");
    CHECK(box.expect(200, "GET", "/v1/trainings", nullptr, story.teacher)["items"].empty());
    box.expect(200, "PUT", path + "/items/alarm", {{"done", true}}, story.teacher);
    CHECK(box.expect(200, "POST", path + "/record", {{"checklist", {{"door", true}}}},
                     story.headset.credential)["score"] == 70);
}
