// The LMS dialect's live sockets, byte for byte.
#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "support/raw_client.h"
#include "support/socket_client.h"
#include "support/test_appliance.h"

namespace {

using nlohmann::json;
using support::SocketClient;
using namespace std::chrono_literals;

constexpr const char
    *started = R"({"message":"Session has started","status":"started"})",
    *paused = R"({"message":"Session is paused","status":"paused"})",
    *stopped = R"({"message":"Session has stopped","status":"stopped"})",
    *invalid = R"({"message":"Invalid action","status":"error"})",
    *not_permitted = R"({"message":"You do not have permission to perform this action.","status":"error"})",
    *not_found = R"({"message":"Session not found","status":"error"})";

class Class {
public:
    Class() {
        head_ = appliance.set_up();
        const auto rossi = appliance.add_person(head_, "teacher", "rossi", "2222")["id"];
        appliance.add_person(head_, "teacher", "moretti", "2222");
        const auto class_id = appliance.expect(201, "POST", "/v1/classes",
                                               {{"name", "6B"}, {"teacher_id", rossi}}, head_)["id"];
        class_id_ = class_id;
        for (const char* student : {"anna", "ben", "carl"}) {
            const auto id = appliance.add_person(head_, "student", student, "1111")["id"].dump();
            if (std::string(student) != "carl")
                appliance.call("PUT", "/v1/classes/" + class_id.dump() + "/students/" + id, nullptr, head_);
        }
        teacher = log_in("rossi", "2222");
    }
    std::string post(const std::string& path, const std::string& token, const std::string& body) {
        support::RawClient client(appliance.port());
        const std::string authorization = token.empty() ? "" : "Authorization: Token " + token + "\r\n";
        return client
            .ask("POST " + path + " HTTP/1.1\r\nHost: box\r\n" + authorization +
                 "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                 "\r\n\r\n" + body)
            .body;
    }
    std::string log_in(const std::string& nickname, const std::string& pin, const std::string& device = "") {
        const std::string extra = device.empty() ? "" : R"(,"device_id":")" + device + "\"";
        return json::parse(
            post("/api/login/", "",
                 R"({"nickname":")" + nickname + R"(","pin":")" + pin + "\"" + extra + "}"))["token"];
    }
    // A session without a class, as the LMS dialect makes it.
    std::string create_session() {
        return json::parse(post("/api/session/create/", teacher, R"({"title":"Reef"})"))["id"].dump();
    }
    // A session of the class, as Lectern's page makes it.
    std::string create_class_session() {
        return appliance
            .expect(201, "POST", "/v1/sessions", {{"title", "Reef"}, {"class_id", class_id_}},
                    {teacher, ""})["id"]
            .dump();
    }
    void act(const std::string& word, const std::string& session) {
        post("/api/session/" + word + "/", teacher, R"({"session_id":)" + session + "}");
    }
    SocketClient join(const std::string& session, const std::string& token) {
        SocketClient socket(appliance.port(), "/ws/session/" + session + "/?token=" + token);
        // Joining takes its turn on the writer; once a message is answered, the join is through.
        socket.send(R"({"action":"hello"})");
        CHECK(socket.read() == invalid);
        return socket;
    }
    int refused(const std::string& target, const SocketClient::Headers& headers = {}) {
        try {
            SocketClient socket(appliance.port(), target, headers);
        } catch (const support::HandshakeRefused& refusal) {
            return refusal.status;
        }
        return 101;
    }

    support::TestAppliance appliance;
    std::string teacher;

private:
    support::Credential head_;
    json class_id_;
};

} // namespace

TEST_CASE("lms socket: start, pause and stop answer the sender and reach all in the session", "[dialects]") {
    Class school;
    const auto id = school.create_session();
    auto teacher = school.join(id, school.teacher);
    auto anna = school.join(id, school.log_in("anna", "1111"));
    auto carl = school.join(id, school.log_in("carl", "1111")); // in no class: it admits everybody who asks
    for (const auto& [action, said] :
         {std::pair{"start", started}, {"pause", paused}, {"start", started}, {"stop", stopped}}) {
        teacher.send(std::string(R"({"action":")") + action + "\"}");
        CHECK(teacher.read() == said);
        CHECK(anna.read() == said);
        CHECK(carl.read() == said);
    }
    CHECK_FALSE(teacher.hears_something(100ms)); // once each
    CHECK_FALSE(anna.hears_something(100ms));
}

