// The LMS dialect as its clients speak it: literal bytes over real sockets, no code shared with the server.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

#include "platform/embedded.h"
#include "support/raw_client.h"
#include "support/test_appliance.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::Matches;

namespace {

using nlohmann::json;
using support::RawAnswer;

const char* const a_time = R"(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ)";

// A school as clients of the LMS dialect find it: rossi teaches 6B with anna and ben, moretti teaches nobody.
class School {
public:
    School() {
        head_ = appliance.set_up();
        for (const char* teacher : {"rossi", "moretti"})
            appliance.add_person(head_, "teacher", teacher, "2222");
        const auto people = appliance.expect(200, "GET", "/v1/people?role=teacher", nullptr, head_);
        for (const auto& person : people["items"])
            if (person["nickname"] == "rossi") rossi_id = person["id"];
        class_id = appliance.expect(201, "POST", "/v1/classes", {{"name", "6B"}, {"teacher_id", rossi_id}},
                                    head_)["id"];
        for (const char* student : {"anna", "ben"}) {
            const auto id = appliance.add_person(head_, "student", student, "1111")["id"].dump();
            appliance.call("PUT", "/v1/classes/" + to_string(class_id) + "/students/" + id, nullptr, head_);
        }
    }

    RawAnswer send(const std::string& method, const std::string& path, const std::string& token = "",
                   const std::string& body = "", const std::string& type = "application/json") const {
        support::RawClient client(appliance.port());
        std::string request = method + " " + path + " HTTP/1.1\r\nHost: box\r\n";
        if (!token.empty()) request += "Authorization: Token " + token + "\r\n";
        if (!body.empty())
            request +=
                "Content-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
        return client.ask(request + "\r\n" + body);
    }
    RawAnswer post(const std::string& path, const std::string& token, const std::string& body) const {
        return send("POST", path, token, body);
    }
    std::string log_in(const std::string& nickname, const std::string& pin,
                       const std::string& device = "") const {
        const std::string extra = device.empty() ? "" : R"(,"device_id":")" + device + "\"";
        const auto answer = post("/api/login/", "",
                                 R"({"nickname":")" + nickname + R"(","pin":")" + pin + "\"" + extra + "}");
        INFO(answer.body);
        REQUIRE(answer.status == 200);
        return json::parse(answer.body)["token"];
    }
    std::string create_session(const std::string& token) const {
        const auto answer = post("/api/session/create/", token, R"({"title":"Reef"})");
        REQUIRE(answer.status == 201);
        return json::parse(answer.body)["id"].dump();
    }
    const support::Credential& head() const { return head_; }

    mutable support::TestAppliance appliance;
    PersonId rossi_id;
    ClassId class_id;

private:
    support::Credential head_;
};

} // namespace

TEST_CASE("lms: a login takes JSON, a form or multipart, with and without the final slash", "[dialects]") {
    const School school;
    const std::string multipart =
        "--frontier\r\nContent-Disposition: form-data; name=\"nickname\"\r\n\r\nanna\r\n"
        "--frontier\r\nContent-Disposition: form-data; name=\"pin\"\r\n\r\n1111\r\n--frontier--\r\n";
    struct {
        const char *path, *type;
        std::string body;
    } const ways[] = {
        {"/api/login/", "application/json", R"({"nickname":"anna","pin":"1111"})"},
        {"/api/login", "application/json", R"({"nickname":"anna","pin":1111})"},
        {"/api//login/", "application/json; charset=utf-8",
         R"({"nickname":"Anna@Test School","pin":"1111","more":true})"},
        {"/api/login/", "application/x-www-form-urlencoded", "nickname=anna&pin=1111"},
        {"/api/login/", "multipart/form-data; boundary=frontier", multipart},
    };
    for (const auto& [path, type, body] : ways) {
        INFO(type << "\n" << body);
        const auto answer = school.send("POST", path, "", body, type);
        CHECK(answer.status == 200);
        CHECK(answer.headers.at("content-type") == "application/json");
        const auto said = json::parse(answer.body);
        CHECK(said["token"].get<std::string>().size() >= 32);
        CHECK(said["user"]["nickname"] == "anna");
        CHECK(said["user"]["school"] == "Test School");
    }
}

