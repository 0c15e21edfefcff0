// /asyncapi.json leaves nothing out: a story in which every message of the live socket is sent at least once
// and every entry of every topic is heard, by LiveClients that reject what the document lacks or what doesn't
// fit it.
#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>

#include "http/serving/openapi.h"
#include "support/live_school.h"

using namespace support;

namespace {

std::set<std::string> declared(TestAppliance& box, const std::string& method) {
    std::set<std::string> names;
    for (const auto& route : box.appliance().routes().all())
        if (route->method == method) names.insert(route->path);
    return names;
}

// The messages sent and received.
struct Tale {
    std::set<std::string> said, pushed;
    Json say(LiveClient& who, const std::string& type, const Json& data) {
        said.insert(type);
        return who.expect(type, data);
    }
    Json hear(LiveClient& who, const std::string& type) {
        pushed.insert(type);
        return who.wait_for(type);
    }
};

void tell_of_pages(LiveSchool& school, Tale& tale) {
    LiveClient one(school.box, school.first.credential), page(school.box, school.teacher);
    tale.say(page, "ping", Json::object());
    const std::string topic = "session/" + to_string(school.session);
    tale.say(page, "subscribe", {{"topic", topic}});
    tale.hear(page, "topic");
    tale.say(page, "unsubscribe", {{"topic", topic}});
    page.expect("subscribe", {{"topic", "pictures/" + to_string(school.first.id)}});
    tale.hear(one, "pictures");
    one.send_picture("JPEG");
    CHECK(page.wait_for_picture().jpeg == "JPEG");
    tale.pushed.insert({"picture", "headset.picture"});
}

chat::Message words_of(RunId run_id) {
    chat::Message words;
    words.id = MessageId(1);
    words.run_id = run_id;
    words.kind = "text";
    words.text = "Look closer";
    return words;
}

void tell_of_headsets(LiveSchool& school, Tale& tale) {
    LiveClient one(school.box, school.first.credential);
    tale.hear(one, "welcome");
    tale.say(one, "clock", {{"t0", 1.5}});
    tale.say(one, "hello", {{"capabilities", {"play", "look"}}, {"app", "Reef"}, {"app_version", "1.2"}});

    school.order({{"action", "play"}});
    tale.hear(one, "command");
    tale.say(one, "command.answer", {{"session_id", school.session}, {"number", 1}, {"state", "done"}});
    tale.say(one, "headset.report", {{"battery", 80}, {"gaze", {{"yaw_deg", 1}, {"pitch_deg", 2}}}});
    tale.say(one, "headset.names", Json::object());
    tale.say(one, "headset.sign_in", {{"nickname", "Ada"}, {"pin", "1234"}});
    tale.hear(one, "person");
    const Json events = Json::array({{{"kind", "click"}, {"at_ms", school.box.clock.now_ms()}}});
    const Json stored = tale.say(one, "events", {{"batch_id", "a"}, {"events", events}});
    tale.say(one, "headset.hand", {{"question", "Why?"}});
    tale.hear(one, "hand");
    tale.say(one, "headset.hand_down", Json::object());
    tale.say(one, "headset.unwell", Json::object());
    tale.say(one, "headset.well", Json::object());
    tale.say(one, "content.report", {{"items", Json::array()}, {"complete", true}});
    school.box.services().chat_feed.said(OrganisationId(1), {.person_id = {}, .device_id = school.first.id},
                                         words_of(stored.at("run_id")));
    tale.hear(one, "chat.message");

    school.box.services().director.tell(school.first.id, "content.fetch",
                                        {{"piece_bytes", 1}, {"items", Json::array()}});
    tale.hear(one, "content.fetch");
    tale.say(one, "headset.sign_out", Json::object());
    school.order({{"action", "stop"}});
    LiveClient guest(school.box, school.box.pair(school.teacher, "GUEST-1").credential);
    const Json open = school.box.expect(201, "POST", "/v1/sessions",
                                        {{"title", "Open"}, {"lesson_ids", Json::array()}}, school.teacher);
    school.box.expect(200, "POST", "/v1/sessions/" + open.at("id").dump() + "/start", Json::object(),
                      school.teacher);
    tale.say(guest, "session.join", {{"session_id", open.at("id")}});
    tale.hear(guest, "state");
}

// One of each order that leaves something on a headset, and of those that pass.
void give_all_orders(LiveSchool& school) {
    const Json orders = Json::parse(R"([
        {"action": "pause"}, {"action": "resume"}, {"action": "seek", "arguments": {"position_ms": 5000}},
        {"action": "eyes_on_me", "arguments": {"message": "Look here"}},
        {"action": "look", "arguments": {"yaw_deg": 90, "pitch_deg": 0}},
        {"action": "launch", "arguments": {"kind": "app", "content": "atlas"}},
        {"action": "volume", "arguments": {"percent": 30}},
        {"action": "brightness", "arguments": {"percent": 60}},
        {"action": "message", "arguments": {"text": "Well done"}, "row": 1},
        {"action": "identify"}, {"action": "recenter"}, {"action": "release"}, {"action": "catch_up"}])");
    for (const Json& order : orders)
        school.order(order);
}

