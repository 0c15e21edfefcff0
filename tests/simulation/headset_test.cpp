#include "simulation/headset.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

using Catch::Approx;
using nlohmann::json;

namespace {

constexpr double server_ahead_ms = 1'700'000'000'000; // of true time

// A headset, true time, and a server played by the test.
struct Fixture {
    explicit Fixture(simulation::HeadsetTraits traits = {}) : headset(with_trace(std::move(traits))) {}
    simulation::HeadsetTraits with_trace(simulation::HeadsetTraits traits) {
        traits.serial_number = "SIM-1";
        traits.trace = &trace;
        return traits;
    }
    double server_ms() const { return now_ms + server_ahead_ms; }
    void collect() {
        for (auto& message : headset.take_messages())
            if (!message.binary) said.push_back(json::parse(message.content));
    }
    void hear(const json& message) {
        headset.received(message.dump(), now_ms);
        collect();
    }
    void push(const char* type, const json& data) {
        hear({{"type", type}, {"data", data}, {"eid", nullptr}});
    }
    void reply(const json& to, const json& data) {
        hear({{"status", "success"},
              {"type", to["type"]},
              {"data", data},
              {"error", nullptr},
              {"eid", to["eid"]}});
    }
    void connect(const json& session = nullptr, const json& person = nullptr) {
        headset.connected(now_ms);
        push("welcome", {{"server_ms", server_ms()},
                         {"device", {{"id", 3}, {"name", "Simulated 1"}}},
                         {"person", person},
                         {"session", session}});
    }
    // Time passes, and clock messages are answered as a server would.
    void pass(double ms) {
        const double until = now_ms + ms;
        for (;;) {
            const double due = headset.act(now_ms);
            collect();
            for (const json& ask : take("clock")) {
                now_ms += 2;
                reply(ask, {{"t0", ask["data"]["t0"]}, {"t1", server_ms() - 1}});
            }
            if (due >= until) break;
            now_ms = std::max(now_ms, due);
        }
        now_ms = std::max(now_ms, until);
        headset.act(now_ms);
        collect();
    }
    std::vector<json> take(const std::string& type) {
        std::vector<json> taken;
        std::erase_if(said, [&](const json& message) {
            if (message["type"] != type) return false;
            taken.push_back(message);
            return true;
        });
        return taken;
    }
    json playing(double position_ms = 0) const {
        return {{"session_id", 12},     {"number", 1},
                {"state", "running"},   {"lesson_index", 0},
                {"lesson", nullptr},    {"position_ms", position_ms},
                {"at_ms", server_ms()}, {"server_ms", server_ms()},
                {"run_id", 5}};
    }
    json command(const char* action, std::int64_t number, double at_ms, double position_ms = 0) const {
        return {{"session_id", 12},  {"number", number},
                {"action", action},  {"position_ms", position_ms},
                {"at_ms", at_ms},    {"expires_ms", at_ms + 30'000},
                {"lesson", nullptr}, {"arguments", json::object()}};
    }
    simulation::GazeTrace trace = simulation::made_up_trace(1);
    double now_ms = 5000;
    std::vector<json> said;
    simulation::Headset headset;
};

std::vector<std::string> states_of(const std::vector<json>& answers) {
    std::vector<std::string> states;
    for (const json& answer : answers)
        states.push_back(answer["data"]["state"]);
    return states;
}

} // namespace

TEST_CASE("a headset whose clock is wrong acts at the right moment", "[simulation]") {
    simulation::HeadsetTraits traits;
    traits.clock = {.offset_ms = -77'000, .drift_ppm = 40};
    Fixture f(traits);
    f.connect();
    f.pass(3000);
    const double at_ms = f.server_ms() + 120;
    f.push("command", f.command("play", 1, at_ms));
    CHECK(states_of(f.take("command.answer")) == std::vector<std::string>{"received"});
    f.pass(400);
    const auto answers = f.take("command.answer");
    CHECK(states_of(answers) == std::vector<std::string>{"running", "done"});
    CHECK(std::abs(answers[1]["data"]["skew_ms"].get<double>()) < 1);
    REQUIRE(f.headset.obeyed().size() == 1);
    CHECK(f.headset.obeyed()[0].true_ms + server_ahead_ms == Approx(at_ms).margin(1));
    CHECK(f.headset.player().is_running());
}

TEST_CASE("a headset signs its student in, and again only when nobody is signed in", "[simulation]") {
    simulation::HeadsetTraits traits;
    traits.nickname = "ada";
    traits.pin = "1111";
    Fixture f(traits);
    f.connect();
    f.pass(10);
    const auto asked = f.take("headset.sign_in");
    REQUIRE(asked.size() == 1);
    CHECK(asked[0]["data"] == json{{"nickname", "ada"}, {"pin", "1111"}});
    f.hear({{"status", "error"},
            {"type", "headset.sign_in"},
            {"data", nullptr},
            {"error", "TooManyRequests"},
            {"eid", asked[0]["eid"]}});
    CHECK_FALSE(f.headset.is_signed_in());
    f.pass(20'000);
    const auto again = f.take("headset.sign_in");
    REQUIRE(again.size() == 1);
    f.reply(again[0], {{"person", {{"id", 9}, {"nickname", "ada"}}}});
    CHECK(f.headset.is_signed_in());
    f.headset.disconnected(f.now_ms);
    f.connect(nullptr, {{"id", 9}});
    f.pass(60'000);
    CHECK(f.take("headset.sign_in").empty());
}

TEST_CASE("a sign-in whose answer is lost with the Wi-Fi is known from the next welcome", "[simulation]") {
    simulation::HeadsetTraits traits;
    traits.nickname = "ada";
    traits.pin = "1111";
    Fixture f(traits);
    f.connect();
    f.pass(10);
    REQUIRE(f.take("headset.sign_in").size() == 1);
    f.headset.disconnected(f.now_ms);
    for (int connection = 0; connection < 2; ++connection) {
        f.connect(nullptr, {{"id", 9}});
        f.headset.disconnected(f.now_ms);
        CHECK(f.headset.counts().sign_ins == 1);
    }
}

TEST_CASE("what was recorded while the Wi-Fi was away arrives later, once", "[simulation]") {
    Fixture f;
    f.connect(f.playing());
    f.pass(2500);
    auto batches = f.take("events");
    REQUIRE(batches.size() >= 2);
    f.reply(batches[0], {{"run_id", 5},
                         {"batch_id", batches[0]["data"]["batch_id"]},
                         {"stored", 10},
                         {"total", 10},
                         {"repeated", false}});
    const std::string unanswered = batches[1]["data"]["batch_id"];
    f.said.clear();
    f.headset.disconnected(f.now_ms);
    f.pass(30'000);
    CHECK(f.said.empty());

    f.connect(f.playing());
    std::map<std::string, json> received;
    for (int i = 0; i < 20; ++i) {
        f.pass(200);
        for (const json& batch : f.take("events")) {
            const bool repeated =
                !received.emplace(batch["data"]["batch_id"], batch["data"]["events"]).second;
            f.reply(batch, {{"run_id", 5},
                            {"batch_id", batch["data"]["batch_id"]},
                            {"stored", 1},
                            {"total", 1},
                            {"repeated", repeated}});
        }
    }
    CHECK(received.contains(unanswered));
    for (const json& answer : f.take("command.answer"))
        f.reply(answer, json::object());
    f.headset.stop_recording(f.now_ms);
    for (int i = 0; i < 3; ++i) {
        f.collect();
        for (const json& batch : f.take("events"))
            f.reply(batch,
                    {{"run_id", 5}, {"batch_id", ""}, {"stored", 1}, {"total", 1}, {"repeated", false}});
    }
    CHECK(f.headset.has_delivered_all());
    CHECK(f.headset.events().made() == f.headset.events().acknowledged());
    CHECK(f.headset.events().made() > 350); // ten looks a second, over 36 seconds
    CHECK(f.headset.events().lost() == 0);
}

TEST_CASE("an event says when and where, in server time and in its own", "[simulation]") {
    simulation::HeadsetTraits traits;
    traits.clock = {.offset_ms = 1000, .drift_ppm = 0};
    Fixture f(traits);
    f.connect();
    f.pass(1000);
    const double start = f.server_ms();
    f.push("state", f.playing(7000));
    f.pass(1500);
    const json first = f.take("events").at(0)["data"];
    CHECK(first["run_id"] == 5);
    const json event = first["events"][0];
    CHECK(event["kind"] == "gaze");
    CHECK(event["at_ms"].get<double>() == Approx(start).margin(3));
    CHECK(event["sent_ms"].get<double>() == Approx(start - server_ahead_ms + 1000).margin(3));
    CHECK(event["position_ms"].get<double>() == Approx(7000).margin(3));
    CHECK(event.contains("yaw_deg"));
    CHECK(event.contains("pitch_deg"));
}

TEST_CASE("a batch that the box had no room for is sent again, one that it refuses is not", "[simulation]") {
    Fixture f;
    f.connect(f.playing());
    f.pass(1100);
    const json batch = f.take("events").at(0);
    const bool full = GENERATE(true, false);
    f.hear({{"status", "error"},
            {"type", "events"},
            {"data", nullptr},
            {"error", full ? "StorageFull" : "NotFound"},
            {"eid", batch["eid"]}});
    f.pass(1100);
    bool again = false;
    for (const json& later : f.take("events"))
        again |= later["data"] == batch["data"];
    CHECK(again == full);
    CHECK((f.headset.events().refused() > 0) == !full);
}

TEST_CASE("an answer that got lost is given again after reconnecting", "[simulation]") {
    Fixture f;
    f.connect();
    f.pass(1000);
    f.push("command", f.command("play", 1, f.server_ms() + 100));
    f.take("command.answer");
    f.headset.disconnected(f.now_ms);
    f.pass(1000); // obeyed while the line was down
    CHECK(f.headset.player().is_running());
    f.connect(f.playing());
    auto answers = f.take("command.answer"); // and not again for the state
    CHECK(states_of(answers) == std::vector<std::string>{"received", "running", "done"});
    for (const json& answer : answers)
        f.reply(answer, json::object());
    f.headset.disconnected(f.now_ms);
    f.connect(f.playing());
    CHECK(f.take("command.answer").empty());
}

TEST_CASE("a headset whose box has died ends eyes on me by itself, at its time", "[simulation]") {
    simulation::HeadsetTraits traits;
    traits.clock = {.offset_ms = 4000, .drift_ppm = -50};
    Fixture f(traits);
    f.connect(f.playing());
    f.pass(3000);
    const double until_ms = f.server_ms() + 20'000;
    json eyes = f.command("eyes_on_me", 2, f.server_ms() + 100);
    eyes["arguments"] = {{"message", "Listen"}, {"until_ms", until_ms}};
    f.push("command", eyes);
    f.headset.disconnected(f.now_ms); // before it takes effect, and for good
    f.pass(19'990);
    CHECK(f.headset.wearer().is_held(f.headset.server_now_ms(f.now_ms)));
    f.pass(20);
    CHECK_FALSE(f.headset.wearer().is_held(f.headset.server_now_ms(f.now_ms)));
    CHECK(f.headset.player().is_running()); // and the lesson plays on
}

TEST_CASE("a headset that missed a command answers it when the state tells of it", "[simulation]") {
    Fixture f;
    f.connect(f.playing());
    const auto answers = f.take("command.answer");
    REQUIRE(states_of(answers) == std::vector<std::string>{"done"});
    CHECK(answers[0]["data"]["number"] == 1);
    CHECK_FALSE(answers[0]["data"].contains("skew_ms"));
    f.push("state", f.playing());
    CHECK(f.take("command.answer").empty());
}

TEST_CASE("a headset reports each second what it knows", "[simulation]") {
    Fixture f;
    f.connect(f.playing(2000));
    f.pass(5000);
    const auto reports = f.take("headset.report");
    CHECK(reports.size() >= 4);
    CHECK(reports.size() <= 6);
    const json data = reports.back()["data"];
    CHECK(data["battery"].get<int>() > 30);
    CHECK(data["round_trip_ms"].get<double>() == Approx(2).margin(0.5));
    CHECK(data["position_ms"].get<double>() > 5000);
    CHECK(data["gaze"].contains("yaw_deg"));
}

TEST_CASE("a headset whose video is at its end waits there, and neither looks nor is off", "[simulation]") {
    Fixture f;
    json state = f.playing(7000);
    state["lesson"] = {{"kind", "video"}, {"content", "reef.mp4"}, {"duration_ms", 10'000}};
    const double end_ms = f.server_ms() + 3250; // a look is recorded each quarter of a second
    f.connect(state);
    f.pass(20'000);
    const auto reports = f.take("headset.report");
    CHECK(reports.front()["data"].contains("skew_ms"));
    CHECK(reports.back()["data"]["position_ms"] == 10'000);
    CHECK_FALSE(reports.back()["data"].contains("skew_ms"));
    for (const json& batch : f.take("events"))
        for (const json& event : batch["data"]["events"])
            CHECK(event["at_ms"].get<double>() <= end_ms);

    state["number"] = 2; // the teacher shows something once more
    state["position_ms"] = 2000;
    state["at_ms"] = f.server_ms();
    f.push("state", state);
    f.pass(3000);
    CHECK(f.take("headset.report").back()["data"]["position_ms"].get<double>() == Approx(5000).margin(1100));
}

TEST_CASE("what is not understood is counted and hurts nobody", "[simulation]") {
    Fixture f;
    f.connect();
    for (const char* text : {"{", "[]", "3", R"({"type":"command","data":{}})", R"({"type":5})"})
        f.headset.received(text, f.now_ms);
    CHECK(f.headset.counts().not_understood == 5);
}
