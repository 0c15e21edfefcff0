// The training dialect as its clients speak it: scenarios, sessions, polls and records.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "platform/embedded.h"
#include "support/training_client.h"

using Catch::Matchers::ContainsSubstring;
using namespace support::training_client;

TEST_CASE("training: scenarios are added with keys as arrays or as text", "[dialects]") {
    const Client client;
    const auto add = [&](const std::string& body, const std::string& credential = "") {
        return client.post(credential.empty() ? under(client.key, "/scenarios/add") : "/scenarios/add", body,
                           credential);
    };
    const auto said =
        client.parsed(add(R"({"scenario_name":"Fire","client_id":"1","metrics_keys":["errors","speed"],)"
                          R"("checklist_keys":" call, door ,,call","additional_info":"level 2"})"));
    CHECK(said["record"]["id"].is_string());
    CHECK(said["record"]["name"] == "Fire");
    CHECK(said["record"]["client_id"] == "1");
    CHECK(said["record"]["metrics_keys"] == json::array({"errors", "speed"}));
    CHECK(said["record"]["checklist_keys"] == json::array({"call", "door"}));
    CHECK(said["record"]["additional_info"] == "level 2");
    CHECK(client.parsed(add(R"({"scenario_name":"Empty"})", client.token))["record"]["metrics_keys"] ==
          json::array());
    CHECK(
        client
            .post(under(client.panel_key, "/scenarios/add"), R"({"scenario_name":"By panel","client_id":1})")
            .status == 200);
    CHECK(add(R"({"scenario_name":"Fire"})").status == 409);
    CHECK(client.parsed(add(R"({"scenario_name":"Ours","client_id":"any text"})"))["record"]["client_id"] ==
          "any text"); // it decides nothing
    for (const char* body : {"{}", R"({"scenario_name":""})", R"({"scenario_name":"X","metrics_keys":7})",
                             R"({"scenario_name":"X","checklist_keys":[1]})"}) {
        INFO(body);
        const auto bad = add(body);
        CHECK(bad.status == 400);
        CHECK(json::parse(bad.body)["code"] == 400);
    }
}

TEST_CASE("training: a session is started, fetched, repeated until its record arrives", "[dialects]") {
    const Client client;
    const auto device = client.connect("PICO-1");
    const std::string id = device["id"], own = device["token"], scenario = client.add_scenario("Fire");
    CHECK(client.post("/devices/start_game", "", own).body == idle);
    const auto started = client.start(id, scenario);
    const std::string record = started["id"];
    CHECK(started["client_id"] == "1");
    CHECK(started["user_id"] == client.ada);
    CHECK(started["device_id"] == id);
    CHECK(started["active"] == true);
    CHECK(started["running_scenario"] == scenario);
    const auto listed = client.parsed(client.send("GET", "/devices/list", client.token))["devices"][0];
    CHECK(listed["ready"] == true);
    CHECK(listed["running_scenario"] == scenario);
    CHECK(listed["running_record"] == record);

    const std::vector<RawAnswer> polls = {
        client.post("/devices/start_game", R"({"device_id":")" + id + "\"}", own),
        client.post("/devices/start_game", R"({"device_id":)" + id + "}", own),
        client.post("/devices/start_game/", R"({"device_serial_number":"pico-1"})", own),
        client.post("/devices/start_game", "", own),
        client.send("POST", "/devices/start_game", own, "device_id=" + id,
                    "application/x-www-form-urlencoded")};
    for (const auto& poll : polls) {
        CHECK(poll.status == 200);
        CHECK(poll.body == polls.front().body);
    }
    const auto game = json::parse(polls.front().body);
    CHECK(game["client_id"] == "1");
    CHECK(game["device_id"] == id);
    CHECK(game["record_id"] == record);
    CHECK(game["scenario_id"] == scenario);
    CHECK(game["scenario_name"] == "Fire");
    CHECK(game["metrics_keys"] == json::array({"errors", "speed"}));
    CHECK(game["checklist_keys"] == json::array({"call", "door"}));
    CHECK(game["additional_info"] == json::parse(R"({"level":2})"));

    const auto recorded = client.parsed(client.post(
        "/records/add",
        R"({"client_id":"1","device_id":")" + id + R"(","record_id":")" + record + R"(","scenario_id":")" +
            scenario +
            R"(","metrics":{"errors":2},"checklist":{"call":true,"door":false},"additional_info":"went well"})",
        own));
    CHECK(recorded["id"] == record);
    CHECK(recorded["device_id"] == id);
    CHECK(recorded["client_id"] == "1");
    CHECK(recorded["scenario_id"] == scenario);
    CHECK(recorded["user_id"] == client.ada);
    CHECK(client.post("/devices/start_game", "", own).body == idle);
    CHECK(client.parsed(client.send("GET", "/devices/list", client.token))["devices"][0]["ready"] == false);
    const auto kept = client.appliance.expect(200, "GET", "/v1/trainings/" + record, nullptr, client.head);
    CHECK(kept["metrics"] == json::parse(R"({"errors":2})"));
    CHECK(kept["checklist"] == json::parse(R"({"call":true,"door":false})"));
    CHECK(kept["additional_info"] == "went well");
    CHECK(kept["score"] == 50);
    CHECK(kept["person"]["nickname"] == "ada");
}

