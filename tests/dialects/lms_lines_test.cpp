// The lines of docs/dialects/lms.md, one row each: literal bytes both ways.
#include <nlohmann/json.hpp>

#include "support/socket_client.h"
#include "support/test_appliance.h"
#include "support/wire_lines.h"

namespace {

using nlohmann::json;
using support::WireLine;
using support::WireLines;

class School {
public:
    School() {
        head = appliance.set_up();
        const auto rossi = appliance.add_person(head, "teacher", "rossi", "2222")["id"];
        const auto class_id =
            appliance.expect(201, "POST", "/v1/classes", {{"name", "6B"}, {"teacher_id", rossi}}, head)["id"];
        const auto anna = appliance.add_person(head, "student", "anna", "1111")["id"];
        appliance.call("PUT", "/v1/classes/" + class_id.dump() + "/students/" + anna.dump(), nullptr, head);
        anna_id = PersonId(anna.get<std::int64_t>());
        lines.keep("class", class_id.dump());
        lines.keep("rossi", rossi.dump());
        lines.keep("anna", anna.dump());
    }
    support::RawAnswer send(const std::string& method, const std::string& path, const std::string& body,
                            const std::string& as) const {
        support::RawClient client(appliance.port());
        return client.ask(method + " " + path + " HTTP/1.1\r\nHost: box\r\n" +
                          (as.empty() ? "" : "Authorization: Token " + as + "\r\n") +
                          "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                          "\r\n\r\n" + body);
    }

    support::TestAppliance appliance;
    support::Credential head;
    PersonId anna_id;
    WireLines lines{[this](const std::string& method, const std::string& path, const std::string& body,
                           const std::string& as) { return send(method, path, body, as); }};
};

const std::string now = R"("2026-09-01T08:00:00.000Z")";

std::vector<WireLine> logins() {
    return {
        {"POST /api/login/: nickname, pin, device_id? -> {token, user:{nickname, school}}",
         "POST /api/login/", R"({"nickname":"rossi","pin":"2222"})", 200,
         R"({"token":"<teacher:token>","user":{"id":$rossi,"is_active":true,"is_staff":true,)"
         R"("nickname":"rossi","school":"Test School"}})"},
        {"the same of a student", "POST /api/login/", R"({"nickname":"anna","pin":"1111"})", 200,
         R"({"token":"<student:token>","user":{"id":$anna,"is_active":true,"is_staff":false,)"
         R"("nickname":"anna","school":"Test School"}})"},
        {"wrong: 401", "POST /api/login/", R"({"nickname":"anna","pin":"9"})", 401,
         R"({"error":"Invalid credentials"})"},
    };
}

} // namespace

TEST_CASE("lms, line by line: the calls", "[dialects]") {
    School school;
    auto& lines = school.lines;
    lines.check(logins());
    lines.check({
        {"GET /api/classes/", "GET /api/classes/", "", 200,
         R"([{"id":$class,"name":"6B","students":[{"id":$anna,"is_active":true,"is_staff":false,)"
         R"("nickname":"anna","school":"Test School"}],"teacher":{"id":$rossi,"is_active":true,)"
         R"("is_staff":true,"nickname":"rossi","school":"Test School"}}])",
         "$teacher"},
        {"POST /api/session/create/", "POST /api/session/create/", R"({"title":"Reef"})", 201,
         R"({"created_at":)" + now +
             R"(,"id":<session:integer>,"is_active":false,"is_paused":false,"started_at":null,)"
             R"("stopped_at":null,"teacher":$rossi,"title":"Reef"})",
         "$teacher"},
        {"POST /api/session/addLesson/: lesson_class is \"General\" unless it has another",
         "POST /api/session/addLesson/", R"({"session_id":$session,"title":"Corals","content":"corals.mp4"})",
         201, R"({"content":"corals.mp4","id":<lesson:integer>,"lesson_class":"General","title":"Corals"})",
         "$teacher"},
        {"addLesson of what is not the caller's", "POST /api/session/addLesson/",
         R"({"session_id":4711,"title":"Corals","content":"corals.mp4"})", 404,
         R"({"error":"Session not found or unauthorized"})", "$teacher"},
        {"pausing an inactive session: 400", "POST /api/session/pause/", R"({"session_id":$session})", 400,
         R"({"error":"Session is not active"})", "$teacher"},
        {"POST /api/session/start/", "POST /api/session/start/", R"({"session_id":$session})", 200,
         R"({"message":"Session started"})", "$teacher"},
        {"start again: the same 200", "POST /api/session/start/", R"({"session_id":"$session"})", 200,
         R"({"message":"Session started"})", "$teacher"},
        {"pause", "POST /api/session/pause/", R"({"session_id":$session})", 200,
         R"({"message":"Session paused"})", "$teacher"},
        {"pause again: the same 200", "POST /api/session/pause/", R"({"session_id":$session})", 200,
         R"({"message":"Session paused"})", "$teacher"},
        {"stop", "POST /api/session/stop/", R"({"session_id":$session})", 200,
         R"({"message":"Session stopped"})", "$teacher"},
        {"stop again: the same 200", "POST /api/session/stop/", R"({"session_id":$session})", 200,
         R"({"message":"Session stopped"})", "$teacher"},
        {"a session that is unknown: 404 {error}", "POST /api/session/start/", R"({"session_id":4711})", 404,
         R"({"error":"Session not found"})", "$teacher"},
        {"no token: 401 {detail}", "GET /api/classes/", "", 401,
         R"({"detail":"Authentication credentials were not provided."})"},
        {"bad token: 401 {detail}", "GET /api/classes/", "", 401, R"({"detail":"Invalid token."})", "wrong"},
        {"wrong role: 403 {detail}", "POST /api/session/create/", R"({"title":"Reef"})", 403,
         R"({"detail":"You do not have permission to perform this action."})", "$student"},
    });
}

TEST_CASE("lms, line by line: results", "[dialects]") {
    School school;
    auto& lines = school.lines;
    lines.check(logins());
    lines.check({{"a teacher's /api/results/ answers 200 (mostly [])", "GET /api/results/", "", 200, "[]",
                  "$teacher"}});
    auto& services = school.appliance.services();
    const auto add = [&](std::optional<double> score) {
        services.store.write("test", [&](store::Tx& tx) {
            runs::NewRun run;
            run.person_id = school.anna_id;
            const auto begun = services.runs.begin(tx, OrganisationId(1), run);
            runs::RunChange change;
            change.score = score;
            services.runs.change(tx, OrganisationId(1), begun.id, change);
        });
    };
    add(86.6);
    lines.check({{"score is an integer; lesson never null", "GET /api/results/", "", 200,
                  R"([{"completed":false,"id":<run:integer>,"lesson":0,"progress_data":{},"score":87,)"
                  R"("student":$anna}])",
                  "$student"}});
    add(std::nullopt);
    lines.check({{"score is 0 if none", "GET /api/results/", "", 200,
                  R"([{"completed":false,"id":<integer>,"lesson":0,"progress_data":{},"score":0,)"
                  R"("student":$anna},{"completed":false,"id":$run,"lesson":0,"progress_data":{},"score":87,)"
                  R"("student":$anna}])",
                  "$student"}});
}

TEST_CASE("lms, line by line: a lesson of a class's session", "[dialects]") {
    School school;
    auto& lines = school.lines;
    lines.check(logins());
    const auto id = school.appliance.expect(
        201, "POST", "/v1/sessions", {{"title", "Reef"}, {"class_id", json::parse(lines.kept("class"))}},
        {lines.kept("teacher"), ""})["id"];
    lines.keep("session", id.dump());
    lines.check(
        {{"lesson_class is the class's name where it has one", "POST /api/session/addLesson/",
          R"({"session_id":$session,"title":"Corals","content":"corals.mp4"})", 201,
          R"({"content":"corals.mp4","id":<integer>,"lesson_class":"6B","title":"Corals"})", "$teacher"}});
}

TEST_CASE("lms, line by line: the socket", "[dialects]") {
    School school;
    auto& lines = school.lines;
    lines.check(logins());
    lines.check({{"POST /api/session/create/", "POST /api/session/create/", R"({"title":"Reef"})", 201,
                  R"({"created_at":)" + now +
                      R"(,"id":<session:integer>,"is_active":false,"is_paused":false,"started_at":null,)"
                      R"("stopped_at":null,"teacher":$rossi,"title":"Reef"})",
                  "$teacher"}});
    const std::string invalid = R"({"message":"Invalid action","status":"error"})";
    const auto join = [&](const char* who) {
        support::SocketClient socket(school.appliance.port(),
                                     "/ws/session/" + lines.kept("session") + "/?token=" + lines.kept(who));
        socket.send("no JSON"); // once it is answered, the join is through
        CHECK(socket.read() == invalid);
        return socket;
    };
    auto teacher = join("teacher"), student = join("student");
    struct {
        const char *line, *sent, *answered, *others;
    } const rows[] = {
        {"start answers the sender and reaches all in the session", R"({"action":"start"})",
         R"({"message":"Session has started","status":"started"})",
         R"({"message":"Session has started","status":"started"})"},
        {"each is broadcast every time it is sent, also when nothing changes by it", R"({"action":"start"})",
         R"({"message":"Session has started","status":"started"})",
         R"({"message":"Session has started","status":"started"})"},
        {"pause", R"({"action":"pause"})", R"({"message":"Session is paused","status":"paused"})",
         R"({"message":"Session is paused","status":"paused"})"},
        {"stop", R"({"action":"stop"})", R"({"message":"Session has stopped","status":"stopped"})",
         R"({"message":"Session has stopped","status":"stopped"})"},
        {"offer is relayed with all its fields, plus \"type\":\"webrtc_signal\"",
         R"({"action":"offer","offer":{"sdp":"v=0","type":"offer"},"to":1})",
         R"({"message":"offer relayed","status":"success"})",
         R"({"action":"offer","offer":{"sdp":"v=0","type":"offer"},"to":1,"type":"webrtc_signal"})"},
        {"answer", R"({"action":"answer","answer":{"sdp":"v=0"}})",
         R"({"message":"answer relayed","status":"success"})",
         R"({"action":"answer","answer":{"sdp":"v=0"},"type":"webrtc_signal"})"},
        {"ice_candidate", R"({"action":"ice_candidate","candidate":{"sdpMid":"0"}})",
         R"({"message":"ice_candidate relayed","status":"success"})",
         R"({"action":"ice_candidate","candidate":{"sdpMid":"0"},"type":"webrtc_signal"})"},
    };
    for (const auto& [line, sent, answered, others] : rows) {
        INFO(line);
        teacher.send(sent);
        CHECK(teacher.read() == answered);
        CHECK(student.read() == others);
    }
    student.send(R"({"action":"start"})");
    CHECK(student.read() ==
          R"({"message":"You do not have permission to perform this action.","status":"error"})");
}
