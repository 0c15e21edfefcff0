// Every route of Lectern's own API, tried by everybody who may not use it. The routes come from the table
// itself, so one added tomorrow is tried tomorrow. The dialects' routes are not among them.
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <set>

#include "support/whole_school.h"

using namespace support;

namespace {

// The rows of the first organisation that a call could change, as text: equal before and after means that
// none of them was touched. The list is kept by hand, so a new table has to be added here.
std::string contents(TestAppliance& box) {
    return box.services().store.read([](store::Read& read) {
        std::string all;
        for (const char* sql :
             {"SELECT id || name || colour FROM organisations WHERE id = 1",
              R"(SELECT id || role || nickname || active || coalesce(pin_hash, '')
                   FROM persons WHERE organisation_id = 1)",
              "SELECT id || name || teacher_id FROM classes WHERE organisation_id = 1",
              "SELECT class_id || person_id FROM class_students",
              "SELECT id || name || paired FROM devices WHERE organisation_id = 1",
              "SELECT id || name FROM rooms WHERE organisation_id = 1",
              R"(SELECT id || x || y || status || coalesce(device_id, '') || coalesce(person_id, '')
                   FROM seats)",
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
                all += rows.values<std::string>() + "\n";
        }
        return all;
    });
}

} // namespace

TEST_CASE("every closed route refuses a stranger", "[stories]") {
    TestAppliance box;
    const WholeSchool school(box, box.set_up());
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
    const WholeSchool school(box, box.set_up());
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
    const WholeSchool school(box, box.set_up());
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
    const std::string student = "/v1/people/" + to_string(school.person_id);
    box.expect(403, "POST", student + "/sign-out", nullptr, viewer);
    box.expect(200, "GET", student, nullptr, viewer);
}

TEST_CASE("no route reaches another organisation's things", "[stories]") {
    TestAppliance box;
    const WholeSchool school(box, box.set_up());
    const Credential other_head = box.set_up_other();
    box.add_person(other_head, "teacher", "bianchi");
    const Credential other_teacher = box.log_in("bianchi");
    const Json document = box.call("GET", "/openapi.json").json();
    const std::string before = contents(box);
    for (const http::Route* route : own_routes(box)) {
        if (route->path.find("/:") == std::string::npos || route->access == http::Access::open) continue;
        INFO("every route is tried with a real id: WholeSchool makes one of " << route->path);
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

TEST_CASE("calls leave their rows in the audit log, without a secret in them", "[stories]") {
    TestAppliance box;
    const WholeSchool school(box, box.set_up());
    CHECK(TestAppliance::wait_for([&] {
        return box.services().store.read([](store::Read& read) {
            return read.integer("SELECT count(*) FROM audit_log WHERE action = 'GET /v1/people'")
                       .value_or(0) > 0;
        });
    }));
    const audit::Evidence evidence = box.services().audit.evidence();
    box.services().store.read([&](store::Read& read) {
        std::set<std::string> actions;
        auto rows = read.query("SELECT action, path, error, target FROM audit_log");
        while (rows.step()) {
            const auto [action, path, error, target] =
                rows.values<std::string, std::string, std::string, std::string>();
            actions.insert(action);
            for (const std::string* text : {&action, &path, &error, &target}) {
                CHECK(text->find("1234") == std::string::npos);
                CHECK(text->find("correct horse") == std::string::npos);
                CHECK(text->find(school.teacher.token) == std::string::npos);
            }
        }
        for (const char* action : {"POST /v1/setup", "POST /v1/logins", "POST /v1/people", "POST /v1/rooms",
                                   "POST /v1/pairings", "POST /v1/sessions", "POST /v1/sessions/:id/start"}) {
            INFO(action);
            CHECK(actions.contains(action));
        }
        CHECK(audit::verify(read, evidence).intact);
    });
}
