// A school as clients of the trainer dialect find it, and how they talk to it: literal bytes, sharing no code
// with the server that answers.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

#include "support/raw_client.h"
#include "support/test_appliance.h"

namespace support::trainer {

using nlohmann::json;

inline const char* const a_time = R"(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ)";
inline const char* const a_uuid = R"([0-9a-f]{8}-[0-9a-f]{4}-[48][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})";

inline const char* const fire_scenario = R"({
  "title": "Fire in the kitchen", "description": "A pan burns.", "difficulty": "starter",
  "estimated_minutes": 15, "xp_reward": 80,
  "ticket_template": {"priority": "high", "category": "fire", "description": "My kitchen burns!",
                      "customer_info": {"floor": 2}, "technical_context": {"stove": "gas"}},
  "persona": {"name": "Mr Berg", "personality": "calm", "technical_level": "intermediate",
              "communication_style": "plain"},
  "knowledge_base": [{"title": "Oil fires", "content": "Never pour water on burning oil. Put a lid on the pan.",
                      "keywords": ["pan"]}],
  "assessment": {"pass_score": 60, "criteria": [
      {"title": "Names the lid", "kind": "resolution", "words": ["lid|cover"], "weight": 1, "must": true}]}})";

// The text of an error, which has all that this dialect's errors have.
inline std::string error_in(const support::RawAnswer& answer) {
    INFO(answer.body);
    const json said = json::parse(answer.body);
    CHECK(said["success"] == false);
    CHECK(said["message"] == said["error"]);
    CHECK(said["code"].is_string());
    CHECK_THAT(said["timestamp"].get<std::string>(), Catch::Matchers::Matches(a_time));
    return said["error"];
}

// A school with two scenarios, of which the second requires the first, and learners with e-mail and password.
class School {
public:
    School() {
        head_ = appliance.set_up();
        add_learner("ana", "Ana", "Ruiz");
        add_learner("bo", "Bo", "Li");
        first = add_scenario(json::parse(fire_scenario));
        json second_scenario = json::parse(fire_scenario);
        second_scenario["title"] = "Fire in the cellar";
        second_scenario["difficulty"] = "advanced";
        second_scenario["prerequisites"] = {scenario_id_};
        second = add_scenario(second_scenario);
    }

    void add_learner(const std::string& nickname, const std::string& first_name,
                     const std::string& last_name) {
        const std::string hash = appliance.services().hasher.hash("correct horse");
        appliance.services().store.write("learner", [&](store::Tx& tx) {
            people::NewPerson person;
            person.nickname = nickname;
            person.first_name = first_name;
            person.last_name = last_name;
            person.email = nickname + "@school.example";
            person.password_hash = hash;
            appliance.services().people.add(tx, OrganisationId(1), person);
        });
    }
    std::string invite(const std::string& email) {
        return appliance.services().store.write("invite", [&](store::Tx& tx) {
            people::NewInvitation invitation;
            invitation.role = platform::Role::student;
            invitation.email = email;
            return appliance.services().invitations.add(tx, OrganisationId(1), {}, invitation).code;
        });
    }
    void show_leaderboard(const std::string& mode) {
        appliance.services().store.write(
            "leaderboard", [&](store::Tx& tx) { tx.run("UPDATE organisations SET leaderboard = ?", mode); });
    }

    support::RawAnswer send(const std::string& method, const std::string& path, const std::string& token = "",
                            const std::string& body = "") const {
        support::RawClient client(appliance.port());
        std::string request = method + " /api/v1" + path + " HTTP/1.1\r\nHost: box\r\n";
        if (!token.empty()) request += "Authorization: Bearer " + token + "\r\n";
        if (!body.empty())
            request +=
                "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
        return client.ask(request + "\r\n" + body);
    }
    // The whole envelope of a good answer.
    json good(int status, const std::string& method, const std::string& path, const std::string& token = "",
              const std::string& body = "") const {
        const auto answer = send(method, path, token, body);
        INFO(method << " " << path << " -> " << answer.status << " " << answer.body);
        REQUIRE(answer.status == status);
        CHECK(answer.headers.at("content-type") == "application/json");
        json said = json::parse(answer.body);
        CHECK(said["success"] == true);
        CHECK(said.contains("data"));
        CHECK_THAT(said["timestamp"].get<std::string>(), Catch::Matchers::Matches(a_time));
        return said;
    }
    std::string log_in(const std::string& nickname) const {
        return good(
            200, "POST", "/auth/login", "",
            R"({"email":")" + nickname + R"(@school.example","password":"correct horse"})")["data"]["token"];
    }
    std::string start(const std::string& token, const std::string& scenario) const {
        return good(201, "POST", "/scenarios/" + scenario + "/start", token)["data"]["id"];
    }
    const support::Credential& head() const { return head_; }

    mutable support::TestAppliance appliance;
    std::string first, second; // the scenarios' UUIDs

private:
    std::string add_scenario(const json& scenario) {
        const auto made = appliance.expect(201, "POST", "/v1/scenarios", scenario, head_);
        scenario_id_ = made["id"];
        return made["public_id"];
    }

    support::Credential head_;
    ScenarioId scenario_id_;
};

inline const char* const good_resolution =
    R"({"resolution":"Turned the stove off and put a lid on the pan."})";

} // namespace support::trainer
