// The trainer dialect: scenarios, sessions, and their results.
#include "support/live_headset.h"
#include "support/trainer_school.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::Matches;
using namespace support::trainer;

TEST_CASE("trainer: a scenario has all its fields, and the caller's progress", "[dialects]") {
    const School school;
    const std::string token = school.log_in("ana");
    const auto all = school.good(200, "GET", "/scenarios", token);
    CHECK(all["meta"] == json{{"total", 2}, {"difficulty", "all"}});
    const auto one = school.good(200, "GET", "/scenarios/" + school.first, token)["data"];
    CHECK_THAT(one["id"].get<std::string>(), Matches(a_uuid));
    CHECK(one["title"] == "Fire in the kitchen");
    CHECK(one["description"] == "A pan burns.");
    CHECK(one["difficulty"] == "starter");
    CHECK(one["estimatedTime"] == 15);
    CHECK(one["xpReward"] == 80);
    CHECK(one["ticketTemplate"] ==
          json::parse(R"({"priority":"high","category":"fire","description":"My kitchen burns!",
                          "customerInfo":{"floor":2},"technicalContext":{"stove":"gas"}})"));
    CHECK(one["customerPersona"] ==
          json::parse(R"({"name":"Mr Berg","personality":"calm","technicalLevel":"intermediate",
                          "communicationStyle":"plain"})"));
    CHECK(one["knowledgeBaseEntries"][0]["title"] == "Oil fires");
    CHECK(one["isActive"] == true);
    CHECK(one["prerequisites"] == json::array());
    CHECK(one["progress"]["status"] == "not_started");
    CHECK(one["progress"]["attempts"] == 0);
    // The criteria are public; the right words are secret.
    CHECK_THAT(one["assessmentCriteria"].dump(), ContainsSubstring("Names the lid"));
    CHECK_THAT(one["assessmentCriteria"].dump(), !ContainsSubstring("cover"));
    CHECK(school.good(200, "GET", "/scenarios/" + school.second, token)["data"]["prerequisites"] ==
          json::array({school.first}));
}

TEST_CASE("trainer: scenarios are listed by difficulty and by what is completed", "[dialects]") {
    const School school;
    const std::string token = school.log_in("ana");
    const auto titles = [&](const std::string& query) {
        const auto said = school.good(200, "GET", "/scenarios" + query, token);
        std::string text = said["meta"]["difficulty"].get<std::string>() + ":";
        for (const auto& scenario : said["data"])
            text += " " + scenario["title"].get<std::string>();
        return text;
    };
    CHECK(titles("?difficulty=starter") == "starter: Fire in the kitchen");
    CHECK(titles("?difficulty=advanced") == "advanced: Fire in the cellar");
    CHECK(titles("?difficulty=intermediate") == "intermediate:");
    CHECK(titles("?completed=true") == "all:");
    const std::string session = school.start(token, school.first);
    CHECK(school.good(200, "GET", "/scenarios/" + school.first, token)["data"]["progress"]["status"] ==
          "in_progress");
    school.good(200, "POST", "/sessions/" + session + "/resolve", token, good_resolution);
    CHECK(titles("?completed=true") == "all: Fire in the kitchen");
    CHECK(titles("?completed=false") == "all: Fire in the cellar");
    const auto progress = school.good(200, "GET", "/scenarios/progress/me", token);
    CHECK(progress["data"]["completedScenarios"] == 1);
    CHECK(progress["data"]["totalScenarios"] == 2);
    CHECK(progress["data"]["completionRate"] == 50);
    REQUIRE(progress["data"]["recentCompletions"].size() == 1);
    CHECK(progress["data"]["recentCompletions"][0]["id"] == session);

    for (const char* query : {"?difficulty=hard", "?completed=maybe"}) {
        const auto faulty = school.send("GET", std::string("/scenarios") + query, token);
        CHECK(faulty.status == 400);
        CHECK(json::parse(faulty.body)["error"] == "Validation failed");
    }
    for (const char* other : {"00000000-0000-4000-8000-000000000000", "nonsense", "1"}) {
        CHECK(error_in(school.send("GET", std::string("/scenarios/") + other, token)) ==
              "Scenario not found");
        CHECK(school.send("POST", std::string("/scenarios/") + other + "/start", token).status == 404);
    }
}

TEST_CASE("trainer: a scenario waits for its prerequisites", "[dialects]") {
    const School school;
    const std::string token = school.log_in("ana");
    const auto refused = school.send("POST", "/scenarios/" + school.second + "/start", token);
    CHECK(refused.status == 409);
    CHECK_THAT(json::parse(refused.body)["error"].get<std::string>(),
               ContainsSubstring("Fire in the kitchen"));
    const std::string session = school.start(token, school.first);
    CHECK(school.send("POST", "/scenarios/" + school.second + "/start", token).status ==
          409); // it has begun, but is not done
    school.good(200, "POST", "/sessions/" + session + "/resolve", token,
                R"({"resolution":"I ran away from it, and did nothing."})");
    CHECK(school.send("POST", "/scenarios/" + school.second + "/start", token).status ==
          409); // a failed one is not done either
    school.good(200, "POST", "/sessions/" + school.start(token, school.first) + "/resolve", token,
                good_resolution);
    school.start(token, school.second);
}

