// A teacher lays out a room, closes a seat, and has a class take its usual places.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <set>

#include "support/test_appliance.h"

using namespace support;

namespace {

struct Lab {
    Lab() : head(box.set_up()) {
        box.add_person(head, "teacher", "rossi");
        teacher = box.log_in("rossi");
        room = box.make_room(teacher, "Room 2", 2, 2);
        address = "/v1/rooms/" + room.at("id").dump();
    }
    Json save(int status, const Json& layout) {
        return box.expect(status, "PUT", address + "/layout", layout, teacher);
    }
    Json seats() { return box.expect(200, "GET", address, nullptr, teacher).at("seats"); }
    static Json seat(int row, int place) {
        return {{"row", row}, {"place", place}, {"x", place * 50}, {"y", row * 50}};
    }
    static std::set<std::string> fields(const Json& problem) {
        std::set<std::string> names;
        for (const Json& error : problem.at("errors"))
            names.insert(error.at("field"));
        return names;
    }

    TestAppliance box;
    Credential head, teacher;
    Json room;
    std::string address;
};

Json kept(const Json& seat) {
    Json copy;
    for (const char* name : {"id", "row", "place", "x", "y", "width", "height", "rotation"})
        copy[name] = seat.at(name);
    return copy;
}

} // namespace

TEST_CASE("a layout is saved whole: seats move, come and go, and keep who sits on them", "[stories]") {
    Lab lab;
    const auto headset = lab.box.pair(lab.teacher, "DPVR-01");
    Json before = lab.seats();
    lab.box.expect(200, "PATCH", "/v1/seats/" + before[3].at("id").dump(), {{"device_id", headset.id}},
                   lab.teacher);
    // The first and the last swap places, the second is removed, the third is closed, two are added.
    Json first = kept(before[0]), last = kept(before[3]), third = kept(before[2]);
    std::swap(first["row"], last["row"]);
    std::swap(first["place"], last["place"]);
    first["rotation"] = 90;
    first["seat_type"] = "Wheelchair";
    third["status"] = "maintenance";
    const Json saved = lab.save(
        200, {{"name", "Lab"},
              {"seat_types",
               {{{"id", before[0]["seat_type"]["id"]}, {"name", "Normal"}}, {{"name", "Wheelchair"}}}},
              {"seats", {first, last, third, Lab::seat(3, 1), Lab::seat(3, 7)}}});
    CHECK(saved.at("name") == "Lab");
    CHECK(saved.at("rows") == 3);
    CHECK(saved.at("places") == 7);
    CHECK(saved.at("seat_types").size() == 2);
    REQUIRE(saved.at("seats").size() == 5);
    for (const Json& seat : saved.at("seats")) {
        INFO(seat);
        CHECK((seat["device_id"] == headset.id.value()) == (seat["id"] == last["id"]));
        CHECK((seat["status"] == "maintenance") == (seat["id"] == third["id"]));
        CHECK((seat["seat_type"]["name"] == "Wheelchair") == (seat["id"] == first["id"]));
        CHECK(seat["id"] != before[1]["id"]);
    }
    const Json list = lab.box.expect(200, "GET", "/v1/rooms", nullptr, lab.teacher);
    CHECK(list["items"][0]["seat_counts"] == Json{{"vacant", 3}, {"occupied", 1}, {"maintenance", 1}});
}

TEST_CASE("a layout with faults changes nothing and names all of them", "[stories]") {
    Lab lab;
    const Json before = lab.seats();
    const Json other = lab.box.make_room(lab.teacher, "Other", 1, 1).at("seats")[0];
    Json stranger = kept(other), twice = kept(before[0]), unknown_type = Lab::seat(5, 5);
    stranger["row"] = 9;
    twice["row"] = 8;
    unknown_type["seat_type"] = "Sofa";
    const Json problem =
        lab.save(422, {{"seats", {kept(before[0]), Lab::seat(1, 1), stranger, twice, unknown_type}}});
    CHECK(Lab::fields(problem) ==
          std::set<std::string>{"seats[1].place", "seats[2].id", "seats[3].id", "seats[4].seat_type"});
    CHECK(Lab::fields(lab.save(422, {{"seats", {{{"row", 0}, {"place", 1}, {"x", -1}, {"y", 0}}}}})) ==
          std::set<std::string>{"seats[0].row", "seats[0].x"});
    CHECK(Lab::fields(lab.save(422, {{"seats", Json::array()}, {"seat_types", Json::array()}})) ==
          std::set<std::string>{"seat_types"});
    CHECK(lab.seats() == before);
}

TEST_CASE("seats and seat types one by one", "[stories]") {
    Lab lab;
    const Json added =
        lab.box.expect(201, "POST", lab.address + "/seats", {{"row", 3}, {"place", 4}}, lab.teacher);
    CHECK(added["x"] == 120);
    CHECK(added["y"] == 80);
    lab.box.expect(409, "POST", lab.address + "/seats", {{"row", 3}, {"place", 4}}, lab.teacher);
    const std::string seat = "/v1/seats/" + added["id"].dump();
    const Json type =
        lab.box.expect(201, "POST", lab.address + "/seat-types", {{"name", "Standing"}}, lab.teacher);
    lab.box.expect(409, "POST", lab.address + "/seat-types", {{"name", "standing"}}, lab.teacher);
    const Json moved = lab.box.expect(
        200, "PATCH", seat, {{"row", 4}, {"place", 1}, {"rotation", 45}, {"seat_type_id", type["id"]}},
        lab.teacher);
    CHECK(moved["row"] == 4);
    CHECK(moved["seat_type"]["name"] == "Standing");
    lab.box.expect(409, "PATCH", seat, {{"row", 1}, {"place", 1}}, lab.teacher);
    const std::string type_address = "/v1/seat-types/" + type["id"].dump();
    lab.box.expect(409, "DELETE", type_address, nullptr, lab.teacher); // a seat uses it
    CHECK(lab.box.expect(200, "PATCH", type_address, {{"name", "Stools"}}, lab.teacher)["name"] == "Stools");
    lab.box.expect(204, "DELETE", seat, nullptr, lab.teacher);
    lab.box.expect(204, "DELETE", type_address, nullptr, lab.teacher);
    const Json room = lab.box.expect(200, "GET", lab.address, nullptr, lab.teacher);
    CHECK(room["rows"] == 2);
    lab.box.expect(409, "DELETE", "/v1/seat-types/" + room["seat_types"][0]["id"].dump(), nullptr,
                   lab.teacher);
}

