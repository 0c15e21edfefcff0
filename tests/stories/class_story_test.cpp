// A class goes, and comes back.
#include <catch2/catch_test_macros.hpp>

#include "support/test_appliance.h"

using support::Credential;
using support::Json;
using support::TestAppliance;

TEST_CASE("a class that is removed is out of everything, and comes back with all that it had", "[stories]") {
    TestAppliance box;
    const Credential head = box.set_up();
    const Json student = box.add_person(head, "student", "ada");
    const Json made = box.expect(201, "POST", "/v1/classes", {{"name", "6B"}}, head);
    const std::string path = "/v1/classes/" + made.at("id").dump();
    box.expect(204, "PUT", path + "/students/" + student.at("id").dump(), nullptr, head);
    box.expect(201, "POST", path + "/timetable", {{"weekday", 2}, {"starts", "09:00"}, {"ends", "10:00"}},
               head);
    const Json session =
        box.expect(201, "POST", "/v1/sessions",
                   {{"title", "Reef"}, {"class_id", made.at("id")}, {"lesson_ids", Json::array()}}, head);
    const auto listed = [&](const std::string& list) {
        return box.expect(200, "GET", list, nullptr, head).at("items").size();
    };
    box.expect(204, "DELETE", path, nullptr, head);
    CHECK(listed("/v1/classes") == 0);
    CHECK(listed("/v1/classes?archived=true") == 1);
    CHECK(listed("/v1/timetable") == 0);
    box.expect(404, "GET", path, nullptr, head);
    box.expect(404, "DELETE", path, nullptr, head);
    box.expect(422, "POST", "/v1/sessions",
               {{"title", "More"}, {"class_id", made.at("id")}, {"lesson_ids", Json::array()}}, head);
    const auto roster = [&] {
        return box.call_raw("GET", "/v1/roster.csv", "", {{"Authorization", "Bearer " + head.token}}).body;
    };
    CHECK(roster().find("6B") == std::string::npos);
    // Past sessions remember their class.
    CHECK(box.expect(200, "GET", "/v1/sessions/" + session.at("id").dump(), nullptr, head).at("class_id") ==
          made.at("id"));
    // The name is free. While another class has it, this one does not come back.
    const Json other = box.expect(201, "POST", "/v1/classes", {{"name", "6b"}}, head);
    const auto refused = box.call("POST", path + "/restore", nullptr, head);
    CHECK(refused.status == 409);
    CHECK(refused.body.find("6B") != std::string::npos);
    box.expect(204, "DELETE", "/v1/classes/" + other.at("id").dump(), nullptr, head);
    CHECK(box.expect(200, "POST", path + "/restore", nullptr, head).at("student_count") == 1);
    CHECK(listed("/v1/classes") == 1);
    CHECK(listed("/v1/timetable") == 1);
    CHECK(roster().find("6B") != std::string::npos);
}
