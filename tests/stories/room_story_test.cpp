// A room, its seating, and what is refused.
#include <catch2/catch_test_macros.hpp>

#include "support/test_appliance.h"

using support::Json;
using support::TestAppliance;

TEST_CASE("a class takes its seats", "[stories][rooms]") {
    TestAppliance box;
    auto head = box.set_up();
    box.add_person(head, "teacher", "Rossi");
    auto teacher = box.log_in("Rossi");
    Json room = box.expect(201, "POST", "/v1/rooms", {{"name", "Lab"}, {"rows", 2}, {"places", 3}}, teacher);
    REQUIRE(room.at("seats").size() == 6);
    box.expect(409, "POST", "/v1/rooms", {{"name", "lab"}, {"rows", 1}, {"places", 1}}, teacher);
    const std::string room_path = "/v1/rooms/" + std::to_string(room.at("id").get<int>());
    auto seat_path = [&](std::size_t n) {
        return "/v1/seats/" + std::to_string(room.at("seats").at(n).at("id").get<int>());
    };

    Json a_class = box.expect(201, "POST", "/v1/classes", {{"name", "7b"}}, teacher);
    Json ada = box.add_person(head, "student", "Ada");
    const std::string class_path = "/v1/classes/" + std::to_string(a_class.at("id").get<int>());
    box.expect(204, "PUT", class_path + "/students/" + std::to_string(ada.at("id").get<int>()), nullptr,
               teacher);
    CHECK(box.expect(200, "GET", class_path, nullptr, teacher).at("student_count") == 1);
    auto first = box.pair(head, "DPVR-1"), second = box.pair(head, "DPVR-2");

    box.expect(200, "PATCH", seat_path(0), {{"status", "maintenance"}}, teacher);
    Json filled = box.expect(200, "POST", room_path + "/fill", {{"class_id", a_class.at("id")}}, teacher);
    CHECK(filled.at("seats").at(0).at("status") == "maintenance");
    CHECK(filled.at("seats").at(1).at("device_id") == first.id.value());
    CHECK(filled.at("seats").at(1).at("person").at("nickname") == "Ada");
    CHECK(filled.at("seats").at(1).at("status") == "occupied");
    CHECK(filled.at("seats").at(2).at("device_id") == second.id.value());

    auto refused = box.call("PATCH", seat_path(1), {{"device_id", second.id}}, teacher);
    CHECK(refused.status == 409);
    CHECK(refused.json().at("detail").get<std::string>().find("DPVR-1") !=
          std::string::npos); // what is in the way
    box.expect(200, "PATCH", seat_path(5), {{"device_id", second.id}}, teacher);
    Json now = box.expect(200, "GET", room_path, nullptr, teacher);
    CHECK(now.at("seats").at(2).at("status") == "vacant");
    CHECK(now.at("seats").at(5).at("device_id") == second.id.value());

    box.expect(204, "DELETE", "/v1/devices/" + to_string(second.id), nullptr, teacher);
    CHECK(box.expect(200, "GET", room_path, nullptr, teacher).at("seats").at(5).at("status") == "vacant");
    box.expect(204, "DELETE", room_path, nullptr, teacher);
    box.expect(404, "GET", room_path, nullptr, teacher);
}

TEST_CASE("another organisation's teacher finds nothing of it", "[stories][rooms]") {
    TestAppliance box;
    auto head = box.set_up(), other = box.set_up_other();
    Json room = box.make_room(head, "Lab", 1, 1);
    auto headset = box.pair(head, "DPVR-1");
    const std::string room_path = "/v1/rooms/" + std::to_string(room.at("id").get<int>());
    box.expect(404, "GET", room_path, nullptr, other);
    box.expect(404, "PATCH", "/v1/seats/" + std::to_string(room.at("seats").at(0).at("id").get<int>()),
               {{"device_id", headset.id}}, other);
    box.expect(404, "DELETE", "/v1/devices/" + to_string(headset.id), nullptr, other);
    CHECK(box.expect(200, "GET", "/v1/rooms", nullptr, other).at("items").empty());
    CHECK(box.expect(200, "GET", "/v1/devices", nullptr, other).at("items").empty());
}
