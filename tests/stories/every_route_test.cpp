// Every route, tried by everybody who may not. The routes come from the table itself, so one that is added
// tomorrow is tried tomorrow.
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <set>

#include "support/sample_body.h"
#include "support/test_appliance.h"

using namespace support;

namespace {

// A school with one of everything, and the ids by which routes name it.
struct School {
    explicit School(TestAppliance& appliance) : box(appliance), head(box.set_up()) {
        box.add_person(head, "teacher", "rossi");
        teacher = box.log_in("rossi");
        const Json student = box.add_person(teacher, "student", "ada");
        const Json a_class = box.expect(
            201, "POST", "/v1/classes",
            {{"name", "6B"}, {"teacher_id", id_of(box.call("GET", "/v1/people?q=rossi", nullptr, head))}},
            head);
        const Json room = box.make_room(teacher, "Room 2", 2, 3);
        headset = box.pair(teacher, "DPVR-07");
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
        const Json waiting = box.expect(202, "POST", "/v1/pairings/sign-in",
                                        {{"serial_number", "DPVR-08"}, {"nickname", "ada"}, {"pin", "1234"}});
        CHECK(waiting.at("waiting") == true);
        const support::Reply roster = box.call_raw("POST", "/v1/roster-imports", "nickname\nben\n",
                                                   {{"Authorization", "Bearer " + head.token}});
        ids = {{"/v1/roster-imports", roster.json().at("id")},
               {"/v1/people", student.at("id")},
               {"/v1/classes", a_class.at("id")},
               {"/v1/rooms", room.at("id")},
               {"/v1/devices", headset.id},
               {"/v1/seats", seats.at(0).at("id")},
               {"/v1/lessons", lesson.at("id")},
               {"/v1/sessions", session.at("id")},
               {"/v1/runs", stored.at("run_id")},
               {"/v1/site-keys", key.at("id")},
               {"/v1/invitations", invited.at("invitation").at("id")},
               {"/v1/organisations", 1},
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
        ids["/v1/content"] = ids["/v1/uploads"] = add_content(); // it came by the first upload
        ids["/v1/backups"] = 1; // known by name, and only to who runs the box
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
        put("person", std::to_string(person_id));
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
    std::int64_t person_id = 0;
};

Json body_for(const http::Route& route, const Json& document) {
    if (route.request.is_nothing()) return nullptr;
    // Takes either a lesson or what makes one, which its schema cannot say.
    if (route.path == "/v1/sessions/:id/lessons") return {{"lesson_id", 1}};
    return sample_of(route.request.json_schema(), document);
}

// Lectern's own HTTP routes; the dialects' have tests of their own in their own words.
std::vector<const http::Route*> own_routes(TestAppliance& box) {
    std::vector<const http::Route*> own;
    for (const auto& route : box.appliance().routes().all())
        if (route->path.starts_with("/v1/") && route->method != "MESSAGE") own.push_back(route.get());
    REQUIRE(own.size() > 50);
    return own;
}

// Whatever belongs to the first organisation, as text: equal before and after means that nothing of it was
// touched.
std::string contents(TestAppliance& box) {
    return box.services().store.read([](store::Read& read) {
        std::string all;
        for (const char* sql :
             {"SELECT id || name || colour FROM organisations WHERE id = 1",
              "SELECT id || role || nickname || active || coalesce(pin_hash, '') FROM persons WHERE "
              "organisation_id = 1",
              "SELECT id || name || teacher_id FROM classes WHERE organisation_id = 1",
              "SELECT class_id || person_id FROM class_students",
              "SELECT id || name || paired FROM devices WHERE organisation_id = 1",
              "SELECT id || name FROM rooms WHERE organisation_id = 1",
              "SELECT id || x || y || status || coalesce(device_id, '') || coalesce(person_id, '') FROM "
              "seats",
              "SELECT id || title || content || archived FROM lessons WHERE organisation_id = 1",
              "SELECT id || title || state || position_ms FROM sessions WHERE organisation_id = 1",
              "SELECT id || number || action FROM commands WHERE organisation_id = 1",
              "SELECT id || state || coalesce(person_id, '') FROM runs WHERE organisation_id = 1",
              "SELECT id || title || version || archived FROM scenarios WHERE organisation_id = 1",
              "SELECT run_id || phase || coalesce(given_score, '') FROM trainings",
              "SELECT run_id || item || done FROM training_ticks",
              "SELECT run_id || text FROM training_notes",
              "SELECT id || title || coalesce(archived_ms, '') FROM courses WHERE organisation_id = 1",
              "SELECT id || title || coalesce(archived_ms, '') FROM contents WHERE organisation_id = 1",
              "SELECT id || title FROM uploads WHERE organisation_id = 1",
              "SELECT id || name FROM seat_types",
              "SELECT id || coalesce(starts_minute, '') FROM timetable",
              "SELECT id || name FROM site_keys WHERE organisation_id = 1",
              "SELECT id || role FROM invitations WHERE organisation_id = 1",
              "SELECT id || state FROM imports WHERE organisation_id = 1",
              "SELECT person_id || issued_ms FROM login_cards",
              "SELECT type || seats FROM licences WHERE organisation_id = 1",
              "SELECT id || person_id FROM pairing_requests WHERE organisation_id = 1"}) {
            auto rows = read.query_text(sql);
            while (rows.step())
                all += rows.string(0) + "\n";
        }
        return all;
    });
}

} // namespace

TEST_CASE("every closed route refuses a stranger", "[stories]") {
    TestAppliance box;
    const School school(box);
    const Json document = box.call("GET", "/openapi.json").json();
    for (const http::Route* route : own_routes(box)) {
        if (route->access == http::Access::open) continue;
        const Reply reply = box.call(route->method, school.address_of(*route), body_for(*route, document));
        INFO(route->method << " " << route->path << " -> " << reply.body);
        CHECK(reply.status == 401);
    }
}

TEST_CASE("every route for staff refuses a student and a headset", "[stories]") {
    TestAppliance box;
    const School school(box);
    const Credential student = box.log_in("ada");
    const Json document = box.call("GET", "/openapi.json").json();
    const std::string before = contents(box);
    for (const http::Route* route : own_routes(box)) {
        if (route->access < http::Access::viewer) continue;
        for (const Credential& credential : {student, school.headset.credential}) {
            const Reply reply =
                box.call(route->method, school.address_of(*route), body_for(*route, document), credential);
            INFO(route->method << " " << route->path << " -> " << reply.body);
            CHECK(reply.status == 403);
        }
    }
    CHECK(contents(box) == before);
}

TEST_CASE("every route that changes something for teachers refuses a viewer", "[stories]") {
    TestAppliance box;
    const School school(box);
    box.add_person(school.head, "viewer", "vera");
    const Credential viewer = box.log_in("vera");
    const Json document = box.call("GET", "/openapi.json").json();
    const std::string before = contents(box);
    for (const http::Route* route : own_routes(box)) {
        if (route->access < http::Access::teacher) continue;
        const Reply reply =
            box.call(route->method, school.address_of(*route), body_for(*route, document), viewer);
        INFO(route->method << " " << route->path << " -> " << reply.body);
        CHECK(reply.status == 403);
    }
    CHECK(contents(box) == before);
    const std::string student = "/v1/people/" + std::to_string(school.person_id);
    box.expect(403, "POST", student + "/sign-out", nullptr, viewer);
    box.expect(200, "GET", student, nullptr, viewer);
}

TEST_CASE("no route reaches another organisation's things", "[stories]") {
    TestAppliance box;
    const School school(box);
    const Credential other_head = box.set_up_other();
    box.add_person(other_head, "teacher", "bianchi");
    const Credential other_teacher = box.log_in("bianchi");
    const Json document = box.call("GET", "/openapi.json").json();
    const std::string before = contents(box);
    for (const http::Route* route : own_routes(box)) {
        if (route->path.find("/:") == std::string::npos || route->access == http::Access::open) continue;
        INFO("every route is tried with a real id: School above makes one of " << route->path);
        REQUIRE(school.ids.contains(route->path.substr(0, route->path.find("/:"))));
        for (const Credential& credential : {other_head, other_teacher}) {
            const Reply reply =
                box.call(route->method, school.address_of(*route), body_for(*route, document), credential);
            INFO(route->method << " " << route->path << " -> " << reply.status << " " << reply.body);
            CHECK((reply.status == 404 || reply.status == 403));
        }
    }
    CHECK(contents(box) == before);
    for (const char* list :
         {"/v1/people", "/v1/classes", "/v1/rooms", "/v1/devices", "/v1/lessons", "/v1/sessions", "/v1/runs",
          "/v1/scenarios", "/v1/trainings", "/v1/courses", "/v1/content", "/v1/timetable"}) {
        const std::string body = box.call("GET", list, nullptr, other_teacher).body;
        for (const char* name :
             {"rossi", "ada", "6B", "Room 2", "DPVR-07", "Coral reef", "Reef", "Fire drill", "The sea"}) {
            INFO(list << " -> " << body);
            CHECK(body.find(name) == std::string::npos);
        }
    }
}

TEST_CASE("every route leaves its row in the audit log, without a secret in it", "[stories]") {
    TestAppliance box;
    const School school(box);
    CHECK(TestAppliance::wait_for([&] {
        return box.services().store.read([](store::Read& read) {
            return read.integer("SELECT count(*) FROM audit_log WHERE action = 'GET /v1/people'")
                       .value_or(0) > 0;
        });
    }));
    box.services().store.read([&](store::Read& read) {
        std::set<std::string> actions;
        auto rows = read.query("SELECT action, path, error, target FROM audit_log");
        while (rows.step()) {
            actions.insert(rows.string(0));
            for (int column = 0; column < 4; ++column) {
                CHECK(rows.text(column).find("1234") == std::string_view::npos);
                CHECK(rows.text(column).find("correct horse") == std::string_view::npos);
                CHECK(rows.text(column).find(school.teacher.token) == std::string_view::npos);
            }
        }
        for (const char* action : {"POST /v1/setup", "POST /v1/logins", "POST /v1/people", "POST /v1/rooms",
                                   "POST /v1/pairings", "POST /v1/sessions", "POST /v1/sessions/:id/start"}) {
            INFO(action);
            CHECK(actions.contains(action));
        }
        CHECK(audit::Log::verify(read).intact);
    });
}
