// /asyncapi.json leaves nothing out: a story in which every message of the live socket is sent at least once,
// by LiveClients that reject messages which the document lacks or which don't fit it.
#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>

#include "http/serving/openapi.h"
#include "support/live_school.h"

using namespace support;

namespace {

// The messages of a dialect's sockets have their own documents.
bool is_own(const http::Route& route) {
    return route.summary.find("Dialect ") == std::string::npos;
}

std::set<std::string> declared(TestAppliance& box, const std::string& method) {
    std::set<std::string> names;
    for (const auto& route : box.appliance().routes().all())
        if (route->method == method && is_own(*route)) names.insert(route->path);
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

void tell_of_headsets(LiveSchool& school, Tale& tale) {
    LiveClient one(school.box, school.first.credential);
    tale.hear(one, "welcome");
    tale.say(one, "clock", {{"t0", 1.5}});

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
    chat::Message words;
    words.id = MessageId(1);
    words.run_id = stored.at("run_id");
    words.kind = "text";
    words.text = "Look closer";
    school.box.services().chat_feed.said(OrganisationId(1), {.person_id = {}, .device_id = school.first.id},
                                         words);
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
