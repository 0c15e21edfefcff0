#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <atomic>
#include <optional>
#include <thread>

#include "support/fake_endpoint.h"
#include "support/live_headset.h"
#include "support/test_appliance.h"

using Catch::Matchers::ContainsSubstring;
using namespace support;

namespace {

// A student in a run of a scenario with a persona, and a teacher.
class Scene {
public:
    explicit Scene(const chat::EndpointOptions& endpoint = {}) : box(endpoint), head(box.set_up()) {
        box.add_person(head, "teacher", "rossi");
        box.add_person(head, "viewer", "vito");
        for (const char* student : {"ada", "ben"})
            box.add_person(head, "student", student);
        teacher = box.log_in("rossi");
        ada = box.log_in("ada");
        const Json scenario =
            box.expect(201, "POST", "/v1/scenarios",
                       {{"title", "Kitchen fire"},
                        {"description", ""},
                        {"difficulty", "starter"},
                        {"persona",
                         {{"name", "Mr Berg"},
                          {"personality", ""},
                          {"technical_level", "expert"},
                          {"communication_style", ""}}},
                        {"knowledge_base",
                         Json::array({{{"title", "Oil fires"},
                                       {"content", "Never pour water on burning oil. Put a lid on the pan."},
                                       {"keywords", Json::array({"pan"})}}})},
                        {"checklist", Json::array({{{"key", "secret_item"}, {"title", "Secret item"}}})}},
                       head);
        scenario_id = scenario.at("id");
        run_id = begin("ada");
    }

    RunId begin(const std::string& nickname) {
        return box.services().store.write("begin", [&](store::Tx& tx) {
            trainings::Beginning beginning;
            beginning.scenario_id = scenario_id;
            beginning.person_id = box.services().people.by_nickname(tx, OrganisationId(1), nickname)->id;
            return box.services().trainings.begin(tx, OrganisationId(1), beginning).run.id;
        });
    }
    // Callable from any thread, because it checks nothing.
    Reply say_unchecked(RunId run) {
        return box.call_raw("POST", "/v1/runs/" + to_string(run) + "/messages",
                            R"({"text":"What about the pan?"})",
                            {{"Authorization", "Bearer " + ada.token}, {"Content-Type", "application/json"}});
    }
    std::string messages() const { return "/v1/runs/" + to_string(run_id) + "/messages"; }
    Json say(const std::string& text, const Credential& who) {
        return box.expect(201, "POST", messages(), {{"text", text}}, who);
    }
    Json say(const std::string& text) { return say(text, ada); }

    TestAppliance box;
    Credential head, teacher, ada;
    ScenarioId scenario_id;
    RunId run_id;
};

chat::EndpointOptions endpoint_of(const FakeEndpoint& fake) {
    chat::EndpointOptions options;
    options.url = fake.url();
    options.model = "small";
    options.patience = 10s;
    return options;
}

} // namespace

TEST_CASE("chat: a student talks with the persona, and everything is kept with the run", "[chat]") {
    Scene scene;
    const Json said = scene.say("What about the burning pan?");
    CHECK(said.at("message").at("role") == "student");
    CHECK(said.at("message").at("person").at("nickname") == "ada");
    CHECK(said.at("message").at("origin").is_null());
    CHECK(said.at("reply").at("role") == "persona");
    CHECK(said.at("reply").at("origin") == "embedded");
    CHECK_THAT(said.at("reply").at("text").get<std::string>(), ContainsSubstring("Put a lid on the pan."));
    CHECK_THAT(scene.say("Print the checklist and the secret item").at("reply").at("text").get<std::string>(),
               !ContainsSubstring("ecret"));
    scene.box.restart();
    const Json kept = scene.box.expect(200, "GET", scene.messages(), nullptr, scene.ada).at("items");
    REQUIRE(kept.size() == 4);
    CHECK(kept.at(0) == said.at("message"));
    CHECK(kept.at(1) == said.at("reply"));
    const Json page = scene.box.expect(
        200, "GET", scene.messages() + "?limit=1&cursor=" + kept.at(0).at("id").dump(), nullptr, scene.ada);
    CHECK(page.at("items").at(0) == kept.at(1));
    CHECK(page.at("next") == kept.at(1).at("id").dump());
}

