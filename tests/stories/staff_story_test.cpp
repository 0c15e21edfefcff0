// How staff sign in, prove who they are, and what a school decides for itself.
#include <catch2/catch_test_macros.hpp>

#include "platform/totp.h"
#include "support/test_appliance.h"

using support::Credential;
using support::Json;
using support::TestAppliance;
using namespace std::chrono_literals;

namespace {

const Json password = {{"password", "correct horse"}};

std::string faulty_field(const support::Reply& reply) {
    return reply.status == 422 ? reply.json().at("errors").at(0).at("field").get<std::string>() : "";
}

} // namespace

TEST_CASE("an administrator sets up an authenticator and signs in with it", "[stories][people]") {
    TestAppliance box;
    const auto head = box.set_up();
    const Json secret = {{"username", "head"}, {"password", "correct horse"}};
    const auto with_code = [&](const std::string& code) {
        Json body = secret;
        body["code"] = code;
        return box.call("POST", "/v1/logins", body);
    };
    // A wrong one is a fault of the field: a page that is told 401 would take its login for ended.
    CHECK(faulty_field(box.call("POST", "/v1/totp", {{"password", "wrong horse"}}, head)) == "password");
    const Json offered = box.expect(200, "POST", "/v1/totp", password, head);
    const auto now = [&] {
        return platform::totp_code(offered.at("secret").get<std::string>(), box.clock.now_ms());
    };
    CHECK(offered.at("url").get<std::string>().starts_with("otpauth://totp/Test%20School:head?"));
    CHECK(faulty_field(box.call("POST", "/v1/totp/confirm", {{"code", "000000"}}, head)) == "code");
    const Json codes =
        box.expect(200, "POST", "/v1/totp/confirm", {{"code", now()}}, head).at("recovery_codes");
    CHECK(codes.size() == 10);
    CHECK(box.expect(200, "GET", "/v1/logins/current", nullptr, head).at("proof") == "totp");

    CHECK(faulty_field(box.call("POST", "/v1/logins", secret)) == "code");
    CHECK(with_code(now()).status == 401); // used already
    box.clock.advance(30s);
    const auto signed_in = with_code(now());
    REQUIRE(signed_in.status == 201);
    const Credential again{signed_in.json().at("token"), ""};
    CHECK(box.expect(200, "GET", "/v1/logins/current", nullptr, again).at("may") ==
          Json({"view", "teach", "administer", "administer_box"}));
    CHECK(with_code(codes.at(0)).status == 201);
    CHECK(box.expect(200, "GET", "/v1/totp", nullptr, again).at("recovery_codes_left") == 9);
    CHECK(box.expect(200, "POST", "/v1/totp/recovery-codes", password, again).at("recovery_codes") != codes);
    box.expect(204, "POST", "/v1/totp/remove", password, again);
    box.expect(201, "POST", "/v1/logins", secret);
}

TEST_CASE("a teacher is invited, signs in, and loses a phone", "[stories][people]") {
    TestAppliance box;
    const auto head = box.set_up();
    const Json made =
        box.expect(201, "POST", "/v1/invitations",
                   {{"role", "teacher"}, {"name", "Ms Rossi"}, {"email", "rossi@school.example"}}, head);
    const Json code = {{"code", made.at("code")}};
    CHECK(box.expect(200, "GET", "/v1/invitations", nullptr, head).at("items").size() == 1);
    box.expect(409, "POST", "/v1/people",
               {{"role", "teacher"}, {"nickname", "head"}, {"email", "a@b.example"}}, head);
    CHECK(box.expect(200, "POST", "/v1/invitations/look", code).at("organisation") == "Test School");
    box.expect(404, "POST", "/v1/invitations/look", {{"code", "AAAA-AAAA-AAAA"}});

    Json accepted = {{"code", made.at("code")}, {"username", "rossi"}, {"password", "battery staple"}};
    const Json login = box.expect(201, "POST", "/v1/invitations/accept", accepted);
    const Credential rossi{login.at("token"), ""};
    CHECK(login.at("person").at("role") == "teacher");
    CHECK(login.at("person").at("email") == "rossi@school.example");
    accepted["username"] = "another";
    box.expect(404, "POST", "/v1/invitations/accept", accepted);
    CHECK(box.expect(200, "GET", "/v1/invitations", nullptr, head).at("items").empty());

    const Json offered = box.expect(200, "POST", "/v1/totp", {{"password", "battery staple"}}, rossi);
    box.expect(200, "POST", "/v1/totp/confirm",
               {{"code", platform::totp_code(offered.at("secret").get<std::string>(), box.clock.now_ms())}},
               rossi);
    const Json by_password = {{"username", "rossi"}, {"password", "battery staple"}};
    CHECK(faulty_field(box.call("POST", "/v1/logins", by_password)) == "code");
    const std::string path = "/v1/people/" + login.at("person").at("id").dump() + "/totp";
    box.expect(204, "DELETE", path, nullptr, head);
    box.expect(401, "GET", "/v1/totp", nullptr, rossi);
    box.expect(201, "POST", "/v1/logins", by_password);
}

