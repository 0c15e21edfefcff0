// The trainer dialect, the less usual lines of its section: filters left empty, scenarios that are not
// offered, limits that never count by address, performance of a session, the leaderboard's length.
#include "support/trainer_school.h"
#include "support/wire_lines.h"

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
    const auto metrics = school.good(200, "GET", "/sessions/" + session, token)["data"]["performanceData"];
    CHECK(metrics["score"] == 100);
    CHECK(metrics["passed"] == true);
    CHECK(metrics["durationSeconds"] == 90);
    CHECK(metrics["messageCount"] == 2);
    CHECK(metrics["escalated"] == true);
    CHECK(metrics["lines"][0]["title"] == "Names the lid");
    CHECK_THAT(metrics["lines"].dump(),
               !ContainsSubstring("cover")); // nor does the explanation give the words away
    const auto performance = school.good(200, "GET", "/users/me/analytics", token)["data"]["performance"];
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
    const auto forget = [&](const std::string& base, const std::string& body) {
        return one
            .ask("POST " + base + "/api/v1/auth/forgot-password HTTP/1.1\r\nHost: box\r\n" +
                 "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                 "\r\n\r\n" + body)
            .status;
    };
    for (int i = 0; i < 110; ++i) {
        const std::string body = R"({"email":"student)" + std::to_string(i) + R"(@school.example"})";
        for (const std::string& base : {std::string(), "/k/" + key})
            CHECK(forget(base, body) == 200);
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

// ---- the lines of docs/dialects/trainer.md, one row each: literal bytes both ways ----

namespace {

support::WireLines lines_of(const School& school) {
    return support::WireLines(
        [&school](const std::string& method, const std::string& path, const std::string& body,
                  const std::string& token) { return school.send(method, path, token, body); });
}

std::string good(const std::string& data, const std::string& more = "") {
    return R"({"data":)" + data + more + R"(,"success":true,"timestamp":"2026-09-01T08:00:00.000Z"})";
}

std::string bad(const std::string& code, const std::string& text, const std::string& details = "") {
    return R"({"code":")" + code + "\"" + details + R"(,"error":")" + text + R"(","message":")" + text +
           R"(","success":false,"timestamp":"<time>"})";
}

const std::string scenario_part =
    R"("scenario":{"customerPersona":{"communicationStyle":"plain","name":"Mr Berg","personality":"calm",)"
    R"("technicalLevel":"intermediate"},"difficulty":"starter","id":"$first","ticketTemplate":{)"
    R"("category":"fire","customerInfo":{"floor":2},"description":"My kitchen burns!","priority":"high",)"
    R"("technicalContext":{"stove":"gas"}},"title":"Fire in the kitchen"},"scenarioId":"$first",)";

const std::string at = R"("2026-09-01T08:00:00.000Z")";

const std::string running =
    R"({"chatHistory":[],"completedAt":null,"createdAt":)" + at +
    R"(,"id":"<session:uuid>","performanceData":{"durationSeconds":null,"escalated":false,"lines":[],)"
    R"("messageCount":0,"passed":false,"score":null,"xpEarned":null},"resolutionData":null,)" +
    scenario_part + R"("startedAt":)" + at + R"(,"status":"active","updatedAt":)" + at +
    R"(,"userId":"$ana","verificationStatus":"pending"})";

} // namespace

TEST_CASE("trainer, line by line: signing in and errors", "[dialects]") {
    const School school;
    auto lines = lines_of(school);
    const std::string profile =
        R"({"createdAt":)" + at +
        R"(,"email":"ana@school.example","firstName":"Ana","id":"<uuid>","isVerified":true,"lastLoginAt":)" +
        at +
        R"(,"lastName":"Ruiz","level":1,"nickname":"ana","preferences":{},"role":"student",)"
        R"("timezone":"UTC","xp":0})";
    lines.check({
        {"POST /auth/login: {user: profile, token, expiresAt}", "POST /auth/login",
         R"({"email":"ana@school.example","password":"correct horse"})", 200,
         good(R"({"expiresAt":"<time>","refreshToken":"<token>","token":"<token:token>","user":)" + profile +
                  "}",
              R"(,"message":"Login successful")")},
        {"GET /auth/profile: the profile", "GET /auth/profile", "", 200, good(profile), "$token"},
        {"401 \"Authentication required\"", "GET /users/me", "", 401,
         bad("AUTHENTICATION_ERROR", "Authentication required")},
        {"401 INVALID_CREDENTIALS", "POST /auth/login", R"({"email":"bo@school.example","password":"wrong"})",
         401, bad("INVALID_CREDENTIALS", "Invalid email or password")},
        {"400 VALIDATION_ERROR + details [{field, message, value, path, msg}]", "POST /auth/login",
         R"({"email":"ana","password":"x"})", 400,
         bad("VALIDATION_ERROR", "Validation failed",
             R"(,"details":[{"field":"email","message":"must be an e-mail address",)"
             R"("msg":"must be an e-mail address","path":"email","value":"ana"}])")},
        {"404 NOT_FOUND \"Scenario not found\"", "GET /scenarios/none", "", 404,
         bad("NOT_FOUND", "Scenario not found"), "$token"},
        {"unserved groups: 404 NOT_FOUND in this dialect's error shape", "POST /ai/generate-response", "{}",
         404, bad("NOT_FOUND", "Route /api/v1/ai/generate-response not found")},
        {"the same of a path that nobody knows", "GET /nothing/here", "", 404,
         bad("NOT_FOUND", "Route /api/v1/nothing/here not found")},
    });
    // Beside it the unreal dialect keeps its own words.
    lines.check(
        {{"unreal: other errors {detail}", "GET /unreal/nothing", "", 404, R"({"detail":"Not Found"})"}});
    for (int i = 0; i < 4; ++i)
        school.send("POST", "/auth/login", "", R"({"email":"bo@school.example","password":"wrong"})");
    lines.check({{"429 {error, code:\"AUTH_RATE_LIMIT_EXCEEDED\", retryAfter}", "POST /auth/login",
                  R"({"email":"bo@school.example","password":"wrong"})", 429,
                  R"({"code":"AUTH_RATE_LIMIT_EXCEEDED","error":"Too many requests",)"
                  R"("message":"Too many requests","retryAfter":<integer>,"success":false,)"
                  R"("timestamp":"<time>"})"}});
}