TEST_CASE("lms: a wrong login gets the same answer whatever is wrong", "[dialects]") {
    const School school;
    for (const char* body :
         {R"({"nickname":"anna","pin":"9999"})", R"({"nickname":"nobody","pin":"1111"})",
          R"({"nickname":"anna@Elsewhere","pin":"1111"})", R"({"nickname":"ben","pin":"11111"})"}) {
        const auto answer = school.post("/api/login/", "", body);
        CHECK(answer.status == 401);
        CHECK(answer.body == R"({"error":"Invalid credentials"})");
    }
    for (const auto& [body, field] :
         std::vector<std::pair<std::string, std::string>>{{"{}", "nickname"},
                                                          {R"({"nickname":"anna"})", "pin"},
                                                          {R"({"nickname":"","pin":"1111"})", "nickname"}}) {
        const auto answer = school.post("/api/login/", "", body);
        CHECK(answer.status == 400);
        CHECK(json::parse(answer.body)[field][0].get<std::string>().starts_with("This field"));
    }
    CHECK(school.post("/api/login/", "", "{nonsense").status == 400);
    for (int i = 0; i < 8; ++i)
        school.post("/api/login/", "", R"({"nickname":"anna","pin":"0000"})");
    const auto locked = school.post("/api/login/", "", R"({"nickname":"anna","pin":"1111"})");
    CHECK(locked.status == 429);
    CHECK_THAT(locked.body,
               Matches(R"(\{"detail":"Request was throttled\. Expected available in \d+ seconds\."\})"));
    CHECK(locked.headers.contains("retry-after"));
}

TEST_CASE("lms: a caller without a token, with a bad one or the wrong role is refused in Django's words",
          "[dialects]") {
    const School school;
    const std::string student = school.log_in("anna", "1111"), teacher = school.log_in("rossi", "2222");
    struct {
        const char *method, *path;
        bool for_students;
    } const calls[] = {
        {"GET", "/api/classes/", true},          {"GET", "/api/results/", true},
        {"POST", "/api/session/create/", false}, {"POST", "/api/session/addLesson/", false},
        {"POST", "/api/session/start/", false},  {"POST", "/api/session/pause/", false},
        {"POST", "/api/session/stop/", false},
    };
    for (const auto& [method, path, for_students] : calls) {
        INFO(path);
        const auto none = school.send(method, path, "", "{}");
        CHECK(none.status == 401);
        CHECK(none.body == R"({"detail":"Authentication credentials were not provided."})");
        const auto bad = school.send(method, path, "no-such-token", "{}");
        CHECK(bad.status == 401);
        CHECK(bad.body == R"({"detail":"Invalid token."})");
        if (for_students) continue;
        const auto wrong = school.send(method, path, student, R"({"session_id":1,"title":"Reef"})");
        CHECK(wrong.status == 403);
        CHECK(wrong.body == R"({"detail":"You do not have permission to perform this action."})");
    }
    CHECK(school.send("GET", "/api/results/", teacher).body == "[]"); // their own rows
    CHECK(school.send("GET", "/api/classes/", teacher).status == 200);
    support::RawClient bearer(school.appliance.port());
    CHECK(
        bearer.ask("GET /api/classes HTTP/1.1\r\nHost: box\r\nAuthorization: Bearer " + teacher + "\r\n\r\n")
            .status == 200);
}

TEST_CASE("lms: classes are the caller's, with teacher and students", "[dialects]") {
    const School school;
    const auto of_teacher = school.send("GET", "/api/classes/", school.log_in("rossi", "2222"));
    CHECK(of_teacher.status == 200);
    const auto list = json::parse(of_teacher.body);
    REQUIRE(list.size() == 1);
    CHECK(list[0]["id"] == school.class_id.value());
    CHECK(list[0]["name"] == "6B");
    CHECK(list[0]["teacher"] ==
          json::parse(R"({"id":)" + to_string(school.rossi_id) +
                      R"(,"nickname":"rossi","school":"Test School","is_staff":true,"is_active":true})"));
    REQUIRE(list[0]["students"].size() == 2);
    CHECK(list[0]["students"][0]["nickname"] == "anna");
    CHECK(list[0]["students"][0]["is_staff"] == false);
    CHECK(list[0]["students"][1]["school"] == "Test School");
    CHECK(json::parse(school.send("GET", "/api/classes/", school.log_in("anna", "1111")).body) == list);
    CHECK(school.send("GET", "/api/classes/", school.log_in("moretti", "2222")).body == "[]");
}