void tell_of_the_lesson(LiveSchool& school, LiveClient& page) {
    const std::string session = to_string(school.session);
    LiveClient one(school.box, school.first.credential);
    page.expect("subscribe", {{"topic", "organisation/1"}});
    page.expect("subscribe", {{"topic", "room/" + school.room.at("id").dump()}});
    for (const char* kind : {"pictures/", "view/"})
        page.expect("subscribe", {{"topic", kind + to_string(school.first.id)}});
    school.order({{"action", "play"}});
    page.expect("subscribe", {{"topic", "session/" + session}});
    one.expect("headset.report",
               {{"battery", 5}, {"position_ms", 100}, {"gaze", {{"yaw_deg", 170}, {"pitch_deg", 2}}}});
    one.expect("headset.hand", {{"question", "Why?"}});
    give_all_orders(school);
    for (int number = 1; number <= 14; ++number)
        one.expect("command.answer",
                   {{"session_id", school.session}, {"number", number}, {"state", "running"}});
    page.hear({"organisation device/*", "organisation session/*", "pictures", "room room", "room seat/*",
               "session command/*", "session hands", "session help", "session session", "view"});
}

void tell_of_pairing(LiveSchool& school, LiveClient& page) {
    const Json hopeful = {{"serial_number", "DPVR-08"}, {"nickname", "Ada"}, {"pin", "1234"}};
    school.box.expect(202, "POST", "/v1/pairings/sign-in", hopeful);
    school.box.expect(200, "PUT", "/v1/pairing-window", {{"open_for_s", 300}}, school.teacher);
    page.hear({"organisation pairing", "organisation pairing_request/*"});
}

void tell_of_a_training(LiveSchool& school, LiveClient& page) {
    TestAppliance& box = school.box;
    const Json drill = {
        {"title", "Fire drill"},
        {"checklist", Json::array({{{"key", "call"}, {"title", "Calls"}}})},
        {"assessment",
         {{"criteria",
           Json::array({{{"title", "Calls"}, {"kind", "checklist"}, {"of", "call"}, {"weight", 1}}})}}}};
    const Json scenario = box.expect(201, "POST", "/v1/scenarios", drill, school.teacher);
    const RunId run_id =
        box.expect(201, "POST", "/v1/trainings",
                   {{"scenario_id", scenario.at("id")}, {"device_ids", Json::array({school.second.id})}},
                   school.teacher)
            .at("items")
            .at(0)
            .at("run_id");
    const std::string run = to_string(run_id), path = "/v1/trainings/" + run;
    page.expect("subscribe", {{"topic", "run/" + run}});
    box.expect(201, "POST", path + "/notes", {{"text", "Looks for the exit first"}}, school.teacher);
    box.expect(200, "PUT", path + "/items/call", {{"done", true}}, school.teacher);
    box.expect(200, "GET", "/v1/headset/training", nullptr, school.second.credential);
    box.expect(200, "POST", path + "/record", Json::object(), school.second.credential);
    page.hear({"organisation training/*", "run", "run item/*", "run note/*", "run training"});

    box.expect(200, "GET", "/v1/runs/" + run + "/messages", nullptr, school.teacher);
    page.expect("subscribe", {{"topic", "chat/" + run}});
    box.services().chat_feed.said(OrganisationId(1), {}, words_of(run_id));
    box.services().chat_feed.growing(OrganisationId(1), run_id, "I think");
    page.hear({"chat", "chat message/*", "chat reply"});
}

void tell_of_a_password(LiveSchool& school, LiveClient& page) {
    school.box.services().store.write("password", [&](store::Tx& tx) {
        people::NewPerson person;
        person.nickname = "Ana";
        person.role = platform::Role::teacher;
        person.email = "ana@school.example";
        person.password_hash = school.box.services().hasher.hash("correct horse");
        school.box.services().people.add(tx, OrganisationId(1), person);
        school.box.services().profiles.forgot_password(tx, *person.email);
    });
    page.hear({"organisation password_request/*"});
}

// Whether it has a name, so that generated clients get a type for it. It may be null besides.
bool is_named(const Json& schema) {
    return schema.contains("$ref") || (schema.contains("anyOf") && schema.at("anyOf").at(0).contains("$ref"));
}

} // namespace

TEST_CASE("every message of the live socket is documented, and matches its document", "[stories]") {
    LiveSchool school;
    const auto text = school.box.expect(200, "GET", "/asyncapi.json");
    for (const char* method : {"MESSAGE", "PUSH"})
        for (const std::string& name : declared(school.box, method))
            CHECK(text.at("components").at("messages").contains(name));

    Tale tale;
    tell_of_pages(school, tale);
    tell_of_headsets(school, tale);
    CHECK(tale.said == declared(school.box, "MESSAGE"));
    CHECK(tale.pushed == declared(school.box, "PUSH"));
}

TEST_CASE("every entry of a topic is documented, and matches its document", "[stories]") {
    LiveSchool school;
    LiveClient page(school.box, school.teacher);
    tell_of_the_lesson(school, page);
    tell_of_pairing(school, page);
    tell_of_a_training(school, page);
    tell_of_a_password(school, page);
    std::set<std::string> all = declared(school.box, "TOPIC");
    all.merge(declared(school.box, "ENTRY"));
    CHECK(page.topics_heard() == all);
}

TEST_CASE("every push and every entry has a named schema, and a name means the same in both documents",
          "[stories]") {
    TestAppliance box;
    const auto live = http::asyncapi(box.appliance().routes());
    const auto& schemas = live.at("components").at("schemas");
    for (const auto& [name, message] : live.at("components").at("messages").items()) {
        const Json payload = message.at("payload");
        if (!declared(box, "PUSH").contains(name) || payload.value("format", "") == "binary") continue;
        INFO(name);
        CHECK(is_named(payload.at("properties").at("data")));
    }
    for (const auto& row : box.appliance().routes().all()) {
        INFO(row->path);
        if (row->method == "ENTRY") CHECK(is_named(row->answer.json_schema()));
    }
    CHECK(schemas.contains("LiveDevice"));
    const auto calls = http::openapi(box.appliance().routes());
    for (const auto& [name, schema] : calls.at("components").at("schemas").items())
        if (schemas.contains(name)) CHECK(schemas.at(name) == schema);
}