TEST_CASE("training: a key speaks for headsets that use no token of their own", "[dialects]") {
    const Client client;
    const auto device = client.connect("PICO-1");
    const std::string id = device["id"], scenario = client.add_scenario("Fire");
    const std::string record = client.start(id, scenario)["id"];
    const auto by_serial_number = [&] {
        return client.post(under(client.key, "/devices//start_game"), R"({"device_serial_number":"PICO-1"})");
    };
    const auto by_id = [&] {
        return client.send("POST", under(client.key, "/devices/start_game"), "", "device_id=" + id,
                           "application/x-www-form-urlencoded");
    };
    CHECK(client.parsed(by_serial_number())["record_id"] == record);
    CHECK(client.parsed(by_id())["record_id"] == record);
    const auto own = client.post("/devices/start_game", "", device["token"]);
    CHECK(client.parsed(own)["record_id"] == record);
    // From now on it speaks for itself alone.
    CHECK(by_serial_number().body == idle);
    CHECK(by_id().body == idle);
    CHECK(client
              .post(under(client.key, "/records/add"),
                    R"({"device_id":")" + id + R"(","record_id":")" + record + R"(","metrics":{}})")
              .status == 404);
}

TEST_CASE("training: a session's person and scenario may be named in several ways", "[dialects]") {
    const Client client;
    const auto device = client.connect("PICO-1");
    const std::string id = device["id"], scenario = client.add_scenario("Fire");
    const auto start = [&](const std::string& body) {
        return client.post("/clients/start_session", body, client.token);
    };
    std::set<std::string> records;
    const std::string bodies[] = {
        R"({"device_id":")" + id + R"(","user_id":"ada","running_scenario":")" + scenario + "\"}",
        R"({"device_id":)" + id + R"(,"user_id":)" + client.ada + R"(,"scenario_id":)" + scenario + "}",
        std::string(R"({"device_id":"PICO-1","user_id":"ADA","running_scenario":"Fire"})"),
        R"({"device_id":")" + id + R"(","scenario_id":"fire"})"};
    for (const std::string& body : bodies) {
        INFO(body);
        const auto said = client.parsed(start(body));
        CHECK(said["running_scenario"] == scenario);
        records.insert(said["id"]);
        // It replaces the older session of that headset.
        CHECK(client.parsed(client.post("/devices/start_game", "", device["token"]))["record_id"] ==
              said["id"]);
    }
    CHECK(records.size() == 4);
    CHECK(start(R"({"device_id":"99","user_id":"ada","scenario_id":"1"})").status == 404);
    CHECK(start(R"({"device_id":")" + id + R"(","user_id":"nobody","scenario_id":")" + scenario + "\"}")
              .status == 404);
    CHECK(start(R"({"device_id":")" + id + R"(","user_id":"ada","scenario_id":"99"})").status == 404);
    CHECK(start(R"({"device_id":")" + id + R"(","user_id":"ada"})").status == 400);
    CHECK(start("{}").status == 400);
    CHECK(client
              .post(under(client.panel_key, "/clients/start_session"),
                    R"({"device_id":")" + id + R"(","user_id":"ada","scenario_id":")" + scenario + "\"}")
              .status == 200);
}

