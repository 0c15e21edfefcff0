// A client of the training dialect, its panel and its headsets: literal bytes over real sockets, sharing no
// code with the server that answers.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "support/raw_client.h"
#include "support/test_appliance.h"

namespace support::training_client {

using nlohmann::json;
using support::RawAnswer;

inline const char* const no_login =
    R"({"mesage":"invalid or expired token","message":"invalid or expired token","success":false})";
inline const char* const idle = R"({"status":"failed","message":"device not marked ready"})";

inline std::string under(const std::string& key, const std::string& path) {
    return "/k/" + key + path;
}

// A client as the panel and the headsets of the training dialect find it: "Test School" with administrator
// head, student ada, one key for headsets and one for panels.
class Client {
public:
    Client() {
        head = appliance.set_up();
        ada = appliance.add_person(head, "student", "ada", "1111")["id"].dump();
        appliance.services().store.write("site keys", [&](store::Tx& tx) {
            key = appliance.services().site_keys.add(tx, OrganisationId(1), "headsets", false).key;
            panel_key = appliance.services().site_keys.add(tx, OrganisationId(1), "panel", true).key;
        });
        token = parsed(post("/clients/login", R"({"username":"head","password":"correct horse"})"))["token"];
    }

    RawAnswer send(const std::string& method, const std::string& path, const std::string& credential = "",
                   const std::string& body = "", const std::string& type = "application/json") const {
        support::RawClient client(appliance.port());
        std::string request = method + " " + path + " HTTP/1.1\r\nHost: box\r\n";
        if (credential.find('=') != std::string::npos)
            request += "Cookie: " + credential + "\r\n";
        else if (!credential.empty())
            request += "Authorization: Bearer " + credential + "\r\n";
        if (!body.empty())
            request +=
                "Content-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
        return client.ask(request + "\r\n" + body);
    }
    RawAnswer post(const std::string& path, const std::string& body,
                   const std::string& credential = "") const {
        return send("POST", path, credential, body);
    }
    static json parsed(const RawAnswer& answer, int status = 200) {
        INFO(answer.body);
        REQUIRE(answer.status == status);
        return json::parse(answer.body);
    }
    std::string code() const {
        return parsed(send("GET", "/clients/add_device", token))["connect_code"].dump();
    }
    json connect(const std::string& serial_number) const {
        return parsed(post("/devices/connect", R"({"connect_code":)" + code() +
                                                   R"(,"device_serial_number":")" + serial_number + "\"}"));
    }
    // The id of a new scenario with metrics "errors" and "speed" and checklist "call" and "door".
    std::string add_scenario(const std::string& name) const {
        return parsed(
            post(under(key, "/scenarios/add"),
                 R"({"scenario_name":")" + name +
                     R"(","client_id":"1","metrics_keys":["errors","speed"],)"
                     R"("checklist_keys":"call, door","additional_info":{"level":2}})"))["record"]["id"];
    }
    json start(const std::string& device_id, const std::string& scenario_id) const {
        return parsed(post(
            "/clients/start_session",
            R"({"device_id":")" + device_id + R"(","user_id":"ada","scenario_id":")" + scenario_id + "\"}",
            token));
    }
    json audit_rows(const std::string& action) const {
        return appliance.services().store.read([&](store::Read& read) {
            json rows = json::array();
            auto found = read.query(
                "SELECT target, success, error, times, status FROM audit_log WHERE action = ? ORDER BY id",
                action);
            while (found.step()) {
                std::string target, error;
                bool success = false;
                std::int64_t times = 0, status = 0;
                found.read(target, success, error, times, status);
                rows.push_back({{"target", json::parse(target, nullptr, false)},
                                {"success", success},
                                {"error", error},
                                {"times", times},
                                {"status", status}});
            }
            return rows;
        });
    }

    mutable support::TestAppliance appliance;
    support::Credential head;
    std::string key, panel_key, token, ada;
};

} // namespace support::training_client
