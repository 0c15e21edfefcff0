// How headsets are paired, what they report about themselves, and who wears them.
#include <catch2/catch_test_macros.hpp>

#include "support/test_appliance.h"

using support::Credential;
using support::Json;
using support::TestAppliance;
using namespace std::chrono_literals;

namespace {

std::string device_path(DeviceId id) {
    return "/v1/devices/" + to_string(id);
}

} // namespace

TEST_CASE("a headset pairs with the code that the teacher shows", "[stories][devices]") {
    TestAppliance box;
    auto head = box.set_up();
    Json code = box.expect(201, "POST", "/v1/pairing-codes", nullptr, head);
    CHECK(code.at("seats_left") == 40);
    CHECK(code.at("code").get<std::string>().size() == 6);
    if (!code.at("addresses").empty()) CHECK(code.at("qr_svg").get<std::string>().starts_with("<svg"));

    Json request = {{"code", code.at("code")}, {"serial_number", "DPVR-07"}, {"model", "Mirage"}};
    Json paired = box.expect(201, "POST", "/v1/pairings", request);
    CHECK(paired.at("device").at("name") == "DPVR-07");
    CHECK(paired.at("device").at("person").is_null());
    box.expect(404, "POST", "/v1/pairings", request); // a code works once
    CHECK(box.expect(200, "GET", "/v1/organisation", nullptr, head).at("licence").at("seats_left") == 39);

    Credential headset{paired.at("token"), ""};
    Json me = box.expect(200, "GET", "/v1/logins/current", nullptr, headset);
    CHECK(me.at("device").at("serial_number") == "DPVR-07");
    CHECK(me.at("person").is_null());
    box.expect(403, "GET", "/v1/devices", nullptr, headset);

    box.expect(204, "DELETE", device_path(paired.at("device").at("id")), nullptr, head);
    box.expect(401, "GET", "/v1/logins/current", nullptr, headset);
    CHECK(box.expect(200, "GET", "/v1/organisation", nullptr, head).at("licence").at("seats_left") == 40);
    CHECK(box.expect(200, "GET", "/v1/devices", nullptr, head).at("items").empty());
    CHECK(box.expect(200, "GET", "/v1/devices?unpaired=true", nullptr, head).at("items").size() == 1);
}

TEST_CASE("after wrong codes a right one waits for a tap, with a token that the tap makes good",
          "[stories][devices]") {
    TestAppliance box;
    auto head = box.set_up();
    Json code = box.expect(201, "POST", "/v1/pairing-codes", nullptr, head);
    std::string wrong = code.at("code") == "000000" ? "000001" : "000000";
    for (int i = 0; i < 10; ++i)
        box.expect(404, "POST", "/v1/pairings", {{"code", wrong}, {"serial_number", "X-1"}});
    const auto reply =
        box.call("POST", "/v1/pairings", {{"code", code.at("code")}, {"serial_number", "X-1"}});
    REQUIRE(reply.status == 202);
    CHECK(reply.json().at("waiting") == true);
    const Credential headset{reply.json().at("token"), ""};
    const std::string where = reply.header("location");
    box.expect(401, "GET", where, nullptr, headset);
    const Json waits = box.expect(200, "GET", "/v1/pairing-requests", nullptr, head).at("items").at(0);
    CHECK(waits.at("serial_number") == "X-1");
    CHECK(waits.at("person").is_null());
    box.expect(200, "POST", "/v1/pairing-requests/" + waits.at("id").dump() + "/admit", nullptr, head);
    CHECK(box.expect(200, "GET", where, nullptr, headset).at("device").at("serial_number") == "X-1");
}