TEST_CASE("trainer: a session is started and talked in", "[dialects]") {
    const School school;
    const std::string token = school.log_in("ana");
    CHECK(school.good(200, "GET", "/sessions/active/me", token)["data"] == json::array());
    const auto started = school.good(201, "POST", "/scenarios/" + school.first + "/start", token)["data"];
    const std::string id = started["id"];
    CHECK_THAT(id, Matches(a_uuid));
    CHECK(started["scenarioId"] == school.first);
    CHECK(started["status"] == "active");
    CHECK_THAT(started["startedAt"].get<std::string>(), Matches(a_time));
    CHECK(started["completedAt"].is_null());
    CHECK(started["performanceData"]["score"].is_null());
    CHECK(started["resolutionData"].is_null());
    CHECK(school.start(token, school.first) == id); // sent again
    CHECK(school.good(200, "GET", "/sessions/active/me", token)["data"][0]["id"] == id);
    CHECK(school.good(200, "GET", "/sessions/" + id, token)["data"]["status"] == "active");

    const auto said = school.good(201, "POST", "/sessions/" + id + "/messages", token,
                                  R"({"message":"What about the burning pan?","type":"question"})")["data"];
    CHECK(said["message"]["content"] == "What about the burning pan?");
    CHECK(said["message"]["senderType"] == "user");
    CHECK(said["message"]["type"] == "question");
    CHECK(said["reply"]["senderType"] == "customer");
    CHECK_THAT(said["reply"]["content"].get<std::string>(),
               ContainsSubstring("Never pour water on burning oil."));
    const auto messages = school.good(200, "GET", "/sessions/" + id + "/messages", token);
    CHECK(messages["meta"]["total"] == 2);
    CHECK(messages["data"][0] == said["message"]);
    CHECK(messages["data"][1] == said["reply"]);
    CHECK(school.good(200, "GET", "/sessions/" + id, token)["data"]["chatHistory"] == messages["data"]);
    CHECK_THAT(messages["data"][1]["id"].get<std::string>(), Matches(a_uuid));
    for (const std::string& body :
         {std::string("{}"), std::string(R"({"message":""})"), std::string(R"({"message":7})"),
          R"({"message":")" + std::string(1001, 'x') + "\"}"}) {
        const auto faulty = school.send("POST", "/sessions/" + id + "/messages", token, body);
        CHECK(faulty.status == 400);
        CHECK(json::parse(faulty.body)["details"][0]["field"] == "message");
    }
    school.good(201, "POST", "/sessions/" + id + "/messages", token,
                R"({"message":")" + std::string(1000, 'x') + "\"}");
}

TEST_CASE("trainer: a session is resolved, scored and rewarded once", "[dialects]") {
    const School school;
    const std::string token = school.log_in("ana"), other = school.log_in("bo");
    const std::string id = school.start(token, school.first);
    // Nobody else may use it.
    for (const auto& [method, path] :
         {std::pair{"GET", ""}, {"GET", "/messages"}, {"POST", "/messages"}, {"POST", "/resolve"}}) {
        const auto refused = school.send(method, "/sessions/" + id + path, other,
                                         R"({"message":"hi","resolution":"somebody else's words"})");
        CHECK(refused.status == 403);
        CHECK(error_in(refused) == "Access denied to this session");
    }

    for (const std::string& body : {std::string("{}"), std::string(R"({"resolution":"too short"})"),
                                    R"({"resolution":")" + std::string(501, 'x') + "\"}"})
        CHECK(school.send("POST", "/sessions/" + id + "/resolve", token, body).status == 400);
    const auto resolved = school.good(200, "POST", "/sessions/" + id + "/resolve", token,
                                      R"({"resolution":"Put a lid on the pan.","escalated":true})")["data"];
    CHECK(resolved["status"] == "abandoned"); // an escalated one
    CHECK(resolved["verificationStatus"] == "verified");
    CHECK(resolved["resolutionData"] == json{{"resolution", "Put a lid on the pan."}, {"escalated", true}});
    CHECK(resolved["performanceData"]["score"] == 100);
    CHECK(resolved["xpEarned"] == 80);
    CHECK(resolved["level"] == 1);
    CHECK_THAT(resolved["completedAt"].get<std::string>(), Matches(a_time));
    std::string reached;
    for (const auto& achievement : resolved["achievements"])
        reached += achievement["id"].get<std::string>() + " ";
    CHECK(reached == "first_pass first_run no_fault ");
    // Sent again, even in other words: it gets the same answer, and nothing is given twice.
    CHECK(school.good(200, "POST", "/sessions/" + id + "/resolve", token,
                      R"({"resolution":"Put a lid on the other pan."})")["data"] == resolved);
    CHECK(school.good(200, "GET", "/users/me", token)["data"]["xp"] == 80);
    CHECK(school.send("POST", "/sessions/" + id + "/messages", token, R"({"message":"hello?"})").status ==
          400);
    CHECK(school.good(200, "GET", "/sessions/active/me", token)["data"] == json::array());
    const auto completed = school.good(200, "GET", "/sessions/completed/me", token);
    CHECK(completed["meta"]["total"] == 1);
    CHECK(completed["data"][0]["id"] == id);
    CHECK(completed["data"][0]["performanceData"]["xpEarned"] == 80);
}

