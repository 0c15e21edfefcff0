// Attackers who answer a teacher's call in a headset's name: the teacher would see what they send.
#include <catch2/catch_test_macros.hpp>

#include "support/socket_client.h"
#include "support/test_appliance.h"

using support::Credential;
using support::Json;
using support::SocketClient;
using support::TestAppliance;
using namespace std::chrono_literals;

TEST_CASE("nobody answers a teacher's call in a headset's name", "[attacks][devices]") {
    TestAppliance box;
    const Credential head = box.set_up();
    box.add_person(head, "student", "ben", "2222");
    const auto called = box.pair(head, "DPVR-1");
    const Json session = box.expect(201, "POST", "/v1/sessions", {{"title", "Reef"}}, head);
    const std::string path = "/ws/session/" + session.at("id").dump() + "/?token=";
    SocketClient teacher(box.port(), path + head.token);
    SocketClient headset(box.port(), path + called.credential.token);
    SocketClient ben(box.port(), path + box.log_in("ben", "2222").token);
    for (SocketClient* one : {&teacher, &headset, &ben}) { // each is answered once it has joined
        one->send(R"({"action":"dance"})");
        CHECK(one->read() == R"({"message":"Invalid action","status":"error"})");
    }
    const auto signal = [&](const char* action, const char* more = "") {
        return R"({"action":")" + std::string(action) + R"(","call":"1","device_id":)" +
               to_string(called.id) + more + "}";
    };
    constexpr const char* typed = R"(,"type":"webrtc_signal")"; // as the relay gives it
    const auto relayed = [](const char* action) {
        return R"({"message":")" + std::string(action) + R"( relayed","status":"success"})";
    };
    constexpr const char* refused =
        R"({"message":"You do not have permission to perform this action.","status":"error"})";
    // A call is between the teacher and the headset that it names.
    teacher.send(signal("offer"));
    CHECK(teacher.read() == relayed("offer"));
    CHECK(Json::parse(headset.read().value()) == Json::parse(signal("offer", typed)));
    for (const char* action : {"answer", "ice_candidate", "offer"}) {
        ben.send(signal(action));
        CHECK(ben.read() == refused);
    }
    ben.send(R"({"action":"answer","sdp":"v=0"})");
    CHECK(ben.read() == refused);
    headset.send(signal("answer"));
    CHECK(headset.read() == relayed("answer"));
    CHECK(Json::parse(teacher.read().value()) == Json::parse(signal("answer", typed)));
    headset.send(signal("ice_candidate", R"(,"from":"headset")"));
    CHECK(headset.read() == relayed("ice_candidate"));
    CHECK(teacher.read().has_value());
    CHECK_FALSE(ben.hears_something(100ms));
}
