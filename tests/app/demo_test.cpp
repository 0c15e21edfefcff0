#include "app/demo.h"

#include <catch2/catch_test_macros.hpp>

#include "support/test_appliance.h"

using namespace support;

TEST_CASE("the demo school has trained: a leaderboard, a conversation, a run under way", "[app]") {
    TestAppliance box;
    REQUIRE(app::make_demo(box.services(), false));
    const Credential head{
        box.expect(201, "POST", "/v1/logins", {{"username", "demo"}, {"password", "demo-demo"}}).at("token"),
        {}};
    const Json board = box.expect(200, "GET", "/v1/leaderboard", nullptr, head);
    CHECK(board.at("mode") == "names");
    REQUIRE(board.at("items").size() == 10);
    CHECK(board.at("items").at(0).at("person").at("nickname") == "ada");
    CHECK(board.at("items").at(0).at("level") > 1);
    CHECK(board.at("items").at(9).at("xp") > 0);
    const auto talk_of = [&](const char* nickname) {
        const std::string person =
            box.expect(200, "GET", "/v1/people?q=" + std::string(nickname), nullptr, head)
                .at("items")
                .at(0)
                .at("id")
                .dump();
        Json longest = Json::array();
        const Json history =
            box.expect(200, "GET", "/v1/people/" + person + "/progress/history", nullptr, head);
        for (const Json& run : history.at("items")) {
            const Json said =
                box.expect(200, "GET", "/v1/runs/" + run.at("run_id").dump() + "/messages", nullptr, head);
            if (said.at("items").size() > longest.size()) longest = said.at("items");
        }
        return longest;
    };
    CHECK(talk_of("ada").size() == 11);
    CHECK(talk_of("amir").size() == 2);
}
