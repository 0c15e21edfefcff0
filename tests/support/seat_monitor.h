// A client of the seats dialect and the school that it watches: one room of one row with two seats, somebody
// who registered, and a clock that stands still, so every byte of an answer is known.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "platform/totp.h"
#include "support/socket_client.h"
#include "support/test_appliance.h"

namespace seat_monitor {

using nlohmann::json;
using support::SocketClient;
using namespace std::chrono_literals;

// One room of one row with two seats, a teacher who signed in, and a clock that stands still: so every byte
// is known.
constexpr const char *
    ts = R"("ts":1788249600000)",
   *hall =
       R"({"cinema_id":1,"created_at":"2026-09-01T08:00:00.000Z","id":1,"name":"Room 2","places":2,"rows":1,"seat_types":[{"id":1,"name":"Standard","seats":{"MAINTENANCE":0,"OCCUPIED":0,"RESERVED":0,"VACANT":2},"seats_count":2}],"seats":[{"height":30,"id":1,"place":1,"rotation":0,"row":1,"seat_type":{"id":1,"name":"Standard"},"status":"VACANT","updated_at":"2026-09-01T08:00:00.000Z","width":30,"x":0,"y":0},{"height":30,"id":2,"place":2,"rotation":0,"row":1,"seat_type":{"id":1,"name":"Standard"},"status":"VACANT","updated_at":"2026-09-01T08:00:00.000Z","width":30,"x":40,"y":0}]})",
   *cinemas =
       R"([{"color":"#2f6fde","created_at":"2026-09-01T08:00:00.000Z","halls":[{"id":1,"name":"Room 2","places":2,"rows":1,"seats_count":{"MAINTENANCE":0,"OCCUPIED":0,"RESERVED":0,"VACANT":2}}],"id":1,"name":"Test School"}])";

inline std::string reply(const std::string& status, const std::string& type, const std::string& data,
                         const std::string& eid, const std::string& error = "null") {
    return R"({"data":)" + data + R"(,"eid":)" + eid + R"(,"error":)" + error + R"(,"status":")" + status +
           R"(",)" + ts + R"(,"type":)" + type + "}";
}

inline std::string failed(const std::string& type, const std::string& eid, const std::string& code) {
    return reply("error", type, "null", eid, '"' + code + '"');
}

// What nobody could read is answered with an eid of the server's: EID stands for it.
inline std::string without_eid(std::string answer) {
    const std::string key = R"("eid":")";
    const auto from = answer.find(key);
    if (from == answer.npos) return answer;
    const auto end = answer.find('"', from + key.size());
    return end - from < key.size() + 16 ? answer : answer.replace(from + 6, end + 1 - from - 6, "EID");
}

inline std::string error_body(const std::string& code) {
    return R"({"data":null,"error":")" + code + R"(","status":"error"})";
}

class Monitor {
public:
    explicit Monitor(std::chrono::milliseconds silent_limit = std::chrono::minutes(10))
        : appliance({}, std::chrono::seconds(5), "", silent_limit) {
        head = appliance.set_up();
        appliance.make_room(head, "Room 2", 1, 2);
    }
    std::string invite() {
        return appliance.expect(201, "POST", "/v1/invitations", {{"role", "teacher"}}, head)["code"];
    }
    support::Reply post(const std::string& path, const std::string& body, const std::string& cookie = "") {
        std::vector<std::pair<std::string, std::string>> headers{{"Content-Type", "application/json"}};
        if (!cookie.empty()) headers.emplace_back("Cookie", "handshake_token=" + cookie);
        return appliance.call_raw("POST", path, body, headers);
    }
    static std::string cookie_in(const std::string& set_cookie) {
        const auto from = set_cookie.find('=') + 1;
        return set_cookie.substr(from, set_cookie.find(';') - from);
    }
    std::string code(const std::string& of) { return platform::totp_code(of, appliance.clock.now_ms()); }
    // A code works once, and the next one comes with the next half minute.
    void wait_for_code() { appliance.clock.advance(30s); }

    // Registers somebody; returns the cookie.
    std::string registered(const std::string& username) {
        const json begun = post("/user/auth_start", R"({"username":")" + username + "+" + invite() + "\"}")
                               .json()
                               .at("data");
        const std::string url = begun.at("qr_url");
        secret = url.substr(url.find("secret=") + 7);
        const auto done =
            post("/user/register", R"({"username":")" + username + R"(","code":")" + code(secret) + "\"}");
        REQUIRE(done.json().at("status") == "success");
        return cookie_in(done.header("set-cookie"));
    }
    SocketClient open(const std::string& cookie = "", const std::string& path = "/") {
        SocketClient::Headers headers;
        if (!cookie.empty()) headers.emplace_back("Cookie", "handshake_token=" + cookie);
        return SocketClient(appliance.port(), path, headers);
    }
    SocketClient open_signed_in() { return open(registered("rossi")); }
    static std::string ask(SocketClient& socket, const std::string& message) {
        socket.send(message);
        return socket.read().value_or("closed");
    }

    support::TestAppliance appliance;
    support::Credential head;
    std::string secret;
};

} // namespace seat_monitor