TEST_CASE("lms: a session is created, gets a lesson, starts, pauses and stops", "[dialects]") {
    const School school;
    const std::string token = school.log_in("rossi", "2222");
    const auto created = school.post("/api/session/create/", token, R"({"title":"Reef"})");
    CHECK(created.status == 201);
    const auto session = json::parse(created.body);
    const std::string id = session["id"].dump();
    CHECK(session["id"].is_number_integer());
    CHECK(session["title"] == "Reef");
    CHECK(session["teacher"] == school.rossi_id.value());
    CHECK(session["is_active"] == false);
    CHECK(session["is_paused"] == false);
    CHECK_THAT(session["created_at"].get<std::string>(), Matches(a_time));
    CHECK(session["started_at"].is_null());
    CHECK(session["stopped_at"].is_null());

    const auto lesson =
        school.post("/api/session/addLesson/", token,
                    R"({"session_id":)" + id + R"(,"title":"Corals","content":"corals.mp4"})");
    CHECK(lesson.status == 201);
    CHECK(json::parse(lesson.body)["id"].is_number_integer());
    CHECK(json::parse(lesson.body)["title"] == "Corals");
    CHECK(json::parse(lesson.body)["content"] == "corals.mp4");
    CHECK(json::parse(lesson.body)["lesson_class"] == "General");

    const auto inactive = school.post("/api/session/pause/", token, R"({"session_id":)" + id + "}");
    CHECK(inactive.status == 400);
    CHECK(inactive.body == R"({"error":"Session is not active"})");
    const auto say = [&](const std::string& word, const std::string& body, const std::string& type) {
        const auto answer = school.send("POST", "/api/session/" + word + "/", token, body, type);
        CHECK(answer.status == 200);
        return answer.body;
    };
    const std::string as_json = R"({"session_id":)" + id + "}", as_form = "session_id=" + id;
    const std::string form = "application/x-www-form-urlencoded";
    CHECK(say("start", as_json, "application/json") == R"({"message":"Session started"})");
    CHECK(say("start", as_form, form) == R"({"message":"Session started"})"); // again: nothing changes
    CHECK(say("pause", as_form, form) == R"({"message":"Session paused"})");
    CHECK(say("pause", R"({"session_id":")" + id + "\"}", "application/json") ==
          R"({"message":"Session paused"})");
    CHECK(say("start", as_json, "application/json") == R"({"message":"Session started"})"); // it goes on
    CHECK(say("stop", as_json, "application/json") == R"({"message":"Session stopped"})");
    CHECK(say("stop", as_json, "application/json") == R"({"message":"Session stopped"})");
    CHECK(say("start", as_json, "application/json") == R"({"message":"Session started"})"); // once more
}

TEST_CASE("lms: Lectern's page shows what the LMS dialect did to a session", "[dialects]") {
    const School school;
    const std::string token = school.log_in("rossi", "2222");
    const std::string id = school.create_session(token);
    const auto state = [&] {
        return school.appliance.expect(200, "GET", "/v1/sessions/" + id, nullptr, school.head())["state"]
            .get<std::string>();
    };
    CHECK(state() == "created");
    for (const auto& [word, after] :
         {std::pair{"start", "running"}, {"pause", "paused"}, {"start", "running"}, {"stop", "stopped"}}) {
        school.post(std::string("/api/session/") + word, token, R"({"session_id":)" + id + "}");
        CHECK(state() == after);
    }
}

TEST_CASE("lms: a session is its teacher's own", "[dialects]") {
    const School school;
    const std::string rossi = school.log_in("rossi", "2222"), moretti = school.log_in("moretti", "2222");
    const std::string id = school.create_session(rossi);
    for (const std::string& other : {id, std::string("4711")}) {
        for (const char* word : {"start", "pause", "stop"}) {
            const auto answer = school.post(std::string("/api/session/") + word + "/", moretti,
                                            R"({"session_id":)" + other + "}");
            CHECK(answer.status == 404);
            CHECK(answer.body == R"({"error":"Session not found"})");
        }
        const auto lesson = school.post("/api/session/addLesson/", moretti,
                                        R"({"session_id":)" + other + R"(,"title":"Mine","content":""})");
        CHECK(lesson.status == 404);
        CHECK(lesson.body == R"({"error":"Session not found or unauthorized"})");
    }
    CHECK(school.post("/api/session/start/", rossi, "{}").status == 400);
    CHECK(school.post("/api/session/start/", rossi, R"({"session_id":"first"})").status == 400);
    CHECK(school.post("/api/session/create/", rossi, "{}").status == 400);
    CHECK(json::parse(school.post("/api/session/create/", rossi, "{}").body)["title"] ==
          json::parse(R"(["This field is required."])"));
}

