// Around the unreal dialect's calls: who may make them, what the box says of itself, what is kept of each
// call.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "platform/embedded.h"
#include "support/unreal_school.h"

using Catch::Matchers::Matches;
using namespace std::chrono_literals;
using namespace unreal;

TEST_CASE("unreal: a headset comes with its token or by a base URL with a site key, and nobody else",
          "[dialects]") {
    const School school;
    const auto headset = school.appliance.pair(school.head, "QUEST-1");
    for (const char* scheme : {"Bearer ", "Token "}) {
        const std::string header =
            "Authorization: " + std::string(scheme) + headset.credential.token + "\r\n";
        CHECK(school.send("POST", session + "/start", "{}", header).status == 201);
        CHECK(school.send("POST", "//api/v1//unreal/session/start/", "", header).status == 201);
    }
    CHECK(school.figure("SELECT count(*) FROM runs WHERE device_id = " + to_string(headset.id)) == "4");
    struct {
        const char *method, *path;
    } const calls[] = {
        {"POST", "/api/v1/unreal/session"},         {"POST", "/api/v1/unreal/session/start"},
        {"POST", "/api/v1/unreal/session/end"},     {"POST", "/api/v1/unreal/event"},
        {"POST", "/api/v1/unreal/tracking/event"},  {"POST", "/api/v1/unreal/tracking/batch"},
        {"GET", "/api/v1/unreal/session/s/status"}, {"POST", "/api/v1/unreal/session/s/heartbeat"}};
    for (const auto& [method, path] : calls) {
        for (const std::string& base : {std::string(), std::string("/k/no-such-key")}) {
            const auto stranger = school.send(method, base + path, "");
            INFO(method << " " << base << path << " -> " << stranger.body);
            CHECK(stranger.status == 401);
            CHECK(json::parse(stranger.body).at("detail").is_string());
        }
        // A site key has the rights of a headset; a person who signed in does not.
        const auto person =
            school.send(method, path, "", "Authorization: Bearer " + school.head.token + "\r\n");
        CHECK(person.status == 403);
        CHECK(json::parse(person.body).at("detail").is_string());
    }
    CHECK(school.get("/v1/people").status == 403);
}

TEST_CASE("unreal: events without a session are the record of who wears the headset now", "[dialects]") {
    School school;
    const auto headset = school.appliance.pair(school.head, "QUEST-1");
    const PersonId ben_id = school.appliance.add_person(school.head, "student", "ben")["id"];
    const auto wear = [&](PersonId id, const char* nickname) {
        auto& services = school.appliance.services();
        services.store.write("sign in", [&](store::Tx& tx) {
            services.logins.sign_in_on_device(tx, OrganisationId(1), headset.id,
                                              people::PersonReference{id, nickname});
        });
    };
    const std::string header = "Authorization: Bearer " + headset.credential.token + "\r\n";
    const auto say = [&] {
        CHECK(school.send("POST", "/api/v1/unreal/event", R"({"event_type":"x"})", header).status == 201);
    };
    const auto runs_of = [&](PersonId id) {
        return school.figure("SELECT count(*) FROM runs WHERE person_id = " + to_string(id));
    };
    wear(school.anna_id, "anna");
    say();
    say();
    CHECK(runs_of(school.anna_id) == "1");
    wear(ben_id, "ben");
    say();
    CHECK(runs_of(school.anna_id) == "1");
    CHECK(runs_of(ben_id) == "1");
    school.appliance.clock.advance(25h); // tomorrow's events are no part of today's
    wear(ben_id, "ben");
    say();
    CHECK(runs_of(ben_id) == "2");
}

TEST_CASE("unreal: a headset does not take the name that the box gives to a day", "[dialects]") {
    const School school;
    const auto headset = school.appliance.pair(school.head, "QUEST-1");
    const std::string header = "Authorization: Bearer " + headset.credential.token + "\r\n";
    const auto taken =
        school.send("POST", tracking + "/event",
                    R"({"event_type":"x","timestamp":1,"session_id":"events-2026-09-01"})", header);
    CHECK(taken.status == 404);
    CHECK(school.post("/api/v1/unreal/event", R"({"event_type":"x"})").status == 201);
}

TEST_CASE("unreal: a duration is whole seconds, cut toward zero, and nothing beyond two years",
          "[dialects]") {
    const School school;
    struct {
        const char* said;
        std::int64_t seconds;
    } const rows[] = {{R"("90")", 90},
                      {R"("-90")", -90},
                      {"90", 90},
                      {"90.0", 90},
                      {"90.9", 90},
                      {R"("2:05")", 125},
                      {R"("1.x")", 0},
                      {R"("-9223372036854775808")", 0},
                      {R"("-9223372036854775808:0")", 0},
                      {R"("0:-9223372036854775808")", 0},
                      {"1e300", 0}};
    for (const auto& [said, seconds] : rows) {
        INFO(said);
        const std::string body = std::string(R"({"Parent":"Reef","POI_Duration":)") + said + "}";
        CHECK(school.posted(201, session, body)["duration_seconds"] == seconds);
    }
}