TEST_CASE("two seats change headsets, students or both", "[stories]") {
    Lab lab;
    const auto headset = lab.box.pair(lab.teacher, "DPVR-01");
    const Json ada = lab.box.add_person(lab.teacher, "student", "ada");
    const Json before = lab.seats();
    const std::string one = "/v1/seats/" + before[0]["id"].dump();
    lab.box.expect(200, "PATCH", one, {{"device_id", headset.id}, {"person_id", ada["id"]}}, lab.teacher);
    const auto swap = [&](const char* what) {
        return lab.box.expect(200, "POST", one + "/swap", {{"seat_id", before[1]["id"]}, {"what", what}},
                              lab.teacher)["seats"];
    };
    Json seats = swap("headset");
    CHECK(seats[0]["device_id"].is_null());
    CHECK(seats[1]["device_id"] == headset.id.value());
    CHECK(seats[0]["person"]["nickname"] == "ada");
    seats = swap("student");
    CHECK(seats[1]["person"]["nickname"] == "ada");
    seats = swap("both");
    CHECK(seats[0]["device_id"] == headset.id.value());
    CHECK(seats[0]["person"]["nickname"] == "ada");
    lab.box.expect(422, "POST", one + "/swap", {{"seat_id", before[0]["id"]}}, lab.teacher);
    lab.box.expect(200, "PATCH", "/v1/seats/" + before[1]["id"].dump(), {{"status", "maintenance"}},
                   lab.teacher);
    lab.box.expect(409, "POST", one + "/swap", {{"seat_id", before[1]["id"]}}, lab.teacher);
}

TEST_CASE("a class takes its usual seats when its session starts", "[stories]") {
    Lab lab;
    auto& box = lab.box;
    const Json teacher_id = box.expect(200, "GET", "/v1/people?q=rossi", nullptr, lab.head)["items"][0]["id"];
    const auto make_class = [&](const char* name, const Json& student) {
        const Json made = box.expect(201, "POST", "/v1/classes", {{"name", name}, {"teacher_id", teacher_id}},
                                     lab.head)["id"];
        box.call("PUT", "/v1/classes/" + made.dump() + "/students/" + student.dump(), nullptr, lab.head);
        return made;
    };
    const Json ada = box.add_person(lab.teacher, "student", "ada")["id"];
    const Json ben = box.add_person(lab.teacher, "student", "ben")["id"];
    const Json first = make_class("6A", ada), second = make_class("6B", ben);
    const auto headset = box.pair(lab.teacher, "DPVR-01");
    const Json seats = lab.seats();
    const std::string usual = lab.address + "/seating/" + first.dump();
    box.expect(409, "POST", usual + "/apply", nullptr, lab.teacher);
    const Json problem = box.expect(422, "PUT", usual,
                                    {{"seats",
                                      {{{"seat_id", seats[0]["id"]}, {"person_id", ben}},
                                       {{"seat_id", seats[0]["id"]}, {"device_id", 4711}}}}},
                                    lab.teacher);
    CHECK(Lab::fields(problem) ==
          std::set<std::string>{"seats[0].person_id", "seats[1].seat_id", "seats[1].device_id"});
    const Json kept_seating = box.expect(
        200, "PUT", usual,
        {{"seats", {{{"seat_id", seats[2]["id"]}, {"device_id", headset.id}, {"person_id", ada}}}}},
        lab.teacher);
    CHECK(kept_seating["seats"][0]["person"]["nickname"] == "ada");
    // The other class has been here, and the headset stands elsewhere.
    box.expect(200, "PATCH", "/v1/seats/" + seats[2]["id"].dump(), {{"person_id", ben}}, lab.teacher);
    box.expect(200, "PATCH", "/v1/seats/" + seats[0]["id"].dump(), {{"device_id", headset.id}}, lab.teacher);
    box.expect(200, "POST", lab.address + "/seating/" + second.dump() + "/keep", nullptr, lab.teacher);
    const Json session =
        box.expect(201, "POST", "/v1/sessions",
                   {{"title", "Reef"}, {"class_id", first}, {"room_id", lab.room["id"]}}, lab.teacher);
    box.expect(200, "POST", "/v1/sessions/" + session["id"].dump() + "/start", Json::object(), lab.teacher);
    Json now = lab.seats();
    CHECK(now[0]["device_id"].is_null());
    CHECK(now[2]["device_id"] == headset.id.value());
    CHECK(now[2]["person"]["nickname"] == "ada");
    box.expect(200, "POST", lab.address + "/seating/" + second.dump() + "/apply", nullptr, lab.teacher);
    now = lab.seats();
    CHECK(now[0]["device_id"] == headset.id.value());
    CHECK(now[2]["person"]["nickname"] == "ben");
    box.expect(204, "DELETE", usual, nullptr, lab.teacher);
    CHECK(box.expect(200, "GET", usual, nullptr, lab.teacher)["seats"].empty());
}
