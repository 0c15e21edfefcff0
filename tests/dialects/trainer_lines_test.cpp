// The trainer dialect, the less usual lines of its section: filters left empty, scenarios that are not
// offered, limits that never count by address, performance of a session, the leaderboard's length.
#include "support/trainer_school.h"

using Catch::Matchers::ContainsSubstring;
using namespace support::trainer;

namespace {

void change_scenario(const School& school, const char* field, const json& value) {
    const auto listed =
        school.appliance.expect(200, "GET", "/v1/scenarios?q=kitchen", nullptr, school.head())["items"];
    school.appliance.expect(200, "PATCH", "/v1/scenarios/" + listed.at(0).at("id").dump(), {{field, value}},
                            school.head());
}

} // namespace

TEST_CASE("trainer: empty filters are ignored", "[dialects]") {
    const School school;
    const std::string token = school.log_in("ana");
    for (const char* query : {"?difficulty=&completed=", "?difficulty=all", "?completed="})
        CHECK(school.good(200, "GET", std::string("/scenarios") + query, token)["meta"] ==
              json{{"total", 2}, {"difficulty", "all"}});
    school.good(200, "GET", "/users/leaderboard?limit=", token);
}

TEST_CASE("trainer: a scenario that is not active is neither listed nor started", "[dialects]") {
    const School school;
    const std::string token = school.log_in("ana"), running = school.start(token, school.first);
    change_scenario(school, "active", false);
    CHECK(school.good(200, "GET", "/scenarios", token)["meta"]["total"] == 1);
    CHECK(school.good(200, "GET", "/scenarios/" + school.first, token)["data"]["isActive"] == false);
    const std::string other = school.log_in("bo");
    const auto refused = school.send("POST", "/scenarios/" + school.first + "/start", other);
    CHECK(refused.status == 409);
    CHECK(json::parse(refused.body)["error"].is_string());
    // A run that has begun goes on.
    school.good(200, "POST", "/sessions/" + running + "/resolve", token, good_resolution);
}

TEST_CASE("trainer: a session keeps the scenario as it was when it began", "[dialects]") {
    const School school;
    const std::string token = school.log_in("ana"), session = school.start(token, school.first);
    change_scenario(school, "xp_reward", 500);
    CHECK(school.good(200, "POST", "/sessions/" + session + "/resolve", token,
                      good_resolution)["data"]["xpEarned"] == 80);
}

TEST_CASE("trainer: each session has its performance, and the sums count it", "[dialects]") {
    School school;
    const std::string token = school.log_in("ana"), session = school.start(token, school.first);
    school.good(201, "POST", "/sessions/" + session + "/messages", token, R"({"message":"And the pan?"})");
    school.appliance.clock.advance(std::chrono::seconds(90));
    school.good(200, "POST", "/sessions/" + session + "/resolve", token,
                R"({"resolution":"Put a lid on the pan.","escalated":true})");
    const auto metrics = school.good(200, "GET", "/sessions/" + session, token)["data"]["performanceMetrics"];
    CHECK(metrics["score"] == 100);
    CHECK(metrics["passed"] == true);
    CHECK(metrics["durationSeconds"] == 90);
    CHECK(metrics["messageCount"] == 2);
    CHECK(metrics["escalated"] == true);
    CHECK(metrics["lines"][0]["title"] == "Names the lid");
    CHECK_THAT(metrics["lines"].dump(),
               !ContainsSubstring("cover")); // nor does the explanation give the words away
    const auto performance = school.good(200, "GET", "/users/me/performance", token)["data"];
    CHECK(performance["totalSessions"] == 1);
    CHECK(performance["completedSessions"] == 1);
    CHECK(performance["passedSessions"] == 1);
    CHECK(performance["escalatedSessions"] == 1);
    CHECK(performance["averageDurationSeconds"] == 90);
}

TEST_CASE("trainer: the leaderboard has ten rows, or as many as are asked for", "[dialects]") {
    School school;
    school.show_leaderboard("names");
    school.appliance.services().store.write("many", [&](store::Tx& tx) {
        for (int i = 1; i <= 12; ++i) {
            people::NewPerson student;
            student.nickname = "s" + std::to_string(i);
            const auto id = school.appliance.services().people.add(tx, OrganisationId(1), student).id;
            runs::NewRun run;
            run.person_id = id;
            const auto made = school.appliance.services().runs.begin(tx, OrganisationId(1), run);
            tx.run(
                "INSERT INTO experience (run_id, organisation_id, person_id, xp, at_ms) VALUES (?, 1, ?, ?, "
                "0)",
                made.id, id, i * 10);
        }
    });
    const std::string token = school.log_in("ana");
    const auto ten = school.good(200, "GET", "/users/leaderboard", token);
    CHECK(ten["data"].size() == 10);
    CHECK(ten["meta"]["limit"] == 10);
    CHECK(ten["data"][0]["xp"] == 120);
    CHECK(ten["data"][0]["level"] == 2);
    CHECK(school.good(200, "GET", "/users/leaderboard?limit=12", token)["data"].size() == 12);
}

TEST_CASE("trainer: limits are an account's or a headset's, never an address's or a class's key",
          "[dialects]") {
    const School school;
    // A class behind one address and one key: nobody blocks anybody else.
    std::string key;
    school.appliance.services().store.write("site key", [&](store::Tx& tx) {
        key = school.appliance.services().site_keys.add(tx, OrganisationId(1), "headsets", false).key;
    });
    support::RawClient one(school.appliance.port());
    for (int i = 0; i < 110; ++i) {
        const std::string body = R"({"email":"student)" + std::to_string(i) + R"(@school.example"})";
        for (const std::string& base : {std::string(), "/k/" + key})
            CHECK(one.ask("POST " + base + "/api/v1/auth/forgot-password HTTP/1.1\r\nHost: box\r\n" +
                          "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                          "\r\n\r\n" + body)
                      .status == 200);
    }
    // A headset that tries one account after another is stopped at five.
    const auto headset = school.appliance.pair(school.head(), "DPVR-07");
    int refused = 0;
    for (int i = 0; i < 6; ++i)
        refused += school
                       .send("POST", "/auth/login", headset.credential.token,
                             R"({"email":"nobody)" + std::to_string(i) +
                                 R"(@school.example","password":"wrong horse"})")
                       .status == 429;
    CHECK(refused == 1);
}