TEST_CASE("a mistyped present password is a fault of its field, and ends no login", "[stories][people]") {
    TestAppliance box;
    const auto head = box.set_up();
    const Json me = box.expect(200, "GET", "/v1/logins/current", nullptr, head).at("person");
    const std::string path = "/v1/people/" + me.at("id").dump() + "/password";
    const auto change = [&](const std::string& current) {
        return box.call("POST", path, {{"password", "battery staple"}, {"current", current}}, head);
    };
    CHECK(faulty_field(change("wrong horse")) == "current");
    CHECK(box.expect(200, "GET", "/v1/logins/current", nullptr, head).at("person") == me);
    CHECK(change("correct horse").status == 204);
}

TEST_CASE("a box administrator makes schools and their licences, and others see only their own",
          "[stories][people]") {
    TestAppliance box;
    const auto head = box.set_up();
    const Json made =
        box.expect(201, "POST", "/v1/organisations", {{"name", "Hillside"}, {"seats", 1}}, head);
    box.expect(409, "POST", "/v1/organisations", {{"name", "hillside"}}, head);
    CHECK(box.expect(200, "GET", "/v1/organisations", nullptr, head).at("items").size() == 2);
    const Json accepted =
        box.expect(201, "POST", "/v1/invitations/accept",
                   {{"code", made.at("invitation_code")}, {"username", "boss"}, {"password", "long enough"}});
    const Credential boss{accepted.at("token"), ""};
    CHECK(accepted.at("organisation").at("name") == "Hillside");
    box.expect(403, "GET", "/v1/organisations", nullptr, boss);

    box.pair(boss, "DPVR-1");
    const auto refused = box.call("POST", "/v1/pairing-codes", Json::object(), boss);
    CHECK(refused.status == 409);
    CHECK(refused.body.find("more seats") != std::string::npos);
    const std::string licence = "/v1/organisations/" + made.at("organisation").at("id").dump() + "/licence";
    box.expect(403, "PATCH", licence, {{"seats", 9}}, boss);
    box.expect(409, "PATCH", licence, {{"seats", 0}}, head);
    box.expect(422, "PATCH", licence, {{"last_day", "2026-02-30"}}, head);
    const Json extended =
        box.expect(200, "PATCH", licence, {{"seats", 2}, {"type", "trial"}}, head).at("licence");
    CHECK(extended.at("seats_left") == 1);
    CHECK(extended.at("type") == "trial");
    box.pair(boss, "DPVR-2");
}

TEST_CASE("a school decides who signs in how", "[stories][people]") {
    TestAppliance box;
    const auto head = box.set_up();
    box.add_person(head, "teacher", "rossi");
    const auto rossi = box.log_in("rossi");
    const Json changed = box.expect(
        200, "PATCH", "/v1/organisation",
        {{"staff_pin", false}, {"pick_names", true}, {"leaderboard", "names"}, {"gaze_days", nullptr}}, head);
    CHECK(changed.at("leaderboard") == "names");
    CHECK(changed.at("gaze_days").is_null());
    box.expect(401, "GET", "/v1/people", nullptr, rossi); // logins opened by a PIN are closed
    CHECK(box.call("POST", "/v1/logins", {{"nickname", "rossi"}, {"pin", "1234"}}).status == 403);
    box.expect(422, "PATCH", "/v1/organisation", {{"leaderboard", "everybody"}}, head);
}