TEST_CASE("trainer, line by line: sessions", "[dialects]") {
    const School school;
    auto lines = lines_of(school);
    lines.keep("first", school.first);
    lines.keep("token", school.log_in("ana"));
    lines.keep("other", school.log_in("bo"));
    const json me = school.good(200, "GET", "/users/me", lines.kept("token"))["data"];
    lines.keep("ana", me["id"]);
    const std::string said = R"({"content":"And the pan?","id":"<uuid>","metadata":{},"senderType":"user",)"
                             R"("sessionId":"$session","timestamp":)" +
                             at + R"(,"type":"user"})";
    const std::string reply = R"({"content":"<text>","id":"<uuid>","metadata":{},"senderType":"customer",)"
                              R"("sessionId":"$session","timestamp":)" +
                              at + R"(,"type":"customer"})";
    lines.check({
        {"GET /sessions/active/me: [session]", "GET /sessions/active/me", "", 200,
         good("[]", R"(,"meta":{"total":0})"), "$token"},
        {"POST /scenarios/ID/start: the session", "POST /scenarios/$first/start", "", 201,
         good(running, R"(,"message":"Session started")"), "$token"},
        {"GET /sessions/active/me: the one that runs", "GET /sessions/active/me", "", 200,
         good("[" + running + "]", R"(,"meta":{"total":1})"), "$token"},
        {"GET /sessions/ID", "GET /sessions/$session", "", 200, good(running), "$token"},
        {"403 AUTHORIZATION_ERROR (another's session)", "GET /sessions/$session", "", 403,
         bad("AUTHORIZATION_ERROR", "Access denied to this session"), "$other"},
        {"POST /sessions/ID/messages: {success:true} + message, reply", "POST /sessions/$session/messages",
         R"({"message":"And the pan?"})", 201,
         good(R"({"message":)" + said + R"(,"reply":)" + reply + R"(,"success":true})",
              R"(,"message":"Message sent successfully")"),
         "$token"},
        {"GET /sessions/ID/messages, oldest first", "GET /sessions/$session/messages", "", 200,
         good("[" + said + "," + reply + "]", R"(,"meta":{"total":2})"), "$token"},
        {"GET /users/me/progress", "GET /users/me/progress", "", 200,
         good(R"({"activeScenarios":1,"completedScenarios":0,"lastActivity":)" + at +
              R"(,"level":1,"streakDays":0,"userId":"$ana","xp":0})"),
         "$token"},
    });
    school.good(200, "POST", "/sessions/" + lines.kept("session") + "/resolve", lines.kept("token"),
                good_resolution);
    lines.check({
        {"a session that is not active: 400", "POST /sessions/$session/messages", R"({"message":"hello?"})",
         400,
         bad("VALIDATION_ERROR", "Validation failed",
             R"(,"details":[{"field":"session","message":"Session is not active",)"
             R"("msg":"Session is not active","path":"session","value":null}])"),
         "$token"},
        {"GET /users/me/performance: [metric]", "GET /users/me/performance", "", 200,
         good(R"([{"communicationScore":100.0,"completionTime":0,"createdAt":)" + at +
              R"(,"documentationScore":100.0,"id":"<uuid>","overallScore":100.0,"responseTimeScore":100.0,)"
              R"("scenarioId":"$first","sessionId":"$session","technicalScore":100.0,"userId":"$ana",)"
              R"("verificationScore":100.0,"xpEarned":80}])"),
         "$token"},
    });
}

TEST_CASE("trainer, line by line: scenarios of a level", "[dialects]") {
    const School school;
    auto lines = lines_of(school);
    lines.keep("token", school.log_in("ana"));
    lines.check({
        {"GET /scenarios/difficulty/LEVEL, BEGINNER meaning starter",
         "GET /scenarios/difficulty/Intermediate", "", 200,
         good("[]", R"(,"meta":{"difficulty":"Intermediate","total":0})"), "$token"},
        {"another word: 400", "GET /scenarios/difficulty/hard", "", 400,
         bad("VALIDATION_ERROR", "Validation failed",
             R"(,"details":[{"field":"difficulty","message":"must be starter, intermediate, advanced or all",)"
             R"("msg":"must be starter, intermediate, advanced or all","path":"difficulty","value":null}])"),
         "$token"},
    });
    CHECK(school.good(200, "GET", "/scenarios/difficulty/BEGINNER", lines.kept("token"))["meta"]["total"] ==
          1);
}
