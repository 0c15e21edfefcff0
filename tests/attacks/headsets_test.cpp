// Attackers who name a headset that is not theirs, invent headsets, or guess pairing codes. Beside them, a class
// that pairs its headsets and wears them.
#include <catch2/catch_test_macros.hpp>

#include "support/raw_client.h"
#include "support/training_client.h"

using support::Credential;
using support::Json;
using support::RawClient;
using support::TestAppliance;
using support::training_client::Client;
using namespace std::chrono_literals;

namespace {

constexpr const char *elsewhere = "127.0.0.66", *json_type = "Content-Type: application/json\r\n";

// Anna wears DPVR-1; Ben has his own PIN and nothing else.
struct Class {
    TestAppliance box;
    Credential head = box.set_up();
    TestAppliance::Headset headset;
    std::int64_t anna = 0;

    Class() {
        anna = box.add_person(head, "student", "anna", "1111")["id"];
        box.add_person(head, "student", "ben", "2222");
        headset = box.pair(head, "DPVR-1");
        box.expect(200, "POST", "/v1/headset/sign-in", {{"nickname", "anna"}, {"pin", "1111"}},
                   headset.credential);
    }
    bool anna_wears_it() {
        const Json me = box.expect(200, "GET", "/v1/logins/current", nullptr, headset.credential);
        return me.at("person").at("id") == anna && me.at("device").at("serial_number") == "DPVR-1";
    }
    Json waiting() { return box.expect(200, "GET", "/v1/pairing-requests", nullptr, head).at("items"); }
};

support::RawAnswer pair(RawClient& client, const std::string& code, const std::string& serial_number) {
    return client.ask(support::post_request(
        "/v1/pairings", Json{{"code", code}, {"serial_number", serial_number}}.dump(), json_type));
}

} // namespace

TEST_CASE("a student's own PIN takes nobody's headset", "[attacks][devices]") {
    Class at;
    const auto log_in =
        at.box.call("POST", "/api/login/", {{"nickname", "ben"}, {"pin", "2222"}, {"device_id", "DPVR-1"}});
    CHECK(log_in.status == 200);
    CHECK(at.anna_wears_it());
    at.box.expect(401, "GET", "/v1/logins/current", nullptr, {log_in.json().at("token"), ""});

    at.box.expect(200, "PUT", "/v1/pairing-window", {{"open_for_s", 600}}, at.head);
    const auto pairing = at.box.call("POST", "/v1/pairings/sign-in",
                                     {{"nickname", "ben"}, {"pin", "2222"}, {"serial_number", "dpvr-1"}});
    CHECK(pairing.status == 202);
    CHECK(at.anna_wears_it());
    at.box.expect(401, "GET", "/v1/logins/current", nullptr, {pairing.json().at("token"), ""});

    // A code that he saw on the board is of no use for it either.
    const std::string code = at.box.expect(201, "POST", "/v1/pairing-codes", nullptr, at.head).at("code");
    RawClient laptop(at.box.port());
    CHECK(pair(laptop, code, "DPVR-1").status == 202);
    CHECK(at.anna_wears_it());
    for (const Json& request : at.waiting())
        CHECK(request.at("device_id") == at.headset.id.value());
}

TEST_CASE("a key that every headset has speaks for none that uses a token of its own", "[attacks][devices]") {
    const Client client;
    const auto connect = [&](const char* serial_number) { return client.connect(serial_number); };
    const auto proven = connect("PICO-1"), named = connect("PICO-2");
    client.appliance.expect(200, "GET", "/v1/logins/current", nullptr, {proven["token"], ""});
    const std::string scenario = client.add_scenario("Fire");
    const auto record = [&](const char* serial_number) {
        return client
            .post(support::training_client::under(client.key, "/records/add"),
                  R"({"device_serial_number":")" + std::string(serial_number) + R"(","scenario_id":")" +
                      scenario + "\"}")
            .status;
    };
    CHECK(record("PICO-1") == 404);
    CHECK(record("PICO-2") == 200);
}

TEST_CASE("a laptop that guesses codes keeps no class from pairing", "[attacks][devices]") {
    TestAppliance box;
    const Credential head = box.set_up();
    const auto code = [&] {
        return box.expect(201, "POST", "/v1/pairing-codes", nullptr, head).at("code").get<std::string>();
    };
    std::vector<std::string> codes;
    for (int i = 0; i < 30; ++i)
        codes.push_back(code());
    const auto wrong = [&](int n) {
        std::string digits;
        do
            digits = std::to_string(1'000'000 + n++).substr(1);
        while (std::ranges::find(codes, digits) != codes.end());
        return digits;
    };
    RawClient laptop(box.port(), 0, elsewhere), headset(box.port());
    for (int i = 0; i < 300; ++i)
        CHECK(pair(laptop, wrong(1000 * i), "GUESS-" + std::to_string(i)).status == 404);
    for (int i = 0; i < 30; ++i)
        CHECK(pair(headset, codes[static_cast<std::size_t>(i)], "DPVR-" + std::to_string(i)).status == 201);
    // Even a lucky one has to get past the teacher.
    CHECK(pair(laptop, code(), "GUESS").status == 202);
    CHECK(box.expect(200, "GET", "/v1/pairing-requests", nullptr, head).at("items").size() == 1);
}

TEST_CASE("invented serial numbers fill neither the waiting list nor the seats", "[attacks][devices]") {
    Class at;
    const auto sign_in = [&](const char* nickname, const char* pin, const std::string& serial_number) {
        return at.box
            .call("POST", "/v1/pairings/sign-in",
                  {{"nickname", nickname}, {"pin", pin}, {"serial_number", serial_number}})
            .status;
    };
    CHECK(sign_in("anna", "1111", "QUEST-1") == 202);
    for (int i = 0; i < 200; ++i)
        CHECK(sign_in("ben", "2222", "INVENTED-" + std::to_string(i)) == 202);
    CHECK(at.waiting().size() == 3);
    CHECK(at.waiting().at(0).at("serial_number") == "QUEST-1");

    at.box.expect(200, "PUT", "/v1/pairing-window", {{"open_for_s", 600}}, at.head);
    int taken = 0;
    for (int i = 0; i < 39; ++i)
        taken += sign_in("ben", "2222", "INVENTED-" + std::to_string(i)) == 201;
    CHECK(taken == 1);
    CHECK(sign_in("anna", "1111", "QUEST-1") == 201);
}