TEST_CASE("lms socket: REST and Lectern's page reach it the same way", "[dialects]") {
    Class school;
    const auto id = school.create_session();
    auto anna = school.join(id, school.log_in("anna", "1111"));
    school.act("start", id);
    CHECK(anna.read() == started);
    school.appliance.expect(200, "POST", "/v1/sessions/" + id + "/pause", nullptr, {school.teacher, ""});
    CHECK(anna.read() == paused);
    school.appliance.expect(200, "POST", "/v1/sessions/" + id + "/resume", nullptr, {school.teacher, ""});
    CHECK(anna.read() == started);
    school.act("stop", id);
    CHECK(anna.read() == stopped);
}

TEST_CASE("lms socket: an action that changes nothing reaches everybody all the same", "[dialects]") {
    Class school;
    const auto id = school.create_session();
    auto teacher = school.join(id, school.teacher);
    auto anna = school.join(id, school.log_in("anna", "1111"));
    teacher.send(R"({"action":"pause"})");
    CHECK(teacher.read() == R"({"message":"Session is not active","status":"error"})");
    for (const auto& [action, said] : {std::pair{"stop", stopped}, {"start", started}, {"start", started}}) {
        teacher.send(std::string(R"({"action":")") + action + "\"}");
        CHECK(teacher.read() == said);
        CHECK(anna.read() == said);
    }
    CHECK_FALSE(teacher.hears_something(100ms)); // the answer is the sender's broadcast
}

TEST_CASE("lms socket: only a teacher starts, pauses and stops, and only their own session", "[dialects]") {
    Class school;
    const auto id = school.create_session();
    auto anna = school.join(id, school.log_in("anna", "1111"));
    auto moretti = school.join(id, school.log_in("moretti", "2222"));
    for (const char* action : {"start", "pause", "stop"}) {
        anna.send(std::string(R"({"action":")") + action + "\"}");
        CHECK(anna.read() == not_permitted);
        moretti.send(std::string(R"({"action":")") + action + "\"}");
        CHECK(moretti.read() == not_found);
    }
}

TEST_CASE("lms socket: anything else is an invalid action", "[dialects]") {
    Class school;
    auto socket = school.join(school.create_session(), school.teacher);
    for (const char* message : {R"({"action":"dance"})", R"({"action":7})", R"({"action":null})", "{}", "[]",
                                "nonsense", "1", R"({"type":"ping"})", R"({"action":"Start"})"}) {
        INFO(message);
        socket.send(message);
        CHECK(socket.read() == invalid);
    }
}

