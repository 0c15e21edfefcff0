// The training dialect, the lines of its section that no single call shows: readiness over a whole session,
// and the audit row of every call with client, user, device, scenario, action, success and error.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

#include "support/training_client.h"
#include "support/wire_lines.h"

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
    CHECK(listed().at("running_scenario").get<std::string>().empty());
    CHECK(listed().at("running_record").get<std::string>().empty());
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
    CHECK(start().at("user_id").get<std::string>().empty());
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

// ---- the lines of docs/dialects/training.md, one row each: literal bytes both ways ----

namespace {

std::string sdk_error(const std::string& status, const std::string& message) {
    const std::string response = R"({"code":)" + status + R"(,"data":{},"message":")" + message + R"("})";
    return R"({"code":)" + status + R"(,"data":{},"isAbort":false,"message":")" + message +
           R"(","name":"ClientResponseError )" + status + R"(","originalError":{"data":)" + response +
           R"(,"status":)" + status + R"(,"url":""},"response":)" + response + R"(,"status":)" + status +
           R"(,"success":false,"url":""})";
}

std::string in_collection(const std::string& name) {
    return R"("collectionId":")" + name + R"(","collectionName":")" + name + "\"";
}

const std::string created = R"("created":"2026-09-01T08:00:00.000Z",)",
                  updated = R"("updated":"2026-09-01T08:00:00.000Z")";

std::vector<support::WireLine> linking_lines() {
    const std::string device = R"({"client_id":"1",)" + in_collection("devices") +
                               R"(,"connect_code":$code,"connected":true,)" + created +
                               R"("device_id":"$device","device_ip":"","device_serial_number":"PICO-1",)"
                               R"("id":"$device","ready":false,"running_record":"","running_scenario":"")";
    const std::string linked = R"({"client_id":"1",)" + in_collection("devices") +
                               R"(,"connect_code":$code,"connected":true,)" + created +
                               R"("device_id":"<device:integer>","device_ip":"",)"
                               R"("device_serial_number":"PICO-1","id":"<integer>","ready":false,)"
                               R"("running_record":"","running_scenario":"","token":"<own:token>",)" +
                               updated + "}";
    return {
        {"POST /clients/login: seats are those left", "POST /clients/login",
         R"({"username":"head","password":"correct horse"})", 200,
         R"({"client_id":"1","name":"Test School","seats":40,"seats_bought":40,"seats_left":40,)"
         R"("token":"<token>"})"},
        {"wrong: 400 \"Failed to authenticate.\", as the SDK's error", "POST /clients/login",
         R"({"username":"head","password":"wrong"})", 400, sdk_error("400", "Failed to authenticate.")},
        {"GET /clients/add_device: {connect_code: <number>}", "GET /clients/add_device", "", 200,
         R"({"connect_code":<code:integer>,"expires_at":"<time>"})", "$panel"},
        {"POST /devices/connect: the device + token", "POST /devices/connect",
         R"({"connect_code":$code,"device_serial_number":"PICO-1"})", 200, linked},
        {"unknown or old code: 404", "POST /devices/connect",
         R"({"connect_code":"$code","device_serial_number":"PICO-1"})", 404,
         sdk_error("404", "The requested resource wasn't found.")},
        {"POST /devices/auto_connect: the device", "POST /k/$key/devices/auto_connect",
         R"({"device_serial_number":"PICO-1"})", 200, device + "," + updated + "}"},
        {"or connected:false", "POST /k/$key/devices/auto_connect", R"({"device_serial_number":"PICO-9"})",
         200, R"({"connected":false,"message":"device is not connected to client"})"},
        {"GET /devices/list", "GET /devices/list", "", 200,
         R"({"devices":[)" + device + "," + updated + R"(}],"success":true})", "$panel"},
        {"no client login: 200, both spellings", "GET /devices/list", "", 200, no_login},
        {"/scenarios/add included", "POST /scenarios/add", R"({"scenario_name":"Fire"})", 200, no_login},
        {"POST /scenarios/add: client_id is echoed; keys as arrays whatever was sent",
         "POST /k/$key/scenarios/add",
         R"({"scenario_name":"Fire","client_id":"abc","metrics_keys":"errors, speed","checklist_keys":["call"]})",
         200,
         R"({"record":{"additional_info":{},"checklist_keys":["call"],"client_id":"abc",)" +
             in_collection("scenarios") + "," + created +
             R"("id":"<scenario:integer>","metrics_keys":["errors","speed"],"name":"Fire",)" + updated +
             "}}"},
    };
}

} // namespace

TEST_CASE("training, line by line", "[dialects]") {
    const Client client;
    support::WireLines lines(
        [&](const std::string& method, const std::string& path, const std::string& body,
            const std::string& token) { return client.send(method, path, token, body); });
    lines.keep("panel", client.token);
    lines.keep("key", client.key);
    lines.keep("ada", client.ada);
    lines.check(linking_lines());
    lines.check({
        {"POST /clients/start_session: the running scenario; user_id is \"\" if absent",
         "POST /clients/start_session", R"({"device_id":"$device","running_scenario":"$scenario"})", 200,
         R"({"active":true,"client_id":"1",)" + in_collection("running_scenarios") + "," + created +
             R"("device_id":"$device","id":"<run:integer>","running_scenario":"$scenario",)"
             R"("scenario_name":"Fire",)" +
             updated + R"(,"user_id":""})",
         "$panel"},
        {"a device that is unknown: 404", "POST /clients/start_session",
         R"({"device_id":"99","scenario_id":"$scenario"})", 404,
         sdk_error("404", "The requested resource wasn't found."), "$panel"},
        {"POST /devices/start_game: the game", "POST /devices/start_game", R"({"device_id":"$device"})", 200,
         R"({"additional_info":{},"checklist_keys":["call"],"client_id":"1","device_id":"$device",)"
         R"("metrics_keys":["errors","speed"],"record_id":"$run","scenario_id":"$scenario",)"
         R"("scenario_name":"Fire"})",
         "$own"},
        {"POST /records/add: the record, with both spellings of its scenario", "POST /records/add",
         R"({"client_id":"abc","record_id":"$run","checklist":{"call":true}})", 200,
         R"({"client_id":"abc",)" + in_collection("playing_records") + "," + created +
             R"("device_id":"$device","id":"$run","passed":true,"scenario_id":"$scenario",)"
             R"("sceneario_id":"$scenario","score":<integer>.0,)" +
             updated + R"(,"user_id":""})",
         "$own"},
        {"start_game without a scenario", "POST /devices/start_game", "{}", 200, idle, "$own"},
    });
    CHECK(client.send("GET", "/api-docs.json").body == client.send("GET", "/openapi.json").body);
}
