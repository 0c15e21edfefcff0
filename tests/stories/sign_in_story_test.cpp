// How people sign in: the first setup, signing in and out, and what each role may do to the others.
#include <catch2/catch_test_macros.hpp>

#include "support/test_appliance.h"

using support::Credential;
using support::Json;
using support::TestAppliance;
using namespace std::chrono_literals;

namespace {

std::string path_of(const char* list, const Json& item) {
    return std::string(list) + "/" + std::to_string(item.at("id").get<std::int64_t>());
}

Credential cookie_of(const support::Reply& reply) {
    for (const auto& [name, value] : reply.headers)
        if (name == "set-cookie" && value.starts_with("lectern="))
            return {"", value.substr(0, value.find(';'))};
    return {};
}

} // namespace

TEST_CASE("an empty box is set up once, with the code from its journal", "[stories][people]") {
    TestAppliance box;
    CHECK(box.expect(200, "GET", "/v1/setup").at("needed") == true);
    Json setup = {{"code", "AAAA-AAAA"},
                  {"organisation", {{"name", "Riverside"}}},
                  {"administrator", {{"username", "head"}, {"password", "correct horse"}}}};
    box.expect(401, "POST", "/v1/setup", setup);
    setup["code"] = box.appliance().setup_code().value();
    setup["administrator"]["password"] = "short";
    CHECK(box.expect(422, "POST", "/v1/setup", setup).at("errors").at(0).at("field") ==
          "administrator.password");
    setup["administrator"]["password"] = "Password2026!"; // long enough, and everybody's first guess
    CHECK(box.expect(422, "POST", "/v1/setup", setup).at("errors").at(0).at("field") ==
          "administrator.password");
    setup["administrator"]["password"] = "correct horse";

    auto reply = box.call("POST", "/v1/setup", setup);
    REQUIRE(reply.status == 201);
    CHECK(reply.json().at("person").at("role") == "administrator");
    const std::string cookie = reply.header("set-cookie");
    CHECK(cookie.starts_with("lectern="));
    CHECK(cookie.find("HttpOnly") != std::string::npos);
    CHECK(cookie.find("SameSite=Strict") != std::string::npos);

    Json me = box.expect(200, "GET", "/v1/logins/current", nullptr, cookie_of(reply));
    CHECK(me.at("organisation").at("licence").at("seats") == 40);
    CHECK(me.at("may") == Json({"view", "teach", "administer", "administer_box"}));
    CHECK(box.expect(200, "GET", "/v1/setup").at("needed") == false);
    box.expect(409, "POST", "/v1/setup", setup);
}

