// Somebody has read the school's site key off one headset, or has a headset of their own. Beside them, pupils
// who train.
#include <catch2/catch_test_macros.hpp>
#include <regex>

#include "platform/text.h"
#include "support/raw_client.h"
#include "support/training_client.h"

using support::Credential;
using support::Json;
using support::training_client::Client;
using support::training_client::under;

namespace {

// Ada trains "Fire" on PICO-1, which has shown its token; run 1 is hers.
struct Training : Client {
    Json device = connect("PICO-1");
    Credential headset{device["token"], ""};
    std::string scenario = add_scenario("Fire"), run;

    Training() {
        appliance.expect(200, "GET", "/v1/logins/current", nullptr, headset);
        run = start(device["id"], scenario)["id"];
    }
    int by_key(const std::string& method, const std::string& path, const std::string& body = "") const {
        return send(method, under(key, path), "", body).status;
    }
    std::string events_of(const std::string& run_id) const {
        return appliance.services().store.read([&](store::Read& read) {
            return std::to_string(
                read.integer("SELECT coalesce(sum(events), 0) FROM run_rollups WHERE run_id = ?",
                             *platform::parse_integer(run_id))
                    .value_or(0));
        });
    }
};

const std::string batch = R"({"batch_id":"x","events":[{"kind":"gaze","at_ms":1788249600000}]})";

} // namespace

TEST_CASE("a school's key reads no pupil's training and finishes none", "[attacks][devices]") {
    const Training at;
    const std::string path = "/v1/trainings/" + at.run;
    CHECK(at.by_key("GET", path) == 403);
    CHECK(at.by_key("POST", path + "/record", R"({"metrics":{"errors":0}})") == 403);
    CHECK(at.by_key("POST", "/v1/runs/" + at.run + "/events", batch) == 403);
    const std::string record = R"("record_id":")" + at.run + R"(","metrics":{"errors":0}})";
    CHECK(at.by_key("POST", "/records/add", R"({"device_serial_number":"PICO-1",)" + record) == 404);
    CHECK(at.by_key("POST", "/records/add", "{" + record) == 404);
    // Nor by another headset's name.
    at.connect("PICO-2");
    CHECK(at.by_key("POST", "/records/add", R"({"device_serial_number":"PICO-2",)" + record) == 404);
    CHECK(at.appliance.expect(200, "GET", path, nullptr, at.head).at("phase") != "finished");
    CHECK(at.events_of(at.run) == "0");
    // The headset itself does all of it.
    at.appliance.expect(200, "GET", path, nullptr, at.headset);
    CHECK(at.post("/records/add", "{" + record, at.headset.token).status == 200);
}

TEST_CASE("a site key opens none of Lectern's own calls", "[attacks][devices]") {
    Training at;
    for (const auto& route : at.appliance.appliance().routes().all()) {
        if (route->access == http::Access::open || !route->path.starts_with("/v1/")) continue;
        const std::string path = std::regex_replace(route->path, std::regex("[:*][a-z_]+"), "1");
        INFO(route->method << " " << path);
        CHECK(at.by_key(route->method, path) == 403);
    }
}

TEST_CASE("a headset adds events to its own runs only", "[attacks][devices]") {
    const Training at;
    auto& services = at.appliance.services();
    // A run of a page, on no headset; it has ended.
    const RunId foreign = services.store.write("run", [&](store::Tx& tx) {
        runs::NewRun run;
        run.origin = runs::Origin::trainer;
        const RunId id = services.runs.begin(tx, OrganisationId(1), run).id;
        services.runs.finish(tx, OrganisationId(1), id, tx.now_ms());
        return id;
    });
    const std::string events = "/v1/runs/" + to_string(foreign) + "/events";
    CHECK(at.post(events, batch, at.headset.token).status == 404);
    const auto other = at.appliance.pair(at.head, "QUEST-1");
    CHECK(at.post("/v1/runs/" + at.run + "/events", batch, other.credential.token).status == 404);
    CHECK(at.events_of(to_string(foreign)) == "0");
    CHECK(at.post("/v1/runs/" + at.run + "/events", batch, at.headset.token).status == 202);
}

TEST_CASE("the unreal dialect reaches no run that is not one of its sessions", "[attacks][devices]") {
    const Training at;
    const auto public_id = [&](const std::string& run) {
        return at.appliance.services().store.read([&](store::Read& read) {
            return at.appliance.services()
                .runs.get(read, OrganisationId(1), RunId(*platform::parse_integer(run)))
                .public_id;
        });
    };
    const std::string lesson = public_id(at.run);
    const auto own =
        at.parsed(at.post("/api/v1/unreal/session/start", "{}", at.headset.token), 201)["session_id"];
    for (const std::string& session : {lesson, own.get<std::string>()}) {
        INFO(session);
        CHECK(at.by_key("POST", "/api/v1/unreal/session/end", R"({"session_id":")" + session + "\"}") == 404);
        CHECK(at.by_key("POST", "/api/v1/unreal/session/" + session + "/heartbeat") == 404);
        CHECK(at.by_key("POST", "/api/v1/unreal/tracking/event",
                        R"({"event_type":"x","timestamp":1,"session_id":")" + session + "\"}") == 404);
    }
    CHECK(at.events_of(at.run) == "0");
    CHECK(at.post("/api/v1/unreal/session/end", R"({"session_id":")" + own.get<std::string>() + "\"}",
                  at.headset.token)
              .status == 200);
}