TEST_CASE("training: a record comes once, early, late, or without being asked for", "[dialects]") {
    const Client client;
    const auto device = client.connect("PICO-1"), second = client.connect("PICO-2");
    const std::string id = device["id"], scenario = client.add_scenario("Fire");
    const auto add = [&](const std::string& body, const std::string& credential = "") {
        return client.post(credential.empty() ? under(client.key, "/records/add") : "/records/add", body,
                           credential);
    };
    const std::string first = client.start(id, scenario)["id"];
    const std::string body = R"({"device_id":")" + id + R"(","record_id":")" + first +
                             R"(","metrics":{"errors":1},"checklist":{"call":1,"door":"true"}})";
    const auto once = add(body), twice = add(body);
    CHECK(once.status == 200);
    CHECK(once.body == twice.body);
    CHECK(client.parsed(once)["score"] == 100);
    // A record of a session that was replaced in the meantime.
    const std::string replaced = client.start(id, scenario)["id"], current = client.start(id, scenario)["id"];
    CHECK(add(R"({"device_id":")" + id + R"(","record_id":")" + replaced + R"(","metrics":{}})").status ==
          200);
    CHECK(client.parsed(client.post("/devices/start_game", "", device["token"]))["record_id"] == current);
    // Without an id: the session that is open. As a form, with JSON inside.
    CHECK(client.parsed(client.send("POST", "/records/add", device["token"],
                                    "checklist={\"call\":true}&metrics={\"errors\":3}",
                                    "application/x-www-form-urlencoded"))["id"] == current);
    // Of a scenario that nobody started: it is kept all the same.
    const std::string own = device["token"]; // which it uses by now, so the key speaks for it no more
    const auto unasked = client.parsed(
        add(R"({"device_serial_number":"PICO-1","scenario_id":")" + scenario + R"(","metrics":{"errors":0}})",
            own));
    CHECK(unasked["id"] != current);
    CHECK(unasked["scenario_id"] == scenario);
    CHECK(add(R"({"device_id":")" + id + "\"}", own).status == 400);
    CHECK(add(R"({"device_id":"99","record_id":"1"})", own).status == 404);
    CHECK(add(R"({"device_id":")" + id + R"(","record_id":"999"})", own).status == 404);
    CHECK(client.parsed(add(R"({"client_id":"9","device_id":")" + id + R"(","record_id":")" + first + "\"}",
                            own))["client_id"] == "9"); // echoed, and no reason for anything
    CHECK(add(R"({"device_id":")" + id + R"(","record_id":")" + first + R"(","metrics":7})", own).status ==
          400);
    // A headset may speak only for itself.
    CHECK(add(body, second["token"]).status == 404);
    CHECK(client.post("/devices/start_game", R"({"device_id":")" + id + "\"}", second["token"]).body == idle);
}

