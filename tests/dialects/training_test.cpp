// The training dialect as its clients speak it: signing in and linking headsets.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "support/training_client.h"

using Catch::Matchers::ContainsSubstring;
using namespace support::training_client;

TEST_CASE("training: a client signs in, and gets a token and a cookie", "[dialects]") {
    const Client client;
    for (const auto& [type, body] : std::vector<std::pair<std::string, std::string>>{
             {"application/json", R"({"username":"head","password":"correct horse"})"},
             {"application/x-www-form-urlencoded", "username=head&password=correct+horse"}}) {
        const auto answer = client.send("POST", "/clients/login/", "", body, type);
        CHECK(answer.status == 200);
        const auto said = json::parse(answer.body);
        CHECK(said["name"] == "Test School");
        CHECK(said["seats"] == 40); // those that are left
        CHECK(said["token"].get<std::string>().size() >= 32);
        const std::string cookie = answer.headers.at("set-cookie");
        CHECK_THAT(cookie, ContainsSubstring("HttpOnly") && ContainsSubstring("SameSite=Strict"));
        // Either is a login for the panel. So is a key in the base URL, for panels that send neither.
        const auto pair = cookie.substr(0, cookie.find(';'));
        CHECK(client.send("GET", "/devices/list", pair).body == R"({"devices":[],"success":true})");
        CHECK(client.send("GET", "/devices/list", said["token"]).body == R"({"devices":[],"success":true})");
    }
    CHECK(client.send("GET", under(client.panel_key, "/clients/list_devices")).body ==
          R"({"devices":[],"success":true})");
}

TEST_CASE("training: a wrong client login is 400, the same whatever is wrong, and locks", "[dialects]") {
    const Client client;
    client.appliance.add_person(client.head, "teacher", "rossi");
    std::set<std::string> bodies;
    for (const char* body :
         {R"({"username":"head","password":"wrong"})", R"({"username":"nobody","password":"correct horse"})",
          R"({"username":"rossi","password":"1234"})"}) {
        const auto answer = client.post("/clients/login", body);
        CHECK(answer.status == 400);
        const auto said = json::parse(answer.body);
        CHECK(said["code"] == 400);
        CHECK(said["message"].is_string());
        CHECK(said["data"] == json::object());
        bodies.insert(answer.body);
    }
    CHECK(bodies.size() == 1);
    CHECK(client.post("/clients/login", R"({"username":"head"})").status == 400);
    CHECK(client.post("/clients/login", "").status == 400);
    CHECK(client.post("/clients/login", "{nonsense").status == 400);
    for (int i = 0; i < 6; ++i)
        client.post("/clients/login", R"({"username":"head","password":"wrong"})");
    const auto locked = client.post("/clients/login", R"({"username":"head","password":"correct horse"})");
    CHECK(locked.status == 429);
    CHECK(locked.headers.contains("retry-after"));
    CHECK(json::parse(locked.body)["code"] == 429);
}

TEST_CASE("training: without a client login the panel's calls say so with 200", "[dialects]") {
    const Client client;
    const std::string student = client.appliance.log_in("ada", "1111").token;
    const struct {
        const char *method, *path;
    } calls[] = {{"GET", "/clients/add_device"},
                 {"GET", "/devices/list"},
                 {"GET", "/clients/list_devices"},
                 {"POST", "/clients/start_session"}};
    for (const auto& [method, path] : calls) {
        INFO(path);
        const std::string body = *method == 'P' ? R"({"device_id":"1","scenario_id":"1"})" : "";
        for (const std::string& credential : {std::string(), std::string("no-such-token"), student}) {
            const auto answer = client.send(method, path, credential, body);
            CHECK(answer.status == 200);
            CHECK(answer.body == no_login);
        }
        // A headset's rights don't include a client's.
        CHECK(client.send(method, under(client.key, path), "", body).body == no_login);
    }
    // The answer has status 200, but the audit log shows a failure.
    CHECK(support::TestAppliance::wait_for([&] {
        const auto rows = client.audit_rows("GET /devices/list");
        return rows.size() >= 4 && rows[0]["success"] == false &&
               !rows[0]["error"].get<std::string>().empty();
    }));
}

TEST_CASE("training: without any credential a headset's calls are 401", "[dialects]") {
    const Client client;
    for (const char* path : {"/devices/auto_connect", "/devices/start_game", "/records/add"}) {
        INFO(path);
        for (const char* credential : {"", "no-such-token"}) {
            const auto answer = client.post(path, R"({"device_id":"1"})", credential);
            CHECK(answer.status == 401);
            const auto said = json::parse(answer.body);
            CHECK(said["code"] == 401);
            CHECK(said["message"].is_string());
            CHECK(said["data"] == json::object());
        }
        CHECK(client.post(under("nonsense", path), R"({"device_id":"1"})").status == 401);
    }
    const std::string student = client.appliance.log_in("ada", "1111").token;
    for (const std::string& credential : {std::string(), std::string("no-such-token"), student})
        CHECK(client.post("/scenarios/add", R"({"scenario_name":"Mine"})", credential).body == no_login);
}

