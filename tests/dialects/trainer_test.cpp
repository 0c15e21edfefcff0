// The trainer dialect: signing in, and the caller's own data.
#include "support/trainer_school.h"

using Catch::Matchers::Matches;
using namespace support::trainer;

TEST_CASE("trainer: calls without a login, with a bad one or with a faulty body are refused", "[dialects]") {
    const School school;
    const std::string id = school.first;
    const std::pair<const char*, std::string> calls[] = {
        {"GET", "/auth/me"},
        {"GET", "/auth/profile"},
        {"PUT", "/auth/profile"},
        {"POST", "/auth/logout"},
        {"POST", "/auth/refresh"},
        {"GET", "/scenarios"},
        {"GET", "/scenarios/" + id},
        {"POST", "/scenarios/" + id + "/start"},
        {"GET", "/scenarios/progress/me"},
        {"GET", "/sessions/" + id},
        {"GET", "/sessions/" + id + "/messages"},
        {"POST", "/sessions/" + id + "/messages"},
        {"GET", "/sessions/active/me"},
        {"GET", "/sessions/completed/me"},
        {"POST", "/sessions/" + id + "/resolve"},
        {"GET", "/users/me"},
        {"PUT", "/users/me/profile"},
        {"GET", "/users/me/performance"},
        {"GET", "/users/me/progress"},
        {"GET", "/users/leaderboard"},
    };
    for (const auto& [method, path] : calls) {
        INFO(method << " " << path);
        for (const char* token : {"", "no-such-token"}) {
            const auto answer = school.send(method, path, token, method == std::string("GET") ? "" : "{}");
            CHECK(answer.status == 401);
            CHECK(error_in(answer) == "Authentication required");
        }
    }
    const auto nonsense = school.send("POST", "/auth/login", "", "{nonsense");
    CHECK(nonsense.status == 400);
    CHECK(json::parse(nonsense.body)["error"] == "Validation failed");
}

TEST_CASE("trainer: signing in and out", "[dialects]") {
    const School school;
    const auto answer = school.good(200, "POST", "/auth/login", "",
                                    R"({"email":"Ana@School.example","password":"correct horse"})");
    const json& user = answer["data"]["user"];
    CHECK_THAT(user["id"].get<std::string>(), Matches(a_uuid));
    CHECK(user["email"] == "ana@school.example");
    CHECK(user["firstName"] == "Ana");
    CHECK(user["lastName"] == "Ruiz");
    CHECK(user["level"] == 1);
    CHECK(user["xp"] == 0);
    CHECK(user["timezone"] == "UTC");
    CHECK(user["preferences"] == json::object());
    CHECK_THAT(user["lastLoginAt"].get<std::string>(), Matches(a_time));
    const std::string token = answer["data"]["token"];
    CHECK(school.good(200, "GET", "/auth/me", token)["data"] == user);

    const auto renewed = school.good(200, "POST", "/auth/refresh", token);
    const std::string fresh = renewed["data"]["token"];
    CHECK(fresh != token);
    CHECK(school.send("GET", "/auth/me", token).status == 401);
    CHECK(school.good(200, "GET", "/auth/me", fresh)["data"]["email"] == "ana@school.example");
    const std::string by_body = school.good(200, "POST", "/auth/refresh", "",
                                            R"({"refreshToken":")" + fresh + "\"}")["data"]["token"];
    school.good(200, "POST", "/auth/logout", by_body);
    CHECK(school.send("GET", "/auth/me", by_body).status == 401);
}

TEST_CASE("trainer: a wrong login gets the same answer whatever is wrong, five times a minute",
          "[dialects]") {
    School school;
    for (const char* email : {"ana@school.example", "nobody@school.example"}) {
        const std::string body = R"({"email":")" + std::string(email) + R"(","password":"wrong horse"})";
        for (int i = 0; i < 5; ++i) {
            const auto wrong = school.send("POST", "/auth/login", "", body);
            CHECK(wrong.status == 401);
            CHECK(error_in(wrong) == "Invalid email or password");
        }
        const auto limited = school.send("POST", "/auth/login", "", body);
        CHECK(limited.status == 429);
        CHECK(error_in(limited) == "Too many requests");
        CHECK(limited.headers.contains("retry-after"));
    }
    // Nobody else in the class is locked out.
    school.log_in("bo");
    school.appliance.clock.advance(std::chrono::minutes(12));
    school.log_in("ana");
    const auto faulty = school.send("POST", "/auth/login", "", R"({"email":"ana"})");
    CHECK(faulty.status == 400);
    CHECK(error_in(faulty) == "Validation failed");
    CHECK(json::parse(faulty.body)["details"].dump() ==
          R"([{"field":"email","message":"must be an e-mail address","msg":"must be an e-mail address",)"
          R"("path":"email","value":"ana"},{"field":"password","message":"is required","msg":"is required",)"
          R"("path":"password","value":null}])");
}

TEST_CASE("trainer: one account may make a hundred calls a minute", "[dialects]") {
    const School school;
    const std::string ana = school.log_in("ana"), bo = school.log_in("bo");
    int good = 0;
    for (int i = 0; i < 110; ++i)
        good += school.send("GET", "/auth/me", ana).status == 200;
    CHECK(good == 100);
    const auto limited = school.send("GET", "/scenarios", ana);
    CHECK(limited.status == 429);
    CHECK(error_in(limited) == "Too many requests");
    CHECK(school.send("GET", "/auth/me", bo).status == 200);
}