TEST_CASE("trainer: the reply also arrives on the live socket", "[dialects]") {
    School school;
    const std::string token = school.log_in("ana"), id = school.start(token, school.first);
    support::LiveClient socket(school.appliance, {token, {}});
    school.good(201, "POST", "/sessions/" + id + "/messages", token, R"({"message":"What about the pan?"})");
    const auto mine = socket.wait_for("chat.message"), reply = socket.wait_for("chat.message");
    CHECK(mine["role"] == "student");
    CHECK(reply["role"] == "persona");
    CHECK_THAT(reply["text"].get<std::string>(), ContainsSubstring("lid"));
}

TEST_CASE("trainer: levels, performance, progress and the leaderboard", "[dialects]") {
    School school;
    const std::string ana = school.log_in("ana"), bo = school.log_in("bo");
    for (int i = 0; i < 2; ++i)
        school.good(200, "POST", "/sessions/" + school.start(ana, school.first) + "/resolve", ana,
                    good_resolution);
    school.good(200, "POST", "/sessions/" + school.start(bo, school.first) + "/resolve", bo, good_resolution);

    const auto me = school.good(200, "GET", "/users/me", ana)["data"];
    CHECK(me["xp"] == 160);
    CHECK(me["level"] == 2);
    CHECK_THAT(me["updatedAt"].get<std::string>(), Matches(a_time));
    const auto performance = school.good(200, "GET", "/users/me/performance", ana)["data"];
    REQUIRE(performance.size() == 2);
    CHECK(performance[0]["overallScore"] == 100);
    CHECK(performance[0]["documentationScore"] == 100);
    CHECK(performance[0]["xpEarned"] == 80);
    CHECK(performance[0]["scenarioId"] == school.first);
    const auto progress = school.good(200, "GET", "/users/me/progress", ana)["data"];
    CHECK(progress["userId"] == me["id"]);
    CHECK(progress["level"] == 2);
    CHECK(progress["xp"] == 160);
    CHECK(progress["completedScenarios"] == 1);
    CHECK(progress["activeScenarios"] == 0);
    CHECK(progress["streakDays"] == 1);
    CHECK_THAT(progress["lastActivity"].get<std::string>(), Matches(a_time));
    const auto analytics = school.good(200, "GET", "/users/me/analytics", ana)["data"];
    CHECK(analytics["completedSessions"] == 2);
    CHECK(analytics["successRate"] == 100);
    CHECK(analytics["levelProgression"]["xpToNextLevel"] == 40);
    const auto achievements = school.good(200, "GET", "/users/me/achievements", ana)["data"];
    REQUIRE(achievements.size() == 3);
    CHECK_THAT(achievements[0]["earnedAt"].get<std::string>(), Matches(a_time));

    school.show_leaderboard("names");
    const auto named = school.good(200, "GET", "/users/leaderboard?limit=10", bo);
    REQUIRE(named["data"].size() == 2);
    CHECK(named["data"][0]["firstName"] == "Ana");
    CHECK(named["data"][0]["xp"] == 160);
    CHECK(named["data"][0]["level"] == 2);
    CHECK(named["data"][0]["rank"] == 1);
    CHECK(named["data"][1]["isMe"] == true);
    CHECK(school.good(200, "GET", "/users/leaderboard?limit=1", bo)["data"].size() == 1);
    school.show_leaderboard("anonymous");
    const auto anonymous = school.good(200, "GET", "/users/leaderboard", bo);
    CHECK_THAT(anonymous.dump(), !ContainsSubstring("Ana"));
    CHECK(anonymous["data"][0]["id"].is_null());
    CHECK(anonymous["data"][1]["firstName"] == "Bo");
    school.show_leaderboard("off");
    CHECK(school.good(200, "GET", "/users/leaderboard", bo)["data"].empty());
    for (const char* limit : {"0", "1000", "ten"})
        CHECK(school.send("GET", std::string("/users/leaderboard?limit=") + limit, bo).status == 400);
}
