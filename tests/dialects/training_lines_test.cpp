// The training dialect, the lines of its section that no single call shows: readiness over a whole session,
// and the audit row of every call with client, user, device, scenario, action, success and error.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

#include "support/training_client.h"

using namespace support::training_client;

namespace {

// As clients do that use another word for tokens.
RawAnswer with_scheme(const Client& client, const std::string& scheme, const std::string& token) {
    support::RawClient raw(client.appliance.port());
    return raw.ask("GET /devices/list HTTP/1.1\r\nHost: box\r\nAuthorization: " + scheme + " " + token +
                   "\r\n\r\n");
}

} // namespace

TEST_CASE("training: a headset is ready while a scenario waits or runs for it, and no longer", "[dialects]") {
    const Client client;
    const auto device = client.connect("PICO-1");
    const std::string id = device["id"], own = device["token"], scenario = client.add_scenario("Fire");
    const auto listed = [&] {
        return client.parsed(client.send("GET", "/clients/list_devices", client.token))["devices"][0];
    };
    const auto phase = [&](const std::string& run) {
        return client.appliance.expect(200, "GET", "/v1/trainings/" + run, nullptr, client.head)["phase"];
    };
    CHECK(listed()["ready"] == false);
    const std::string run = client.start(id, scenario)["id"];
    CHECK(listed()["ready"] == true); // it waits
    client.post("/devices/start_game", "{}", own);
    CHECK(support::TestAppliance::wait_for([&] { return phase(run) == "fetched"; }));
    CHECK(listed()["ready"] == true);
    client.appliance.clock.advance(std::chrono::seconds(4));
    CHECK(support::TestAppliance::wait_for([&] { return phase(run) == "running"; }));
    CHECK(listed()["ready"] == true);
    CHECK(listed()["running_record"] == run);
    CHECK(client.parsed(client.post("/devices/start_game", "{}", own))["record_id"] == run); // once more
    client.post("/records/add", R"({"record_id":")" + run + "\"}", own);
    CHECK(listed()["ready"] == false);
    CHECK(listed().at("running_scenario").is_null());
    CHECK(listed().at("running_record").is_null());
}

TEST_CASE("training: a session without user_id belongs to the person signed in on the headset",
          "[dialects]") {
    const Client client;
    const auto device = client.connect("PICO-1");
    const std::string id = device["id"], scenario = client.add_scenario("Fire");
    const auto start = [&] {
        return client.parsed(client.post("/clients/start_session",
                                         R"({"device_id":")" + id + R"(","scenario_id":")" + scenario + "\"}",
                                         client.token));
    };
    CHECK(start().at("user_id").is_null());
    client.appliance.expect(200, "POST", "/v1/headset/sign-in", {{"nickname", "ada"}, {"pin", "1111"}},
                            {device["token"], {}});
    CHECK(start().at("user_id") == client.ada);
}

TEST_CASE("training: tokens come as Bearer or Token", "[dialects]") {
    const Client client;
    for (const char* scheme : {"Bearer", "bearer", "Token", "token"})
        CHECK(with_scheme(client, scheme, client.token).body == R"({"devices":[],"success":true})");
    CHECK(with_scheme(client, "Basic", client.token).body == no_login);
}

TEST_CASE("training: every call, good or bad, leaves a row with what the original's log holds",
          "[dialects]") {
    const Client client;
    const auto device = client.connect("PICO-1");
    const std::string id = device["id"], own = device["token"], scenario = client.add_scenario("Fire");
    const std::string run = client.start(id, scenario)["id"];
    client.send("GET", "/devices/list", client.token);
    client.post(under(client.key, "/devices/auto_connect"), R"({"device_serial_number":"PICO-1"})");
    client.post("/records/add", R"({"record_id":")" + run + "\"}", own);
    // Each of them fails, too.
    client.post("/clients/login", R"({"username":"head","password":"wrong"})");
    client.post("/devices/connect", R"({"connect_code":"x","device_serial_number":"PICO-2"})");
    client.post("/devices/auto_connect", R"({"device_serial_number":"PICO-1"})");
    client.post("/clients/start_session", R"({"device_id":"99","scenario_id":"1"})", client.token);
    client.post("/records/add", R"({"record_id":"999"})", own);
    client.post(under(client.key, "/scenarios/add"), "{}");
    client.send("GET", "/clients/add_device");

    for (const char* action : {"POST /clients/login", "POST /devices/connect", "POST /devices/auto_connect",
                               "POST /clients/start_session", "POST /records/add", "POST /scenarios/add",
                               "GET /clients/add_device"}) {
        INFO(action);
        CHECK(support::TestAppliance::wait_for([&] {
            bool good = false, bad = false;
            for (const auto& row : client.audit_rows(action)) {
                good = good || (row["success"] == true && row["error"].get<std::string>().empty());
                bad = bad || (row["success"] == false && !row["error"].get<std::string>().empty());
            }
            return good && bad;
        }));
    }
    const auto target = [&](const char* action) {
        for (const auto& row : client.audit_rows(action))
            if (row["success"] == true) return row["target"];
        return json();
    };
    const std::string ids = R"("client":1,"device":)" + id;
    CHECK(target("POST /clients/login")["client"] == 1);
    CHECK(target("GET /clients/add_device") == json::parse(R"({"client":1})"));
    CHECK(target("POST /devices/connect") == json::parse("{" + ids + "}"));
    CHECK(target("POST /devices/auto_connect") == json::parse("{" + ids + "}"));
    CHECK(target("GET /devices/list") == json::parse(R"({"client":1})"));
    CHECK(target("POST /scenarios/add")["scenario"].dump() == scenario);
    json of_run = json::parse("{" + ids + "}");
    for (const auto& [name, text] : {std::pair("person", client.ada), {"scenario", scenario}, {"run", run}})
        of_run[name] = json::parse(text);
    for (const char* action : {"POST /clients/start_session", "POST /records/add"})
        CHECK(target(action) == of_run);
}