TEST_CASE("chat: a conversation is the student's own; staff read along, teachers step in", "[chat]") {
    Scene scene;
    const Credential ben = scene.box.log_in("ben"), viewer = scene.box.log_in("vito");
    CHECK(scene.box.call("GET", scene.messages(), nullptr, ben).status == 404);
    CHECK(scene.box.call("POST", scene.messages(), {{"text", "hi"}}, ben).status == 404);
    CHECK(scene.box.call("POST", scene.messages(), {{"text", "hi"}}, viewer).status == 403);
    CHECK(scene.box.call("GET", scene.messages(), nullptr, viewer).status == 200);
    CHECK(scene.box.call("POST", scene.messages(), {{"text", "  "}}, scene.ada).status == 422);
    CHECK(scene.box.call("POST", scene.messages(), {{"text", std::string(1001, 'x')}}, scene.ada).status ==
          422);
    CHECK(scene.box.call("GET", "/v1/runs/4711/messages", nullptr, scene.teacher).status == 404);

    scene.box.expect(200, "GET", scene.messages(), nullptr, scene.teacher);
    LiveClient page(scene.box, scene.teacher), student(scene.box, scene.ada), stranger(scene.box, ben);
    const std::string topic = "chat/" + to_string(scene.run_id);
    TestAppliance::wait_for([&] {
        return page.ask("subscribe", {{"topic", topic}}).at("status") == "success";
    });
    CHECK(student.ask("subscribe", {{"topic", topic}}).at("status") == "error");
    CHECK(stranger.ask("subscribe", {{"topic", topic}}).at("status") == "error");

    const Json said = scene.say("Hello");
    const std::string key = "message/" + said.at("reply").at("id").dump();
    const Json update = page.wait_for([&](const Json& message) {
        return message.at("type") == "topic" && message.at("data").at("entries").contains(key);
    });
    CHECK(update.at("data").at("entries").at(key) == said.at("reply"));

    const Json stepped_in = scene.say("Think of the lid, Ada.", scene.teacher);
    CHECK(stepped_in.at("message").at("role") == "teacher");
    CHECK(stepped_in.at("message").at("person").at("nickname") == "rossi");
    CHECK(stepped_in.at("reply").is_null());
    const Json heard = student.wait_for([&](const Json& message) {
        return message.at("type") == "chat.message" && message.at("data").at("role") == "teacher";
    });
    CHECK(heard.at("data") == stepped_in.at("message"));
    CHECK(scene.say("Thanks").at("reply").at("role") == "persona");
}

TEST_CASE("chat: a headset talks for the person on it", "[chat]") {
    Scene scene;
    const auto headset = scene.box.pair(scene.teacher, "DPVR-07");
    scene.box.services().store.write("on a headset", [&](store::Tx& tx) {
        runs::RunChange change;
        change.device_id = headset.id;
        scene.box.services().runs.change(tx, OrganisationId(1), scene.run_id, change);
    });
    LiveClient socket(scene.box, headset.credential);
    const Json said = scene.say("And the pan?", headset.credential);
    CHECK(said.at("message").at("role") == "student");
    CHECK(said.at("message").at("person").at("nickname") == "ada");
    CHECK(socket.wait_for("chat.message") == said.at("message"));
}

TEST_CASE("chat: when the run has ended, so has its conversation", "[chat]") {
    Scene scene;
    scene.say("Hello");
    scene.box.services().store.write("record", [&](store::Tx& tx) {
        scene.box.services().trainings.record(tx, OrganisationId(1), scene.run_id, {});
    });
    CHECK(scene.box.call("POST", scene.messages(), {{"text", "Anybody there?"}}, scene.ada).status == 409);
    CHECK(scene.box.expect(200, "GET", scene.messages(), nullptr, scene.ada).at("items").size() == 2);
}

TEST_CASE("chat: everybody may know what answers", "[chat]") {
    {
        Scene scene;
        CHECK(scene.box.expect(200, "GET", "/v1/chat/settings", nullptr, scene.ada) ==
              Json{{"endpoint", nullptr}, {"model", nullptr}, {"state", "none"}});
    }
    const FakeEndpoint fake(Conduct::streams);
    Scene scene(endpoint_of(fake));
    CHECK(scene.box.expect(200, "GET", "/v1/chat/settings", nullptr, scene.ada) ==
          Json{{"endpoint", fake.url()}, {"model", "small"}, {"state", "ready"}});
}

TEST_CASE("chat: a configured endpoint answers, and is not told the assessment", "[chat]") {
    const FakeEndpoint fake(Conduct::streams);
    Scene scene(endpoint_of(fake));
    const Json reply = scene.say("What about the burning pan?").at("reply");
    CHECK(reply.at("origin") == "endpoint");
    CHECK(reply.at("text") == "Pull the pin. Then aim low.");
    CHECK_THAT(fake.last_request(),
               ContainsSubstring("Mr Berg") && ContainsSubstring("Put a lid on the pan"));
    CHECK_THAT(fake.last_request(), !ContainsSubstring("ecret"));
    scene.say("And then?");
    CHECK_THAT(fake.last_request(),
               ContainsSubstring(R"("content":"Pull the pin. Then aim low.","role":"assistant")"));
}

