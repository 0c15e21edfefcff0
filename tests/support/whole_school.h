// A school with one of everything, for tests that try every route on it. The routes come from the table
// itself, so a route added tomorrow is tried from then on.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <map>

#include "platform/ids.h"
#include "support/sample_body.h"
#include "support/test_appliance.h"

namespace support {

// The school, and the ids that routes use for what it has.
struct WholeSchool {
    // `mark` goes into every name that must be unique on the box.
    WholeSchool(TestAppliance& appliance, Credential administrator, const std::string& mark = "")
        : box(appliance), head(std::move(administrator)) {
        box.add_person(head, "teacher", "rossi" + mark);
        teacher = box.log_in("rossi" + mark);
        const Json student = box.add_person(teacher, "student", "ada" + mark);
        teacher_id = PersonId(id_of(box.call("GET", "/v1/people?q=rossi" + mark, nullptr, head)));
        const Json a_class =
            box.expect(201, "POST", "/v1/classes", {{"name", "6B"}, {"teacher_id", teacher_id}}, head);
        const Json room = box.make_room(teacher, "Room 2", 2, 3);
        headset = box.pair(teacher, "DPVR-07" + mark);
        const Json lesson = box.expect(
            201, "POST", "/v1/lessons",
            {{"title", "Coral reef"}, {"kind", "video"}, {"content", "reef.mp4"}, {"duration_ms", 60000}},
            teacher);
        const Json session = box.expect(
            201, "POST", "/v1/sessions",
            {{"title", "Reef"}, {"room_id", room.at("id")}, {"lesson_ids", Json::array({lesson.at("id")})}},
            teacher);
        const Json seats =
            box.expect(200, "GET", "/v1/rooms/" + room.at("id").dump(), nullptr, teacher).at("seats");
        box.expect(200, "PATCH", "/v1/seats/" + seats.at(0).at("id").dump(), {{"device_id", headset.id}},
                   teacher);
        box.expect(200, "POST", "/v1/sessions/" + session.at("id").dump() + "/start", Json::object(),
                   teacher);
        const Json gaze = {
            {"kind", "gaze"}, {"at_ms", box.clock.now_ms()}, {"yaw_deg", 10}, {"pitch_deg", 5}};
        const Json stored =
            box.expect(202, "POST", "/v1/events", {{"batch_id", "b1"}, {"events", Json::array({gaze})}},
                       headset.credential);
        const Json key = box.expect(201, "POST", "/v1/site-keys", {{"name", "Unreal"}}, head);
        const Json invited = box.expect(201, "POST", "/v1/invitations", {{"role", "viewer"}}, head);
        const Json waiting =
            box.expect(202, "POST", "/v1/pairings/sign-in",
                       {{"serial_number", "DPVR-08" + mark}, {"nickname", "ada" + mark}, {"pin", "1234"}});
        CHECK(waiting.at("waiting") == true);
        const support::Reply roster =
            box.call_raw("POST", "/v1/roster-imports", "nickname\nben" + mark + "\n",
                         {{"Authorization", "Bearer " + head.token}});
        ids = {{"/v1/roster-imports", roster.json().at("id")},
               {"/v1/people", student.at("id")},
               {"/v1/classes", a_class.at("id")},
               {"/v1/rooms", room.at("id")},
               {"/v1/devices", headset.id.value()},
               {"/v1/seats", seats.at(0).at("id")},
               {"/v1/lessons", lesson.at("id")},
               {"/v1/sessions", session.at("id")},
               {"/v1/runs", stored.at("run_id")},
               {"/v1/site-keys", key.at("id")},
               {"/v1/invitations", invited.at("invitation").at("id")},
               {"/v1/organisations", box.expect(200, "GET", "/v1/organisation", nullptr, head).at("id")},
               {"/v1/logins", id_of(box.call("GET", "/v1/logins", nullptr, teacher))},
               {"/v1/pairing-requests", id_of(box.call("GET", "/v1/pairing-requests", nullptr, teacher))}};
        person_id = student.at("id");
        add_what_is_taught(a_class.at("id"));
        add_what_is_trained();
        ids["/v1/seat-types"] = seats.at(0).at("seat_type").at("id");
    }