TEST_CASE("unreal: another organisation's sessions do not exist", "[dialects]") {
    School school;
    const std::string id = school.posted(201, session + "/start", "{}")["session_id"];
    school.appliance.set_up_other();
    auto& services = school.appliance.services();
    const std::string ours = school.key;
    school.key = services.store.write("site key", [&](store::Tx& tx) {
        return services.site_keys.add(tx, OrganisationId(2), "Unreal lab", false).key;
    });
    CHECK(json::parse(school.get(session + "/" + id + "/status").body)["status"] == "not_found");
    CHECK(school.post(session + "/" + id + "/heartbeat", "").status == 404);
    CHECK(school.post(session + "/end", R"({"session_id":")" + id + R"("})").status == 404);
    school.posted(202, tracking + "/event",
                  R"({"event_type":"x","timestamp":1,"session_id":")" + id + R"("})");
    CHECK(school.figure("SELECT count(*) FROM runs WHERE public_id = '" + id + "'") == "2"); // one each
    school.key = ours;
    CHECK(school.figure("SELECT coalesce(sum(events), 0) FROM run_rollups JOIN runs ON id = run_id"
                        " WHERE organisation_id = 1") == "0");
}

TEST_CASE("unreal: the health of the box, in its words, also when the database is gone", "[dialects]") {
    const School school;
    school.appliance.clock.advance(5s);
    const auto answer = school.send("GET", "/health");
    CHECK(answer.status == 200);
    CHECK_THAT(answer.body, Matches(R"(\{"database":"connected","environment":"[a-z]+","service":"Lectern",)"
                                    R"("status":"healthy","success":true,"timestamp":)" +
                                    a_time + R"(,"uptime":"running","uptime_s":5,"version":"[^"]+"\})"));
    CHECK(school.get("/health").status == 200);
    school.appliance.services().store.stop();
    const auto gone = school.send("GET", "/health");
    CHECK(gone.status == 503);
    const auto said = json::parse(gone.body);
    CHECK(said["status"] == "unhealthy");
    CHECK(said["database"] == "disconnected");
    for (const char* field : {"timestamp", "environment", "version", "uptime"})
        CHECK(said.contains(field));
}

TEST_CASE("unreal: the root is JSON for programs and a page for browsers", "[dialects]") {
    const School school;
    const bool has_page = platform::find_embedded("web/index.html.gz") != nullptr;
    const auto is_json = [&](const std::string& path, const std::string& accept) {
        const auto answer = school.send("GET", path, "", accept);
        INFO(path << " " << accept << answer.status << " " << answer.body.substr(0, 200));
        if (answer.status != 200 || answer.headers.at("content-type") != "application/json") return false;
        const auto body = json::parse(answer.body);
        return body["service"].is_string() && body["version"].is_string() && body["status"].is_string() &&
               body["endpoints"].is_object();
    };
    CHECK(is_json("/", ""));
    CHECK(is_json("/", "Accept: */*\r\n"));
    CHECK(is_json("/", "Accept: application/json\r\n"));
    CHECK(is_json("//", "Accept: application/json\r\n"));
    CHECK(is_json("/k/" + school.key + "/", "Accept: */*\r\n"));
    CHECK(is_json("/k/" + school.key, "Accept: text/html\r\n"));
    CHECK(is_json("/k/" + school.key + "/", "Accept: text/html\r\n"));
    CHECK_FALSE(is_json("/", "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n"));
    if (has_page)
        CHECK(school.send("GET", "/", "", "Accept: text/html\r\n").headers.at("content-type") ==
              "text/html; charset=utf-8");
    const auto document = json::parse(school.send("GET", "/openapi.json").body);
    for (const char* path : {"/api/v1/unreal/session", "/api/v1/unreal/tracking/batch",
                             "/api/v1/unreal/session/{session}/status", "/health"}) {
        INFO(path);
        CHECK(document["paths"].contains(path));
    }
}

TEST_CASE("unreal: every call leaves its row, polls and events are counted", "[dialects]") {
    const School school;
    school.posted(201, session + "/start", "{}");
    school.post(session, "{}");
    for (int i = 0; i < 3; ++i)
        school.posted(202, tracking + "/event", R"({"event_type":"x","timestamp":1,"session_id":"s"})");
    school.get(session + "/s/status");
    const auto rows = [&](const std::string& where) {
        return school.figure("SELECT coalesce(sum(times), 0) FROM audit_log WHERE " + where);
    };
    CHECK(support::TestAppliance::wait_for([&] {
        return rows("action = 'POST /api/v1/unreal/session' AND status = 422 AND site_key_id = 1") == "1";
    }));
    CHECK(rows("action = 'POST /api/v1/unreal/session/start' AND success = 1") == "1");
    school.appliance.clock.advance(2min);
    CHECK(support::TestAppliance::wait_for([&] {
        return rows("action = 'POST /api/v1/unreal/tracking/event'") == "3" &&
               rows("action = 'GET /api/v1/unreal/session/:session/status'") == "1";
    }));
    CHECK(school.figure("SELECT count(*) FROM audit_log WHERE path LIKE '%" + school.key + "%'") == "0");
}