TEST_CASE("lms: a headset pairs by nickname and PIN", "[dialects]") {
    const School school;
    // A teacher's nickname pairs at once.
    const std::string teacher = school.log_in("rossi", "2222", "QUEST-1");
    CHECK(school.send("GET", "/api/classes/", teacher).status == 200);
    const auto devices = [&] {
        return school.appliance.expect(200, "GET", "/v1/devices", nullptr, school.head())["items"];
    };
    REQUIRE(devices().size() == 1);
    CHECK(devices()[0]["serial_number"] == "QUEST-1");
    CHECK(devices()[0]["person"]["nickname"] == "rossi");

    // A student who signs in on a paired headset is bound to it, and replaces the student before.
    const std::string anna = school.log_in("anna", "1111", "QUEST-1");
    CHECK(devices()[0]["person"]["nickname"] == "anna");
    CHECK(school.send("GET", "/api/classes/", teacher).status == 401);

    // On an unpaired one the student waits for a teacher's tap, and takes no part until then.
    const std::string ben = school.log_in("ben", "1111", "QUEST-2");
    CHECK(devices().size() == 1);
    CHECK(school.send("GET", "/api/results/", ben).status == 401);
    const auto waiting =
        school.appliance.expect(200, "GET", "/v1/pairing-requests", nullptr, school.head())["items"];
    REQUIRE(waiting.size() == 1);
    CHECK(waiting[0]["serial_number"] == "QUEST-2");
    school.appliance.call("POST", "/v1/pairing-requests/" + waiting[0]["id"].dump() + "/admit", nullptr,
                          school.head());
    CHECK(devices().size() == 2);
    CHECK(school.send("GET", "/api/results/", ben).body == "[]");

    // While a teacher has pairing open, it pairs at once.
    school.appliance.expect(200, "PUT", "/v1/pairing-window", {{"open_for_s", 300}}, school.head());
    const auto paired = school.send("POST", "/api/login/", "", "nickname=ben&pin=1111&device_id=77",
                                    "application/x-www-form-urlencoded");
    CHECK(paired.status == 200);
    CHECK(devices().size() == 3);
    CHECK(school.send("GET", "/api/results/", anna).status == 200);
}

TEST_CASE("lms: each headset takes a seat of the licence", "[dialects]") {
    const School school;
    const auto left = [&] {
        return school.appliance
            .expect(200, "GET", "/v1/organisation", nullptr, school.head())["licence"]["seats_left"]
            .get<int>();
    };
    const int before = left();
    school.log_in("rossi", "2222", "QUEST-1");
    school.log_in("rossi", "2222", "QUEST-1");
    CHECK(left() == before - 1);
}

TEST_CASE("lms: results are the student's own", "[dialects]") {
    const School school;
    const std::string teacher = school.log_in("rossi", "2222");
    school.log_in("rossi", "2222", "QUEST-1");
    const std::string anna = school.log_in("anna", "1111", "QUEST-1"), ben = school.log_in("ben", "1111");
    auto& services = school.appliance.services();
    const auto organisation = services.logins.find(anna, services.clock.now_ms());
    services.store.write("test", [&](store::Tx& tx) {
        runs::NewRun run;
        run.person_id = organisation.person_id;
        run.data = R"({"page":3})";
        const auto begun = services.runs.begin(tx, organisation.organisation_id, run);
        runs::RunChange change;
        change.score = 87.5;
        change.completed = true;
        services.runs.change(tx, organisation.organisation_id, begun.id, change);
    });
    const auto list = json::parse(school.send("GET", "/api/results/", anna).body);
    REQUIRE(list.size() == 1);
    CHECK(list[0]["id"].is_number_integer());
    CHECK(list[0]["student"] == organisation.person_id.value());
    CHECK(list[0]["lesson"] == 0);
    CHECK(list[0]["score"].is_number_integer());
    CHECK(list[0]["score"] == 88);
    CHECK(list[0]["completed"] == true);
    CHECK(list[0]["progress_data"] == json::parse(R"({"page":3})"));
    CHECK(school.send("GET", "/api/results/", ben).body == "[]");
}

TEST_CASE("lms: its two pages are open to all", "[dialects]") {
    const School school;
    for (const char* path : {"/index/", "/index", "/websocket/", "/websocket"}) {
        const auto answer = school.send("GET", path);
        INFO(path);
        if (platform::find_embedded("web/headset.html.gz") == nullptr) {
            CHECK(answer.status == 404); // this build has no page
            continue;
        }
        CHECK(answer.status == 200);
        CHECK_THAT(answer.headers.at("content-type"), ContainsSubstring("text/html"));
        CHECK_THAT(answer.body, ContainsSubstring("<!doctype html>") || ContainsSubstring("<!DOCTYPE html>"));
    }
}

TEST_CASE("lms: a site key says where a nickname is looked up", "[dialects]") {
    const School school;
    const auto other = school.appliance.set_up_other();
    school.appliance.add_person(other, "student", "anna", "1111"); // another anna on this box
    const std::string body = R"({"nickname":"anna","pin":"1111"})";
    CHECK(school.post("/api/login/", "", body).status == 401); // ambiguous, so nobody is signed in
    auto& services = school.appliance.services();
    const auto key = services.store.write("test", [&](store::Tx& tx) {
        const auto organisations = services.organisations.list(tx); // by name
        return services.site_keys.add(tx, organisations.back().id, "LMS app", false).key;
    });
    const auto answer = school.post("/k/" + key + "/api/login/", "", body);
    CHECK(answer.status == 200);
    CHECK(json::parse(answer.body)["user"]["school"] == "Test School");
}