TEST_CASE("trainer: people register by invitation only", "[dialects]") {
    School school;
    const auto body = [](const std::string& email, const std::string& more) {
        return R"({"email":")" + email +
               R"(","password":"battery staple","firstName":"Cy","lastName":"Orr")" + more + "}";
    };
    const auto without = school.send("POST", "/auth/register", "", body("cy@school.example", ""));
    CHECK(without.status == 400);
    CHECK(json::parse(without.body)["details"][0]["field"] == "invitation");
    const auto wrong = school.send("POST", "/auth/register", "",
                                   body("cy@school.example", R"(,"invitation":"AAAA-BBBB-CCCC")"));
    CHECK(wrong.status == 403);
    CHECK(error_in(wrong) == "A valid invitation is required");
    const std::string code = school.invite("cy@school.example");
    CHECK(school
              .send("POST", "/auth/register", "",
                    body("mallory@school.example", R"(,"invitation":")" + code + "\""))
              .status == 403);
    const auto made = school.good(201, "POST", "/auth/register", "",
                                  body("cy@school.example", R"(,"invitation":")" + code + "\""));
    CHECK(made["data"]["user"]["email"] == "cy@school.example");
    CHECK(made["data"]["user"]["firstName"] == "Cy");
    CHECK(made["data"]["email"] == "cy@school.example"); // it is the profile itself
    school.good(200, "GET", "/auth/me", made["data"]["token"]);
    school.good(200, "POST", "/auth/login", "",
                R"({"email":"cy@school.example","password":"battery staple"})");
    // An invitation works once.
    CHECK(
        school
            .send("POST", "/auth/register", "", body("cy@school.example", R"(,"invitation":")" + code + "\""))
            .status == 403);
    // A client without the code field writes the code into the address.
    const std::string other = school.invite("di@school.example");
    CHECK(school.good(201, "POST", "/auth/register", "",
                      body("di+" + other + "@school.example", ""))["data"]["user"]["email"] ==
          "di@school.example");
    // The nickname is made of the address, and no longer than anybody's.
    const std::string a_name(40, 'n');
    for (const char* end : {"-one", "-two"}) {
        const std::string long_address = a_name + end + "@school.example";
        const std::string invitation = school.invite(long_address);
        school.good(201, "POST", "/auth/register", "",
                    body(long_address, R"(,"invitation":")" + invitation + "\""));
    }
    school.appliance.services().store.read([&](store::Read& read) {
        CHECK(school.appliance.services().people.by_nickname(read, OrganisationId(1), a_name));
        CHECK(school.appliance.services().people.by_nickname(read, OrganisationId(1),
                                                             a_name.substr(0, 39) + "2"));
    });
    const auto faulty = school.send("POST", "/auth/register", "", R"({"email":"x","password":"short"})");
    CHECK(faulty.status == 400);
    std::string fields;
    const json said = json::parse(faulty.body);
    for (const auto& detail : said["details"])
        fields += detail["field"].get<std::string>() + " ";
    CHECK(fields == "email password firstName lastName invitation ");
}

TEST_CASE("trainer: an administrator hears of a forgotten password", "[dialects]") {
    School school;
    const auto known =
        school.good(200, "POST", "/auth/forgot-password", "", R"({"email":"ana@school.example"})");
    const auto unknown =
        school.good(200, "POST", "/auth/forgot-password", "", R"({"email":"no@school.example"})");
    CHECK(known["message"] == unknown["message"]);
    CHECK(known["data"] == unknown["data"]);
    const auto requests =
        school.appliance.expect(200, "GET", "/v1/password-requests", nullptr, school.head())["items"];
    REQUIRE(requests.size() == 1);
    CHECK(requests[0]["person"]["nickname"] == "ana");
    school.appliance.call("DELETE", "/v1/people/" + requests[0]["person"]["id"].dump() + "/password-request",
                          nullptr, school.head());
    CHECK(school.appliance.expect(200, "GET", "/v1/password-requests", nullptr, school.head())["items"]
              .empty());
    CHECK(school.send("POST", "/auth/forgot-password", "", "{}").status == 400);
}

TEST_CASE("trainer: the profile", "[dialects]") {
    const School school;
    const std::string token = school.log_in("ana");
    for (const char* path : {"/auth/profile", "/users/me/profile"}) {
        const auto changed = school.good(
            200, "PUT", path, token,
            R"({"firstName":"Anna","timezone":"Europe/Rome","preferences":{"theme":"dark"}})")["data"];
        CHECK(changed["firstName"] == "Anna");
        CHECK(changed["lastName"] == "Ruiz");
        CHECK(changed["timezone"] == "Europe/Rome");
        CHECK(changed["preferences"] == json{{"theme", "dark"}});
    }
    CHECK(school.good(200, "GET", "/auth/profile", token)["data"]["preferences"]["theme"] == "dark");
    const auto faulty = school.send("PUT", "/auth/profile", token, R"({"firstName":"","preferences":7})");
    CHECK(faulty.status == 400);
    CHECK(json::parse(faulty.body)["details"].size() == 2);
}