TEST_CASE("another site's page signs nobody in here", "[stories][people]") {
    TestAppliance box;
    auto head = box.set_up();
    box.add_person(head, "student", "Ada", "4711");
    const Json ada = {{"nickname", "Ada"}, {"pin", "4711"}, {"cookie", true}};
    for (const auto& [name, value] : std::initializer_list<std::pair<std::string, std::string>>{
             {"Origin", "http://evil.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}}) {
        INFO(name << ": " << value);
        const auto reply = box.call_raw("POST", "/v1/logins", ada.dump(),
                                        {{"Content-Type", "application/json"}, {name, value}});
        CHECK(reply.status == 403);
        CHECK(reply.header("set-cookie").empty());
    }
    const auto own = box.call_raw("POST", "/v1/logins", ada.dump(),
                                  {{"Content-Type", "application/json"}, {"Sec-Fetch-Site", "same-origin"}});
    CHECK(own.status == 201);
}

TEST_CASE("signing in, being locked out, and signing out", "[stories][people]") {
    TestAppliance box;
    auto head = box.set_up();
    Json ada = box.add_person(head, "student", "Ada", "4711");
    auto try_pin = [&](const char* pin) {
        return box.call("POST", "/v1/logins", {{"nickname", "Ada"}, {"pin", pin}});
    };

    for (int i = 0; i < 5; ++i)
        CHECK(try_pin("0000").status == 401);
    auto locked = try_pin("4711");
    CHECK(locked.status == 429);
    CHECK(locked.header("retry-after") == "720");
    box.clock.advance(12min);
    auto good = try_pin("4711");
    REQUIRE(good.status == 201);
    Credential by_token{good.json().at("token"), ""};
    CHECK(box.expect(200, "GET", "/v1/logins/current", nullptr, by_token).at("person").at("id") ==
          ada.at("id"));
    CHECK(box.expect(200, "GET", "/v1/logins", nullptr, by_token).at("items").size() == 1);
    box.expect(403, "GET", "/v1/people", nullptr, by_token);

    box.expect(204, "DELETE", "/v1/logins/current", nullptr, by_token);
    box.expect(401, "GET", "/v1/logins/current", nullptr, by_token);
    box.expect(422, "POST", "/v1/logins", {{"nickname", "Ada"}, {"password", "4711"}});
}

TEST_CASE("a page that signs in again replaces its login", "[stories][people]") {
    TestAppliance box;
    box.set_up();
    const Json secret = {{"username", "head"}, {"password", "correct horse"}, {"cookie", true}};
    auto first = box.call("POST", "/v1/logins", secret);
    REQUIRE(first.status == 201);
    CHECK(first.json().at("token").is_null()); // only the cookie has it, which no script reads
    auto second = box.call("POST", "/v1/logins", secret, cookie_of(first));
    REQUIRE(second.status == 201);
    box.expect(401, "GET", "/v1/logins/current", nullptr, cookie_of(first));
    box.expect(200, "GET", "/v1/logins/current", nullptr, cookie_of(second));
}

TEST_CASE("a login survives a restart", "[stories][people]") {
    TestAppliance box;
    auto head = box.set_up();
    box.restart();
    box.expect(200, "GET", "/v1/organisation", nullptr, head);
}

TEST_CASE("a teacher looks after students, an administrator after everybody", "[stories][people]") {
    TestAppliance box;
    auto head = box.set_up();
    Json rossi = box.add_person(head, "teacher", "Rossi"), ada = box.add_person(head, "student", "Ada");
    auto teacher = box.log_in("Rossi");
    const Json boss =
        box.expect(200, "GET", "/v1/people?role=administrator", nullptr, head).at("items").at(0);

    struct {
        int status;
        const char* method;
        std::string path;
        Json body;
    } const calls[] = {
        {201, "POST", "/v1/people", {{"role", "student"}, {"nickname", "Ben"}, {"pin", "1234"}}},
        {409, "POST", "/v1/people", {{"role", "student"}, {"nickname", "ben"}}},
        {422, "POST", "/v1/people", {{"role", "student"}, {"nickname", "a@b"}}},
        {403, "POST", "/v1/people", {{"role", "teacher"}, {"nickname", "Mate"}}},
        {200, "PATCH", path_of("/v1/people", ada), {{"first_name", "Ada"}}},
        {403, "PATCH", path_of("/v1/people", ada), {{"role", "administrator"}}},
        {403, "PATCH", path_of("/v1/people", boss), {{"first_name", "Mine"}}},
        {403, "DELETE", path_of("/v1/people", boss), nullptr},
        {200, "POST", path_of("/v1/people", ada) + "/pin", Json::object()},
        {403, "POST", path_of("/v1/people", boss) + "/pin", Json::object()},
        {403, "POST", path_of("/v1/people", ada) + "/password", {{"password", "something long"}}},
        {403, "PATCH", "/v1/organisation", {{"name", "Mine"}}},
        {403, "POST", "/v1/site-keys", {{"name", "Mine"}}},
        {200, "POST", path_of("/v1/people", rossi) + "/pin", Json::object()}, // one's own, which signs out
        {401, "GET", "/v1/people", nullptr},
    };
    for (const auto& call : calls) {
        CAPTURE(call.method, call.path);
        CHECK(box.call(call.method, call.path, call.body, teacher).status == call.status);
    }
}

TEST_CASE("somebody who forgot the password asks at sign-in, and an administrator is told",
          "[stories][people]") {
    TestAppliance box;
    const Credential head = box.set_up();
    box.add_person(head, "teacher", "Ms Rossi");
    const auto asked = [&] {
        Json names = Json::array();
        const Json all = box.expect(200, "GET", "/v1/password-requests", nullptr, head);
        for (const Json& one : all.at("items"))
            names.push_back(one.at("person").at("nickname"));
        return names;
    };
    const auto ask = [&](const std::string& username) {
        const auto answer = box.call("POST", "/v1/password-requests", {{"username", username}});
        CHECK(answer.status == 204);
        CHECK(answer.body.empty());
    };
    const Json rossi = box.expect(200, "GET", "/v1/people?role=teacher", nullptr, head).at("items").at(0);
    box.expect(200, "PATCH", path_of("/v1/people", rossi), {{"username", "rossi"}}, head);
    ask("nobody"); // the answer does not tell who is there
    CHECK(asked().empty());
    ask(" ROSSI ");
    CHECK(asked() == Json::array({"Ms Rossi"}));
    const auto at = [&] {
        return box.expect(200, "GET", "/v1/password-requests", nullptr, head)
            .at("items")
            .at(0)
            .at("requested_at");
    };
    const Json first = at();
    box.clock.advance(30s);
    ask("rossi"); // impatient: nothing is told twice within a minute
    CHECK(at() == first);
    box.clock.advance(40s);
    ask("rossi");
    CHECK(at() != first);
    box.expect(204, "POST", path_of("/v1/people", rossi) + "/password", {{"password", "something long"}},
               head);
    CHECK(asked().empty());
}
