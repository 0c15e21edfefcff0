// What a teacher learns from a lesson: three students of a class, one of whom looks elsewhere, and one who is
// absent.
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include "support/test_appliance.h"

using namespace support;
using Catch::Approx;

namespace {

struct School {
    School() {
        const Credential head = box.set_up();
        const Json rossi = box.add_person(head, "teacher", "Ms Rossi");
        teacher = box.log_in("Ms Rossi");
        a_class =
            box.expect(201, "POST", "/v1/classes", {{"name", "6B"}, {"teacher_id", rossi.at("id")}}, head)
                .at("id");
        const Json room = box.make_room(teacher, "Room 2", 1, 4);
        const Json seats =
            box.expect(200, "GET", "/v1/rooms/" + room.at("id").dump(), nullptr, teacher).at("seats");
        for (const char* nickname : {"Ada", "Ben", "Cleo", "Dora"}) {
            const PersonId id = box.add_person(teacher, "student", nickname).at("id");
            box.call("PUT", "/v1/classes/" + to_string(a_class) + "/students/" + to_string(id), nullptr,
                     head);
            students.push_back(id);
        }
        for (std::size_t i = 0; i < 3; ++i) {
            headsets.push_back(box.pair(teacher, "DPVR-0" + std::to_string(i + 1)));
            box.expect(200, "PATCH", "/v1/seats/" + seats.at(i).at("id").dump(),
                       {{"device_id", headsets[i].id}, {"person_id", students[i]}}, teacher);
        }
        lesson = box.expect(201, "POST", "/v1/lessons",
                            {{"title", "Coral reef"},
                             {"kind", "video"},
                             {"content", "reef.mp4"},
                             {"duration_ms", 60'000}},
                            teacher)
                     .at("id");
        const SessionId session = box.expect(201, "POST", "/v1/sessions",
                                             {{"title", "Oceans"},
                                              {"class_id", a_class},
                                              {"room_id", room.at("id")},
                                              {"lesson_ids", {lesson}}},
                                             teacher)
                                      .at("id");
        path = "/v1/sessions/" + to_string(session);
        box.expect(200, "POST", path + "/start", Json::object(), teacher);
    }

    // Ten looks a second in that direction, from one position in the lesson to another.
    Json watch(std::size_t who, const std::string& batch, int from_s, int to_s, double yaw_deg,
               std::int64_t reported = 0, const Json& more = Json::array()) {
        Json events = Json::array();
        for (int tenth = from_s * 10; tenth < to_s * 10; ++tenth)
            events.push_back({{"kind", "gaze"},
                              {"at_ms", box.clock.now_ms() + tenth * 100},
                              {"position_ms", tenth * 100},
                              {"yaw_deg", yaw_deg + (tenth % 2) * 3},
                              {"pitch_deg", 5}});
        for (const Json& event : more)
            events.push_back(event);
        Json body{{"batch_id", batch}, {"events", events}};
        if (reported > 0) body["reported_total"] = reported;
        return box.expect(202, "POST", "/v1/events", body, headsets[who].credential);
    }
    Json get(const std::string& address) { return box.expect(200, "GET", address, nullptr, teacher); }
    std::string text(const std::string& address) {
        const Reply reply = box.call("GET", address, nullptr, teacher);
        INFO(address << " -> " << reply.body.substr(0, 300));
        REQUIRE(reply.status == 200);
        CHECK(reply.header("content-type") == "text/csv; charset=utf-8");
        return reply.body;
    }

    TestAppliance box;
    Credential teacher;
    std::vector<PersonId> students;
    std::vector<TestAppliance::Headset> headsets;
    ClassId a_class;
    LessonId lesson;
    std::string path;
};

} // namespace

TEST_CASE("a teacher sees who looked where, moment by moment, and whom to look at first", "[stories]") {
    School school;
    const Json click = {{"kind", "interaction"},
                        {"at_ms", school.box.clock.now_ms()},
                        {"position_ms", 12'000},
                        {"target", "turtle"},
                        {"dwell_ms", 800}};
    const Json zone = {
        {"kind", "zone_exit"}, {"at_ms", 1}, {"position_ms", 13'000}, {"zone", "reef"}, {"dwell_ms", 9'000}};
    const Json ada = school.watch(0, "a", 0, 20, 40, 0, Json::array({click, zone}));
    school.watch(1, "b", 0, 20, 42);
    const Json cleo = school.watch(2, "c", 0, 20, -120, 250); // she has 50 more to send
    CHECK(cleo.at("reported_total") == 250);
    school.box.expect(200, "POST", school.path + "/look", {{"yaw_deg", 45}, {"pitch_deg", 5}},
                      school.teacher);

    const Json report = school.get(school.path + "/insights");
    CHECK(report.at("lesson").at("title") == "Coral reef");
    CHECK(report.at("target").at("direction").at("yaw_deg") == 45);
    REQUIRE(report.at("students").size() == 4);
    const Json& of_ada = report.at("students").at(0);
    const Json& of_cleo = report.at("students").at(2);
    CHECK(of_ada.at("person").at("nickname") == "Ada");
    CHECK(of_ada.at("looks") == 200);
    CHECK(of_ada.at("attention") == 1.0);
    CHECK(of_ada.at("interactions") == 1);
    CHECK(of_ada.at("zones") == Json::array({{{"name", "reef"}, {"dwell_ms", 9'000}}}));
    CHECK(of_ada.at("agreement").get<double>() == Approx(0.5).margin(0.05)); // with Ben, not with Cleo
    CHECK(of_cleo.at("attention") == 0.0);
    CHECK(of_cleo.at("agreement") == 0.0);
    CHECK(of_cleo.at("missing_events") == 50);
    CHECK(report.at("students").at(3).at("took_part") == false);
    CHECK(report.at("class").at("students") == 4);
    CHECK(report.at("class").at("took_part") == 3);
    CHECK(report.at("class").at("gaze").at("total") == 600);
    // The absent student comes before the one who looked elsewhere.
    REQUIRE(report.at("look_first").size() == 2);
    CHECK(report.at("look_first").at(0).at("person").at("nickname") == "Dora");
    CHECK(report.at("look_first").at(0).at("reasons").at(0).at("code") == "not_there");
    CHECK(report.at("look_first").at(1).at("person").at("nickname") == "Cleo");
    CHECK(report.at("funnel").at(0) == Json{{"step", "invited"}, {"students", 4}});
    CHECK(report.at("funnel").at(4) == Json{{"step", "interacted"}, {"students", 1}});
    REQUIRE(report.at("timeline").size() == 4);
    CHECK(report.at("timeline").at(2).at("interactions") == 1);
    CHECK(report.at("definitions").contains("engagement"));
    // Another target.
    CHECK(school.get(school.path + "/insights?yaw_deg=-120&pitch_deg=0&radius_deg=30")
              .at("students")
              .at(2)
              .at("attention") == 1.0);
    CHECK(school.box.call("GET", school.path + "/insights?yaw_deg=5", nullptr, school.teacher).status == 422);
    CHECK(school.box.call("GET", school.path + "/insights?lesson=4711", nullptr, school.teacher).status ==
          404);
}

TEST_CASE("a debrief shows a lesson moment by moment, and each student has a page", "[stories]") {
    School school;
    const Json ada = school.watch(0, "a", 0, 20, 40);
    school.watch(1, "b", 0, 20, 42);
    school.watch(2, "c", 0, 20, -120);
    school.box.expect(200, "POST", school.path + "/look", {{"yaw_deg", 45}, {"pitch_deg", 5}},
                      school.teacher);

    const Json debrief = school.get(school.path + "/debrief");
    REQUIRE(debrief.at("slices").size() == 4);
    CHECK(debrief.at("slices").at(1).at("position_ms") == 5'000);
    CHECK(debrief.at("slices").at(1).at("looks") == 150);
    std::int64_t counted = 0;
    const Json& cells = debrief.at("slices").at(1).at("cells");
    for (std::size_t i = 1; i < cells.size(); i += 2)
        counted += cells.at(i).get<std::int64_t>();
    CHECK(counted == 150);
    REQUIRE(debrief.at("students").size() == 3);
    CHECK(debrief.at("students").at(2).at("gaze").at(3).at("yaw_deg").get<double>() ==
          Approx(-118.5).margin(0.2));

    const Json run = school.get("/v1/runs/" + ada.at("run_id").dump() + "/insights");
    CHECK(run.at("result").at("lesson").at("title") == "Coral reef");
    REQUIRE(run.at("slices").size() == 4);
    CHECK(run.at("slices").at(0).at("looks") == 50);

    const Json page = school.get(school.path + "/students/" + to_string(school.students[0]) + "/report");
    CHECK(page.at("student").at("person").at("nickname") == "Ada");
    CHECK(page.at("class").at("median").at("attention") == 1.0);
    for (const char* others :
         {"Ben", "Cleo", "Dora", "-118"}) // nobody else, and nothing of where they looked
        CHECK(page.dump().find(others) == std::string::npos);
    CHECK_FALSE(page.at("class").contains("gaze"));
}

TEST_CASE("every table of a report is there as CSV", "[stories]") {
    School school;
    const Json zone = {
        {"kind", "zone_exit"}, {"at_ms", 1}, {"position_ms", 13'000}, {"zone", "reef"}, {"dwell_ms", 9'000}};
    const Json ada = school.watch(0, "a", 0, 20, 40, 0, Json::array({zone}));
    school.watch(2, "c", 0, 20, -120);
    CHECK(school.text(school.path + "/insights/students.csv").find("\r\nCleo,DPVR-03,yes,1,no,") !=
          std::string::npos);
    CHECK(school.text(school.path + "/insights/zones.csv").find("Ada,DPVR-01,reef,9.000\r\n") !=
          std::string::npos);
    for (const char* table : {"targets", "gaze", "timeline", "moments", "funnel"})
        CHECK(school.text(school.path + "/insights/" + table + ".csv").size() > 20);
    for (const char* table : {"gaze", "moments", "zones", "targets"})
        CHECK(school.text("/v1/runs/" + ada.at("run_id").dump() + "/insights/" + table + ".csv").size() > 10);
    CHECK(school.box.call("GET", school.path + "/insights/secrets.csv", nullptr, school.teacher).status ==
          404);
}

TEST_CASE("results are kept by student and by class, with the lesson as it was taught", "[stories]") {
    School school;
    school.watch(0, "a", 0, 10, 40);
    school.box.clock.advance(5s);
    school.box.expect(200, "POST", school.path + "/stop", Json::object(), school.teacher);
    school.box.expect(
        200, "PATCH", "/v1/lessons/" + to_string(school.lesson),
        {{"title", "Coral reef, second edition"}, {"content", "reef-2.mp4"}, {"duration_ms", 1000}},
        school.teacher);

    const Json session = school.get(school.path);
    CHECK(session.at("lessons").at(0).at("title") == "Coral reef");
    CHECK(session.at("lessons").at(0).at("content") == "reef.mp4");
    CHECK(session.at("lessons").at(0).at("duration_ms") == 60'000);
    const std::string history = "/v1/people/" + to_string(school.students[0]) + "/history";
    const Json done = school.get(history).at("items");
    REQUIRE(done.size() == 1);
    CHECK(done.at(0).at("lesson").at("title") == "Coral reef");
    CHECK(done.at(0).at("session").at("title") == "Oceans");
    CHECK(done.at(0).at("attempt") == 1);
    CHECK(done.at(0).at("events") == 100);
    CHECK(school.get("/v1/people/" + to_string(school.students[3]) + "/history").at("items").empty());
    CHECK(school.text(history + ".csv").find(",Oceans,Coral reef,1,") != std::string::npos);

    const std::string results = "/v1/classes/" + to_string(school.a_class) + "/results";
    const Json table = school.get(results);
    REQUIRE(table.at("students").size() == 4);
    CHECK(table.at("students").at(0).at("person").at("nickname") == "Ada");
    CHECK(table.at("students").at(0).at("lessons").at(0).at("attempts") == 1);
    CHECK(table.at("students").at(3).at("lessons").empty());
    CHECK(school.text(results + ".csv").find("\r\nAda,") != std::string::npos);
}