    void add_what_is_taught(const Json& class_id) {
        ids["/v1/courses"] = box.expect(201, "POST", "/v1/courses", {{"title", "The sea"}}, teacher).at("id");
        ids["/v1/timetable"] = box.expect(201, "POST", "/v1/classes/" + class_id.dump() + "/timetable",
                                          {{"weekday", 1}, {"starts", "09:00"}, {"ends", "10:00"}}, teacher)
                                   .at("id");
        ids["/v1/content"] = ids["/v1/uploads"] = add_content(); // the first upload made it
        ids["/v1/backups"] = 1; // known by name, and only to the box administrator
    }

    void add_what_is_trained() {
        const Json scenario = box.expect(
            201, "POST", "/v1/scenarios",
            {{"title", "Fire drill"}, {"checklist", Json::array({{{"key", "call"}, {"title", "Calls"}}})}},
            teacher);
        const Json training = box.expect(
            201, "POST", "/v1/trainings",
            {{"scenario_id", scenario.at("id")}, {"device_ids", Json::array({headset.id})}}, teacher);
        ids["/v1/scenarios"] = scenario.at("id");
        ids["/v1/trainings"] = training.at("items").at(0).at("run_id");
    }

    // A small picture.
    std::int64_t add_content() {
        const std::string bytes("\x89PNG\r\n\x1a\n and so on", 18);
        const std::pair<std::string, std::string> who{"Authorization", "Bearer " + teacher.token};
        const Reply begun = box.call_raw(
            "POST", "/v1/uploads", "",
            {who, {"Upload-Length", "18"}, {"Upload-Metadata", "filename UmVlZiBmcm9tIGFib3Zl"}});
        REQUIRE(begun.status == 201);
        const Reply sent =
            box.call_raw("PATCH", begun.header("location"), bytes,
                         {who, {"Upload-Offset", "0"}, {"Content-Type", "application/offset+octet-stream"}});
        REQUIRE(sent.status == 204);
        return box.expect(200, "GET", sent.header("content-location"), nullptr, teacher).at("id");
    }

    static std::int64_t id_of(const Reply& list) { return list.json().at("items").at(0).at("id"); }

    // "/v1/rooms/:id" with this school's own room.
    std::string address_of(const http::Route& route) const {
        const std::string collection = route.path.substr(0, route.path.find("/:"));
        const auto id = ids.find(collection);
        std::string path = route.path;
        const auto put = [&path](const std::string& parameter, const std::string& value) {
            if (const auto at = path.find("/:" + parameter); at != std::string::npos)
                path.replace(at + 1, parameter.size() + 1, value);
        };
        put("id", std::to_string(id == ids.end() ? 1 : id->second));
        put("person", to_string(person_id));
        put("number", "1");
        while (path.find("/:") != std::string::npos) {
            const auto at = path.find("/:") + 1;
            path.replace(at, path.find('/', at) - at, "1");
        }
        return path;
    }

    TestAppliance& box;
    Credential head, teacher;
    TestAppliance::Headset headset;
    std::map<std::string, std::int64_t> ids;
    PersonId person_id, teacher_id;
};

inline Json body_for(const http::Route& route, const Json& document) {
    if (route.request.is_nothing()) return nullptr;
    // Takes either a lesson or the fields to make one; its schema cannot say so.
    if (route.path == "/v1/sessions/:id/lessons") return {{"lesson_id", 1}};
    return sample_of(route.request.json_schema(), document);
}

// Lectern's own HTTP routes; the dialects' routes have tests of their own, in their own words.
inline std::vector<const http::Route*> own_routes(TestAppliance& box) {
    std::vector<const http::Route*> own;
    for (const auto& route : box.appliance().routes().all())
        if (route->path.starts_with("/v1/") && route->method != "MESSAGE") own.push_back(route.get());
    return own;
}

} // namespace support