TEST_CASE("lms socket: an endlessly nested message is an invalid action", "[dialects]") {
    Class school;
    auto socket = school.join(school.create_session(), school.teacher);
    socket.send(R"({"action":"offer","sdp":)" + std::string(500'000, '[') + std::string(500'000, ']') + "}");
    CHECK(socket.read() == invalid);
}

TEST_CASE("lms socket: offer, answer and ice_candidate go to the others with all their fields",
          "[dialects]") {
    Class school;
    const auto id = school.create_session();
    auto teacher = school.join(id, school.teacher);
    auto anna = school.join(id, school.log_in("anna", "1111"));
    auto ben = school.join(id, school.log_in("ben", "1111"));
    auto elsewhere = school.join(school.create_session(), school.log_in("carl", "1111"));
    const char* const offer =
        R"({"action":"offer","from":"anna","sdp":{"sdp":"v=0\r\n","type":"offer"},"to":null})";
    anna.send(offer);
    CHECK(anna.read() == R"({"message":"offer relayed","status":"success"})");
    json relayed = json::parse(offer);
    relayed["type"] = "webrtc_signal";
    CHECK(json::parse(teacher.read().value()) == relayed);
    CHECK(json::parse(ben.read().value()) == relayed);
    teacher.send(R"({"action":"answer","sdp":"v=0"})");
    CHECK(teacher.read() == R"({"message":"answer relayed","status":"success"})");
    CHECK(json::parse(anna.read().value()) ==
          json::parse(R"({"action":"answer","sdp":"v=0","type":"webrtc_signal"})"));
    CHECK(ben.read() == R"({"action":"answer","sdp":"v=0","type":"webrtc_signal"})");
    anna.send(R"({"action":"ice_candidate","candidate":{"sdpMLineIndex":0}})");
    CHECK(anna.read() == R"({"message":"ice_candidate relayed","status":"success"})");
    const char* const candidate =
        R"({"action":"ice_candidate","candidate":{"sdpMLineIndex":0},"type":"webrtc_signal"})";
    CHECK(teacher.read() == candidate);
    CHECK(ben.read() == candidate);
    // Nobody has called Ben, and he has called nobody.
    for (const char* action : {"answer", "ice_candidate"}) {
        ben.send(std::string(R"({"action":")") + action + "\"}");
        CHECK(ben.read() == not_permitted);
    }
    CHECK_FALSE(elsewhere.hears_something(100ms));
}

TEST_CASE("lms socket: the token comes in the address, as a header or as the cookie", "[dialects]") {
    Class school;
    const auto target = "/ws/session/" + school.create_session() + "/";
    const std::string token = school.teacher;
    CHECK(school.refused(target) == 401);
    CHECK(school.refused(target + "?token=wrong") == 401);
    CHECK(school.refused(target, {{"Authorization", "Token wrong"}}) == 401);
    CHECK(school.refused(target + "?token=" + token) == 101);
    CHECK(school.refused(target, {{"Authorization", "Token " + token}}) == 101);
    CHECK(school.refused(target, {{"Authorization", "Bearer " + token}}) == 101);
    CHECK(school.refused(target, {{"Cookie", "lectern=" + token}}) == 101);
    CHECK(school.refused("/ws/session/reef/?token=" + token) == 404);
    CHECK(school.refused("/websocket/") == 101); // as a guest
    CHECK(school.refused("/websocket") == 101);
}

TEST_CASE("lms socket: a guest on /websocket/ may do nothing", "[dialects]") {
    Class school;
    SocketClient guest(school.appliance.port(), "/websocket/");
    for (const char* action : {"start", "pause", "stop", "offer", "answer", "ice_candidate"}) {
        guest.send(std::string(R"({"action":")") + action + R"(","session_id":1})");
        CHECK(guest.read() ==
              R"({"message":"Authentication credentials were not provided.","status":"error"})");
    }
    guest.send(R"({"action":"dance"})");
    CHECK(guest.read() == invalid);
}

TEST_CASE("lms socket: a session that does not exist or is not theirs lets nobody in", "[dialects]") {
    Class school;
    const auto of_class = school.create_class_session();
    struct {
        std::string session, token;
        const char* said;
    } const table[] = {
        {"4711", school.teacher, not_found},
        {of_class, school.log_in("carl", "1111"), not_permitted},
    };
    for (const auto& [session, token, said] : table) {
        std::string path = "/ws/session/" + session;
        path += "/?token=" + token;
        SocketClient socket(school.appliance.port(), path);
        CHECK(socket.read() == said);
        CHECK(socket.read() == std::nullopt);
    }
}

TEST_CASE("lms socket: the server fills in the sender of a message that has one", "[dialects]") {
    Class school;
    const auto id = school.create_session();
    auto teacher = school.join(id, school.teacher);
    auto anna = school.join(id, school.log_in("anna", "1111"));
    anna.send(R"({"action":"offer","sender":{"role":"teacher"}})");
    CHECK(anna.read() == R"({"message":"offer relayed","status":"success"})");
    CHECK(json::parse(teacher.read().value())["sender"]["role"] == "student");
    teacher.send(R"({"action":"offer","sender":null})");
    CHECK(teacher.read() == R"({"message":"offer relayed","status":"success"})");
    CHECK(json::parse(anna.read().value())["sender"]["role"] == "teacher");
}

TEST_CASE("lms socket: /websocket/ means the session that runs for its caller", "[dialects]") {
    Class school;
    const auto id = school.create_class_session();
    SocketClient anna(school.appliance.port(), "/websocket/?token=" + school.log_in("anna", "1111"));
    SocketClient carl(school.appliance.port(), "/websocket/?token=" + school.log_in("carl", "1111"));
    SocketClient teacher(school.appliance.port(), "/websocket/?token=" + school.teacher);
    anna.send(R"({"action":"offer"})");
    CHECK(anna.read() == not_found); // none is running yet
    teacher.send(R"({"action":"start"})");
    CHECK(teacher.read() == started);
    CHECK(anna.read() == started);
    anna.send(R"({"action":"offer","sdp":"v=0"})");
    CHECK(anna.read() == R"({"message":"offer relayed","status":"success"})");
    CHECK(teacher.read() == R"({"action":"offer","sdp":"v=0","type":"webrtc_signal"})");
    SocketClient ben(school.appliance.port(), "/websocket/?token=" + school.log_in("ben", "1111"));
    ben.send(R"({"action":"offer"})"); // a later socket finds the session, too
    CHECK(ben.read() == R"({"message":"offer relayed","status":"success"})");
    CHECK(anna.read() == R"({"action":"offer","type":"webrtc_signal"})");
    school.act("stop", id);
    CHECK(anna.read() == stopped);
    CHECK_FALSE(carl.hears_something(100ms));
}

TEST_CASE("lms socket: on /websocket/ a message with a type is not this dialect's", "[dialects]") {
    Class school;
    const auto id = school.create_session();
    SocketClient other(school.appliance.port(), "/websocket/?token=" + school.teacher);
    other.send(R"({"type":"ping","data":{},"eid":"1"})");
    const auto reply = json::parse(other.read().value());
    CHECK(reply["type"] == "ping");
    CHECK(reply["eid"] == "1");
    school.act("start", id);
    CHECK_FALSE(other.hears_something(200ms)); // nor are this dialect's answers for it
}

TEST_CASE("lms socket: a headset that speaks this dialect is in the lesson like any other", "[dialects]") {
    Class school;
    school.log_in("rossi", "2222", "QUEST-1"); // pairs it
    const std::string token = school.log_in("anna", "1111", "QUEST-1");
    const auto id = school.create_session();
    auto headset = school.join(id, token);
    school.act("start", id);
    CHECK(headset.read() == started);
    CHECK_FALSE(headset.hears_something(100ms)); // it doesn't know Lectern's own protocol
    CHECK(support::TestAppliance::wait_for([&] {
        const auto commands = school.appliance.expect(200, "GET", "/v1/sessions/" + id + "/commands", nullptr,
                                                      {school.teacher, ""})["items"];
        return commands[0]["counts"]["done"] == 1 && commands[0]["open"].empty();
    }));
}

TEST_CASE("lms socket: nobody answers for a headset that has Lectern's own socket too", "[dialects]") {
    Class school;
    school.log_in("rossi", "2222", "QUEST-1"); // pairs it
    const std::string token = school.log_in("anna", "1111", "QUEST-1");
    const auto id = school.create_session();
    SocketClient own(school.appliance.port(), "/v1/live?token=" + token);
    auto also_here = school.join(id, token);
    school.act("start", id);
    CHECK(also_here.read() == started);
    json command = json::object();
    while (command.value("type", "") != "command")
        command = json::parse(own.read().value());
    own.send(json{{"type", "command.answer"},
                  {"eid", "1"},
                  {"data",
                   {{"session_id", command["data"]["session_id"]},
                    {"number", command["data"]["number"]},
                    {"state", "failed"},
                    {"error", "the film is not here"}}}}
                 .dump());
    CHECK(support::TestAppliance::wait_for([&] {
        const auto commands = school.appliance.expect(200, "GET", "/v1/sessions/" + id + "/commands", nullptr,
                                                      {school.teacher, ""})["items"];
        return commands[0]["counts"]["failed"] == 1 && commands[0]["counts"]["done"] == 0;
    }));
}