TEST_CASE("training: a headset links by code, as number or as text, once", "[dialects]") {
    const Client client;
    const auto code = client.parsed(client.send("GET", "/clients/add_device", client.token))["connect_code"];
    CHECK(code.is_number_integer());
    CHECK((code >= 0 && code <= 999999));
    const std::string body = R"({"connect_code":)" + code.dump() + R"(,"device_serial_number":"PICO-1"})";
    const auto device = client.parsed(client.post("/devices/connect", body));
    CHECK(device["id"].is_string());
    CHECK(device["device_id"] == device["id"]);
    CHECK(device["device_serial_number"] == "PICO-1");
    CHECK(device["client_id"] == "1");
    CHECK(device["connect_code"] == code);
    CHECK(device["connected"] == true);
    CHECK(device["ready"] == false);
    CHECK(device.at("running_scenario").get<std::string>().empty());
    CHECK(device.at("running_record").get<std::string>().empty());
    CHECK(device["token"].get<std::string>().size() >= 32);
    CHECK(client.post("/devices/connect", body).status == 404); // it works once
    // The code as text, padded, in a form.
    std::string digits = client.code();
    digits.insert(0, 6 - digits.size(), '0');
    CHECK(client
              .send("POST", "/devices/connect", "", "connect_code=" + digits + "&device_serial_number=PICO-2",
                    "application/x-www-form-urlencoded")
              .status == 200);
    const auto list = client.parsed(client.send("GET", "/clients/list_devices", client.token));
    CHECK(list["success"] == true);
    REQUIRE(list["devices"].size() == 2);
    json first = list["devices"][0];
    first["token"] = device["token"];
    CHECK(first == device);
    CHECK(client.appliance.expect(200, "GET", "/v1/organisation", nullptr,
                                  client.head)["licence"]["seats_left"] == 38);
}

TEST_CASE("training: codes that are wrong, old or malformed", "[dialects]") {
    const Client client;
    const std::string code = client.code();
    const auto connect = [&](const std::string& digits, const std::string& serial_number) {
        return client.post("/devices/connect", R"({"connect_code":)" + digits +
                                                   R"(,"device_serial_number":")" + serial_number + "\"}");
    };
    for (const char* malformed : {"1234567", "\"12a\"", "-1", "1.5", "null", "\"\"", "[1]"}) {
        INFO(malformed);
        CHECK(connect(malformed, "PICO-1").status == 400);
    }
    CHECK(client.post("/devices/connect", R"({"connect_code":1})").status == 400);
    for (const char* placeholder : {"unknown", "0000000000", "7", "0123456789ABCDEF", "1234567890"})
        CHECK(connect(code, placeholder).status == 400);
    const std::string other = code == "7" ? "8" : "7";
    CHECK(connect(other, "PICO-1").status == 404);
    CHECK(json::parse(connect(other, "PICO-1").body)["code"] == 404);
    client.appliance.clock.advance(std::chrono::minutes(10));
    CHECK(connect(code, "PICO-1").status == 404);
    const std::string fresh = client.code();
    for (int i = 0; i < 10; ++i)
        connect(other, "PICO-1");
    // Codes are being guessed from there: a right one waits for a tap.
    CHECK(connect(fresh, "PICO-1").status == 404);
    const auto waits =
        client.appliance.expect(200, "GET", "/v1/pairing-requests", nullptr, client.head)["items"];
    REQUIRE(waits.size() == 1);
    CHECK(connect(fresh, "PICO-1").status == 404);
    client.appliance.expect(
        200, "POST",
        "/v1/pairing-requests/" +
            client.appliance
                .expect(200, "GET", "/v1/pairing-requests", nullptr, client.head)["items"][0]["id"]
                .dump() +
            "/admit",
        nullptr, client.head);
    CHECK(connect(fresh, "PICO-2").status == 404);
    CHECK(connect(fresh, "PICO-1").status == 200);
}

TEST_CASE("training: no seat is 403; an expired licence links nothing new and stops nothing", "[dialects]") {
    const Client client;
    const auto device = client.connect("PICO-1");
    const std::string scenario = client.add_scenario("Fire");
    const auto licence = [&](std::int64_t seats, std::optional<std::string> last_day) {
        client.appliance.services().store.write("licence", [&](store::Tx& tx) {
            client.appliance.services().organisations.change_licence(tx, OrganisationId(1),
                                                                     {std::nullopt, seats, last_day});
        });
    };
    const std::string waiting = client.code();
    licence(1, std::nullopt);
    const auto refused = client.send("GET", "/clients/add_device", client.token);
    CHECK(refused.status == 403);
    CHECK(json::parse(refused.body)["success"] == false);
    CHECK(json::parse(refused.body)["message"].is_string());
    CHECK(client
              .post("/devices/connect",
                    R"({"connect_code":)" + waiting + R"(,"device_serial_number":"PICO-2"})")
              .status == 403);
    licence(5, "2020-01-01");
    CHECK(client.send("GET", "/clients/add_device", client.token).status == 403);
    client.start(device["id"], scenario);
    CHECK(client.parsed(client.post("/devices/start_game", "{}", device["token"]))["scenario_id"] ==
          scenario);
    // Unlinking gives the seat back.
    licence(1, std::nullopt);
    client.appliance.expect(204, "DELETE", "/v1/devices/" + device["id"].get<std::string>(), nullptr,
                            client.head);
    CHECK(client.send("GET", "/clients/add_device", client.token).status == 200);
    CHECK(
        client.post("/devices/start_game", R"({"device_serial_number":"PICO-1"})", device["token"]).status ==
        401);
}

TEST_CASE("training: auto_connect says whether a headset is linked", "[dialects]") {
    const Client client;
    const auto device = client.connect("PICO-1"), second = client.connect("PICO-2");
    const std::string body = R"({"device_serial_number":"PICO-1"})";
    json expected = device;
    expected.erase("token");
    CHECK(client.parsed(client.post(under(client.key, "/devices/auto_connect"), body)) == expected);
    CHECK(client.parsed(client.post("/devices/auto_connect/", body, device["token"])) == expected);
    for (const auto& answer :
         {client.post(under(client.key, "/devices/auto_connect"), R"({"device_serial_number":"PICO-9"})"),
          client.post("/devices/auto_connect", body, second["token"])}) {
        const auto said = client.parsed(answer);
        CHECK(said["connected"] == false);
        CHECK(said["message"].is_string());
    }
}