TEST_CASE("training: waiting work survives a restart, and repeated polls share one audit row", "[dialects]") {
    const Client client;
    const auto device = client.connect("PICO-1");
    const std::string own = device["token"],
                      record = client.start(device["id"], client.add_scenario("Fire"))["id"];
    client.appliance.restart();
    for (int i = 0; i < 5; ++i)
        CHECK(client.parsed(client.post("/devices/start_game", "", own))["record_id"] == record);
    CHECK(support::TestAppliance::wait_for(
        [&] { return client.audit_rows("POST /devices/start_game").size() == 1; }));
    const auto row = client.audit_rows("POST /devices/start_game")[0];
    CHECK(row["success"] == true);
    CHECK(row["times"] == 1);
    CHECK(row["target"] ==
          json::parse(R"({"client":1,"device":)" + device["id"].get<std::string>() +
                      R"(,"scenario":1,"run":)" + record + R"(,"person":)" + client.ada + "}"));
    client.appliance.clock.advance(std::chrono::minutes(1));
    CHECK(support::TestAppliance::wait_for([&] {
        const auto rows = client.audit_rows("POST /devices/start_game");
        return rows.size() == 2 && rows[1]["times"] == 5;
    }));
    const auto started = client.audit_rows("POST /clients/start_session")[0];
    CHECK(started["target"]["person"].dump() == client.ada);
    CHECK(started["target"]["device"].dump() == device["id"].get<std::string>());
    CHECK(started["target"]["scenario"] == 1);
    client.post("/records/add", R"({"record_id":"999"})", own);
    CHECK(client.audit_rows("POST /records/add").back()["error"] == "There is no such record.");
}

TEST_CASE("training: the teacher's queue shows how far each headset is", "[dialects]") {
    const Client client;
    const auto device = client.connect("PICO-1");
    const std::string own = device["token"], scenario = client.add_scenario("Fire");
    const auto queued = [&] {
        const auto items =
            client.appliance.expect(200, "GET", "/v1/trainings", nullptr, client.head)["items"];
        return items.empty() ? std::string() : items[0]["phase"].get<std::string>();
    };
    CHECK(queued().empty());
    const std::string record = client.start(device["id"], scenario)["id"];
    CHECK(queued() == "assigned");
    client.post("/devices/start_game", "", own);
    CHECK(support::TestAppliance::wait_for([&] { return queued() == "fetched"; }));
    client.appliance.clock.advance(std::chrono::seconds(4)); // it no longer asks: it is busy
    CHECK(support::TestAppliance::wait_for([&] { return queued() == "running"; }));
    client.post("/records/add", R"({"record_id":")" + record + "\"}", own);
    CHECK(queued() == "recorded");
}

TEST_CASE("training: two clients on one box see nothing of each other", "[dialects]") {
    const Client client;
    const auto device = client.connect("PICO-1");
    const std::string scenario = client.add_scenario("Fire");
    const std::string record = client.start(device["id"], scenario)["id"];
    const auto other = client.appliance.set_up_other();
    std::string other_key;
    client.appliance.services().store.write("site key", [&](store::Tx& tx) {
        other_key = client.appliance.services().site_keys.add(tx, OrganisationId(2), "headsets", false).key;
    });
    CHECK(client.send("GET", "/devices/list", other.token).body == R"({"devices":[],"success":true})");
    CHECK(client
              .post("/clients/start_session",
                    R"({"device_id":")" + device["id"].get<std::string>() + R"(","scenario_id":")" +
                        scenario + "\"}",
                    other.token)
              .status == 404);
    const std::string body = R"({"device_serial_number":"PICO-1","record_id":")" + record + "\"}";
    CHECK(client.parsed(client.post(under(other_key, "/devices/auto_connect"), body))["connected"] == false);
    CHECK(client.post(under(other_key, "/devices/start_game"), body).body == idle);
    CHECK(client.post(under(other_key, "/records/add"), body).status == 404);
    // A headset that is linked here cannot be linked there.
    const auto code =
        client.parsed(client.send("GET", "/clients/add_device", other.token))["connect_code"].dump();
    CHECK(
        client.post("/devices/connect", R"({"connect_code":)" + code + R"(,"device_serial_number":"PICO-1"})")
            .status == 403);
}

TEST_CASE("training: /api-docs is the interactive documentation", "[dialects]") {
    const Client client;
    const auto answer = client.send("GET", "/api-docs/");
    if (platform::find_embedded("web/docs.html.gz") == nullptr) {
        CHECK(answer.status == 404); // built without the page
        return;
    }
    CHECK(answer.status == 200);
    CHECK_THAT(answer.headers.at("content-type"), ContainsSubstring("text/html"));
}