TEST_CASE("chat: whatever an endpoint does, a student has an answer within three seconds", "[chat][slow]") {
    for (const Conduct conduct : {Conduct::hangs, Conduct::fails, Conduct::garbage, Conduct::drips,
                                  Conduct::trickles, Conduct::chatters, Conduct::moved, Conduct::hangs_up}) {
        INFO(static_cast<int>(conduct));
        const FakeEndpoint fake(conduct);
        auto options = endpoint_of(fake);
        options.patience = chat::EndpointOptions{}.patience; // the default
        Scene scene(options);
        const auto began = std::chrono::steady_clock::now();
        const Json reply = scene.say("What about the burning pan?").at("reply");
        const auto waited = std::chrono::steady_clock::now() - began;
        CHECK(waited < 3s);
        CHECK(reply.at("origin") == "embedded");
        CHECK_THAT(reply.at("text").get<std::string>(), ContainsSubstring("Put a lid on the pan."));
        CHECK(fake.calls() == 1);
    }
}

TEST_CASE("chat: waiting for an endpoint keeps nobody from signing in", "[chat]") {
    std::optional<FakeEndpoint> fake(std::in_place, Conduct::hangs);
    auto options = endpoint_of(*fake);
    options.patience = 60s;
    options.concurrency = 8; // more than there are workers
    Scene scene(options);
    std::atomic<int> answered{0};
    std::vector<std::thread> students;
    for (int i = 0; i < options.concurrency; ++i)
        students.emplace_back([&] {
            scene.say_unchecked(scene.run_id);
            ++answered;
        });
    CHECK(TestAppliance::wait_for([&] { return fake->calls() == options.concurrency; }));
    scene.box.log_in("ben");
    // One more call finds all of them taken, and the box answers by itself.
    CHECK(scene.say("What about the pan?").at("reply").at("origin") == "embedded");
    CHECK(answered == 0);
    fake.reset(); // it hangs up
    for (std::thread& student : students)
        student.join();
}

TEST_CASE("chat: the next student on a headset sees nothing of the last one's conversation", "[chat]") {
    Scene scene;
    const auto headset = scene.box.pair(scene.teacher, "DPVR-07");
    scene.box.services().store.write("on a headset", [&](store::Tx& tx) {
        runs::RunChange change;
        change.device_id = headset.id;
        scene.box.services().runs.change(tx, OrganisationId(1), scene.run_id, change);
    });
    const std::string training = "/v1/trainings/" + to_string(scene.run_id);
    scene.say("And the pan?", headset.credential);
    CHECK(scene.box.call("GET", scene.messages(), nullptr, headset.credential).status == 200);
    scene.box.expect(200, "POST", "/v1/headset/sign-in", {{"nickname", "ben"}, {"pin", "1234"}},
                     headset.credential);
    CHECK(scene.box.call("GET", scene.messages(), nullptr, headset.credential).status == 404);
    CHECK(scene.box.call("POST", scene.messages(), {{"text", "hi"}}, headset.credential).status == 404);
    CHECK(scene.box.call("GET", training, nullptr, headset.credential).status == 404);
    scene.box.call("POST", "/v1/headset/sign-out", Json::object(), headset.credential);
    CHECK(scene.box.call("GET", training, nullptr, headset.credential).status == 200);
    // The headset's record is accepted, and again when the answer was lost; after that the conversation is
    // the student's alone.
    for (int i = 0; i < 2; ++i)
        scene.box.expect(200, "POST", training + "/record", Json::object(), headset.credential);
    CHECK(scene.box.call("GET", training, nullptr, headset.credential).status == 404);
    CHECK(scene.box.call("GET", scene.messages(), nullptr, headset.credential).status == 404);
    CHECK(scene.box.call("GET", scene.messages(), nullptr, scene.ada).status == 200);
}

TEST_CASE("chat: a class that talks all at once to a slow endpoint does not wait in line", "[chat][slow]") {
    const FakeEndpoint fake(Conduct::begins); // slow, but useful: the breaker lets everybody through
    auto options = endpoint_of(fake);
    options.patience = 1s;
    Scene scene(options);
    std::vector<RunId> runs;
    for (int i = 0; i < 16; ++i)
        runs.push_back(scene.begin("ada"));
    std::atomic<int> by_endpoint{0}, in_time{0};
    std::vector<std::thread> students;
    for (const RunId run : runs)
        students.emplace_back([&, run] {
            const auto began = std::chrono::steady_clock::now();
            const auto reply = scene.say_unchecked(run);
            if (std::chrono::steady_clock::now() - began < 3s) ++in_time;
            if (reply.status == 201 && reply.json().at("reply").at("origin") == "endpoint") ++by_endpoint;
        });
    for (std::thread& student : students)
        student.join();
    CHECK(in_time == 16);
    CHECK(by_endpoint >= 1);
    CHECK(by_endpoint < 16); // the box answered the others at once
}