TEST_CASE("a headset reports, and goes offline when it falls silent", "[stories][devices]") {
    TestAppliance box;
    auto head = box.set_up();
    auto headset = box.pair(head, "DPVR-07");
    auto device = [&] { return box.expect(200, "GET", device_path(headset.id), nullptr, head); };
    CHECK(device().at("online") == false);
    box.expect(200, "POST", "/v1/headset/report",
               {{"battery", 71}, {"charging", false}, {"storage_free", 12'000'000'000}, {"app", "reef"}},
               headset.credential);
    CHECK(device().at("online") == true);
    CHECK(device().at("battery") == 71);
    CHECK(device().at("app") == "reef");
    box.expect(422, "POST", "/v1/headset/report", {{"battery", 171}}, headset.credential);
    box.expect(403, "POST", "/v1/headset/report", {{"battery", 71}}, head);

    box.clock.advance(11s);
    CHECK(box.wait_for([&] { return device().at("online") == false; }));
    // Its report reaches the disk without another call.
    CHECK(box.wait_for([&] {
        return box.services().store.read(
            [](store::Read& read) { return read.integer("SELECT battery FROM devices") == 71; });
    }));
    box.restart();
    CHECK(device().at("battery") == 71);
}

TEST_CASE("students sign in on a headset one after the other", "[stories][devices]") {
    TestAppliance box;
    auto head = box.set_up();
    box.add_person(head, "student", "Ada");
    box.add_person(head, "student", "Ben", "9876");
    auto headset = box.pair(head, "DPVR-07");
    auto wearer = [&] { return box.expect(200, "GET", device_path(headset.id), nullptr, head).at("person"); };
    auto sign_in = [&](const char* nickname, const char* pin) {
        return box
            .call("POST", "/v1/headset/sign-in", {{"nickname", nickname}, {"pin", pin}}, headset.credential)
            .status;
    };

    CHECK(sign_in("Ada", "0000") == 401);
    CHECK(wearer().is_null());
    CHECK(sign_in("ada", "1234") == 200);
    CHECK(wearer().at("nickname") == "Ada");
    CHECK(box.expect(200, "GET", "/v1/logins/current", nullptr, headset.credential)
              .at("person")
              .at("nickname") == "Ada");
    CHECK(sign_in("Ben", "9876") == 200);
    CHECK(wearer().at("nickname") == "Ben");
    box.restart();
    CHECK(wearer().at("nickname") == "Ben");
    box.expect(200, "POST", "/v1/headset/sign-out", nullptr, headset.credential);
    CHECK(wearer().is_null());
}

TEST_CASE("an unpaired headset on which a student signs in waits for one tap", "[stories][devices]") {
    TestAppliance box;
    auto head = box.set_up();
    box.add_person(head, "student", "Ada");
    box.add_person(head, "teacher", "Rossi", "5555");
    auto sign_in = [&](const char* serial_number, const char* nickname, const char* pin) {
        return box.call("POST", "/v1/pairings/sign-in",
                        {{"serial_number", serial_number}, {"nickname", nickname}, {"pin", pin}});
    };

    CHECK(sign_in("A-1", "Ada", "4321").status == 401);
    auto waiting = sign_in("A-1", "Ada", "1234");
    REQUIRE(waiting.status == 202);
    CHECK(waiting.json().at("waiting") == true);
    Credential headset{waiting.json().at("token"), ""};
    box.expect(401, "GET", "/v1/logins/current", nullptr, headset);
    Json request = box.expect(200, "GET", "/v1/pairing-requests", nullptr, head).at("items").at(0);
    CHECK(request.at("person").at("nickname") == "Ada");
    box.expect(200, "POST", "/v1/pairing-requests/" + std::to_string(request.at("id").get<int>()) + "/admit",
               nullptr, head);
    Json me = box.expect(200, "GET", "/v1/logins/current", nullptr, headset);
    CHECK(me.at("device").at("serial_number") == "A-1");
    CHECK(me.at("person").at("nickname") == "Ada");

    CHECK(sign_in("A-2", "Rossi", "5555").status == 201); // a teacher's nickname pairs at once
    Json window = box.expect(200, "PUT", "/v1/pairing-window", {{"open_for_s", 60}}, head);
    CHECK(window.at("open_until_at").is_string());
    CHECK(sign_in("A-3", "Ada", "1234").status == 201);
    box.expect(200, "PUT", "/v1/pairing-window", {{"open_for_s", 0}}, head);
    CHECK(sign_in("A-4", "Ada", "1234").status == 202);
}
