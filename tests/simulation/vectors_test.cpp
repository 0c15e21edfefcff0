// The vectors that the clients of all languages share, clients/vectors: run by the headset that `lectern simulate`
// uses and, where the server decides, by the server. A file that nothing here runs is a fault.
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "http/serving/messages.h"
#include "http/serving/ranges.h"
#include "people/signing_in/login_card.h"
#include "platform/close_reason.h"
#include "platform/error.h"
#include "platform/files.h"
#include "platform/qr.h"
#include "simulation/event_log.h"
#include "simulation/headset.h"
#include "simulation/media_clock.h"
#include "simulation/participant.h"
#include "support/classroom.h"
#include "support/test_appliance.h"

using Catch::Approx;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

const std::filesystem::path vectors = std::string(LECTERN_SOURCE_ROOT) + "/clients/vectors";

json both(json defaults, const json& own) {
    if (own.is_null()) return nullptr;
    defaults.update(own);
    return defaults;
}

json or_null(const std::optional<double>& value) {
    return value ? json(*value) : json();
}

// A simulated headset whose own clock is right. The test plays the box.
struct Simulated {
    Simulated() : headset(traits()) { headset.connected(0); }
    simulation::HeadsetTraits traits() const {
        simulation::HeadsetTraits made;
        made.serial_number = "SIM-1";
        made.trace = &trace;
        return made;
    }
    void hear(const char* type, const json& data, double now_ms) {
        headset.received(json{{"type", type}, {"data", data}, {"eid", nullptr}}.dump(), now_ms);
    }
    void hear_reply(const json& to, const json& data, const json& error, double now_ms) {
        headset.received(json{{"type", to.at("type")},
                              {"data", data},
                              {"error", error},
                              {"status", error.is_null() ? "success" : "error"},
                              {"eid", to.at("eid")}}
                             .dump(),
                         now_ms);
    }
    void welcome(double server_ms, double now_ms, const json& session = nullptr) {
        hear("welcome",
             {{"server_ms", server_ms},
              {"device", {{"id", 3}, {"name", "Simulated 1"}}},
              {"person", nullptr},
              {"session", session}},
             now_ms);
    }
    // The messages of this type that it has said since it was last asked, whatever else it has said.
    std::vector<json> said(const std::string& type) {
        std::vector<json> found;
        for (const auto& message : headset.take_messages())
            if (const json one = json::parse(message.content); one.at("type") == type) found.push_back(one);
        return found;
    }
    // The numbers of the commands that it has answered so, and in which order.
    static json answered(const std::vector<json>& answers, const std::string& state) {
        json numbers = json::array();
        for (const json& one : answers)
            if (one.at("data").at("state") == state) numbers.push_back(one.at("data").at("number"));
        return numbers;
    }

    simulation::GazeTrace trace = simulation::made_up_trace(1);
    simulation::Headset headset;
};

void check_near(const json& found, const json& wanted) {
    if (found.is_null() || wanted.is_null())
        CHECK(found == wanted);
    else
        CHECK(found.get<double>() == Approx(wanted.get<double>()).margin(0.001).epsilon(0));
}

void run_clock(const json& one, const json&) {
    Simulated simulated;
    std::optional<double> guess;
    if (one.contains("welcome")) {
        const double server_ms = one["welcome"]["server_ms"], own_ms = one["welcome"]["own_ms"];
        simulated.welcome(server_ms, own_ms);
        guess = simulated.headset.server_now_ms(own_ms) - own_ms;
    }
    for (const json& trip : one["trips"]) {
        const std::size_t first = trip.size() - 3;
        for (int left = first == 0 ? 1 : trip[0].get<int>(); left > 0; --left)
            simulated.hear_reply({{"type", "clock"}, {"eid", "1"}},
                                 {{"t0", trip[first]}, {"t1", trip[first + 1]}}, nullptr, trip[first + 2]);
    }
    const live::ClockSync& sync = simulated.headset.clock_sync();
    check_near(or_null(sync.offset_ms() ? sync.offset_ms() : guess), one["offset_ms"]);
    check_near(or_null(sync.round_trip_ms()), one["round_trip_ms"]);
}

void check_holds(const simulation::Headset& headset, const json& step) {
    const double at_ms = step["at_ms"];
    const simulation::Player& player = headset.player();
    const std::string& launched = headset.wearer().launched();
    const char* state = player.has_stopped() ? "stopped" : player.is_running() ? "running" : "paused";
    const json found = {{"session_id", player.in_session() ? json(player.session_id()) : json()},
                        {"state", state},
                        {"run_id", player.run_id() ? json(player.run_id()) : json()},
                        {"is_held", headset.wearer().is_held(at_ms)},
                        {"launched", launched.empty() ? json() : json(launched)},
                        {"is_finished", player.is_running() && !player.is_playing(at_ms)},
                        {"position_ms", player.position_ms(at_ms)}};
    for (const auto& [name, wanted] : step.items()) {
        if (name == "at_ms") continue;
        INFO(name);
        if (name == "position_ms")
            check_near(found[name], wanted);
        else
            CHECK(found[name] == wanted);
    }
}

void run_lesson(const json& one, const json& defaults) {
    Simulated simulated;
    double now_ms = 0;
    simulated.welcome(0, now_ms);
    for (const json& step : one["steps"]) {
        INFO(step.dump());
        if (step.contains("command")) {
            simulated.hear("command", both(defaults["command"], step["command"]), now_ms);
            const auto answers = simulated.said("command.answer");
            REQUIRE(answers.size() == 1);
            if (step.contains("is_new"))
                CHECK((answers[0]["data"]["state"] == "received") == step["is_new"].get<bool>());
        } else if (step.contains("obey_ms")) {
            now_ms = step["obey_ms"];
            simulated.headset.act(now_ms);
            const auto answers = simulated.said("command.answer");
            CHECK(Simulated::answered(answers, "done") == step["done"]);
            CHECK(Simulated::answered(answers, "failed") == step.value("failed", json::array()));
        } else if (step.contains("at_ms")) {
            check_holds(simulated.headset, step);
        } else {
            simulated.hear("state", both(defaults["state"], step["state"]), now_ms);
            const json done = Simulated::answered(simulated.said("command.answer"), "done");
            CHECK(done == (step["answer"].is_null() ? json::array() : json::array({step["answer"]})));
        }
    }
}

void run_reconnecting(const json& one, const json&) {
    CHECK(simulation::pause_after_ms(one["failures"], one["share"]) == one["pause_ms"].get<double>());
}

void run_drift(const json& one, const json&) {
    simulation::MediaClock media;
    media.set(0, true, 0);
    media.correct(one["behind_ms"], 0);
    CHECK((media.seeks() == 1) == one["rate"].is_null());
    if (!one["rate"].is_null()) CHECK(media.rate() == Approx(one["rate"].get<double>()));
}

// A batch of events is refused so: it is kept, or given up.
void run_refusal(const json& one, const json&) {
    Simulated simulated;
    simulated.welcome(0, 0,
                      {{"session_id", 1},
                       {"number", 1},
                       {"state", "running"},
                       {"lesson", nullptr},
                       {"position_ms", 0},
                       {"at_ms", 0},
                       {"run_id", 7}});
    simulated.headset.act(1500);
    const auto batches = simulated.said("events");
    REQUIRE(batches.size() == 1);
    const json stored = {{"batch_id", batches[0]["data"]["batch_id"]}, {"run_id", 7}, {"repeated", false}};
    const bool is_refused = !one["error"].is_null();
    simulated.hear_reply(batches[0], is_refused ? json::object() : stored, one["error"], 1500);
    const simulation::EventLog& events = simulated.headset.events();
    CHECK((events.refused() == 0 && events.acknowledged() == 0) == one["again"].get<bool>());
    CHECK((events.acknowledged() > 0) == !is_refused);
}

void run_close_code(const json& one, const json&) {
    static const std::set<int> never_sent{1000, 1006, 1008, 4099};
    const auto is_it = [&](const auto& sentence) { return code_of(sentence.reason) == one["code"]; };
    CHECK((std::ranges::any_of(platform::close_sentences, is_it) || never_sent.contains(one["code"])));
}

void run_batches(const json& one, const json&) {
    simulation::EventLog log(one["boot_id"]);
    for (const json& event : one["events"])
        log.add(event[1].is_null() ? RunId() : event[1].get<RunId>(), "{}");
    log.seal();
    for (const json& wanted : one["batches"]) {
        const simulation::Batch* batch = log.next_to_send(1);
        REQUIRE(batch);
        CHECK(batch->id == wanted["boot_id"].get<std::string>() + "-" + wanted["number"].dump());
        CHECK(batch->run_id == (wanted["run_id"].is_null() ? RunId() : wanted["run_id"].get<RunId>()));
        CHECK(batch->count == wanted["at_ms"].size());
        log.acknowledge(std::string(batch->id), batch->run_id, false);
    }
    CHECK(log.is_empty());
}

// The server says of these batches what the vector says.
void run_stored(const json& one, const json&) {
    support::Classroom school;
    const DeviceId device = school.add_device("DPVR-07");
    for (const json& batch : one["received"]) {
        school.clock.advance(1s);
        school.write([&](store::Tx& tx) {
            school.services->runs.numbers().stored(tx, school.organisation, device, device.value(),
                                                   batch[0].get<std::string>(), batch[1]);
        });
    }
    json told = json::array();
    for (const runs::StoredNumbers& boot : school.services->runs.numbers().of(device))
        told.push_back({{"boot_id", boot.boot_id}, {"up_to", boot.up_to}, {"beyond", boot.beyond}});
    CHECK(told == one["stored"]);
}

// What the headset asks for is what the server gives, to the byte.
void run_ranges(const json& one, const json&) {
    if (one["ask"].is_null()) return;
    http::Call call;
    call.method = "GET";
    call.header_values.add("range", one["ask"].get<std::string>());
    const http::Selection selection = http::selection_of(call, "", one["size"].get<std::uint64_t>());
    CHECK(selection.wanted == http::Wanted::parts);
    REQUIRE(selection.parts.size() == 1);
    const std::uint64_t have = one["have"], piece = one["piece_bytes"], size = one["size"];
    CHECK(selection.parts[0].first == have);
    CHECK(selection.parts[0].second == std::min(size, have + piece) - 1);
}

// Text that the server puts into QR codes.
void run_qr(const json& one, const json&) {
    const std::string text = one["text"];
    if (!one["card"].is_null())
        CHECK(text == std::string(people::card_prefix) + one["card"].get<std::string>());
    if (!one["code"].is_null())
        CHECK(text == one["box"].get<std::string>() + "/index/?code=" + one["code"].get<std::string>());
}

struct Vector {
    const char* file;
    void (*run)(const json& one, const json& defaults);
};
constexpr Vector known[] = {{"batches", run_batches},
                            {"clock", run_clock},
                            {"close_codes", run_close_code},
                            {"controls", run_lesson},
                            {"drift", run_drift},
                            {"qr", run_qr},
                            {"ranges", run_ranges},
                            {"reconnecting", run_reconnecting},
                            {"refusals", run_refusal},
                            {"resume", run_lesson},
                            {"stored", run_stored},
                            {"transport", run_lesson}};

json vector(const std::string& name) {
    return json::parse(platform::read_file(vectors / (name + ".json")).value());
}

std::set<json> values(const char* file, const char* field) {
    std::set<json> found;
    const json all = vector(file);
    for (const json& one : all["cases"])
        found.insert(one[field]);
    return found;
}

} // namespace

TEST_CASE("the simulated headset and the server hold the vectors that all clients share", "[simulation]") {
    std::set<std::string> run;
    for (const auto& [file, runner] : known) {
        const json all = vector(file);
        REQUIRE_FALSE(all["cases"].empty());
        for (const json& one : all["cases"]) {
            INFO(file << ": " << (one.contains("name") ? one["name"] : one).dump());
            runner(one, all.value("defaults", json::object()));
        }
        run.insert(std::string(file) + ".json");
    }
    for (const auto& entry : std::filesystem::directory_iterator(vectors)) {
        INFO(entry.path().filename().string() << " is run by nothing");
        CHECK(run.contains(entry.path().filename().string()));
    }
}

TEST_CASE("the shared vectors know every error and every close code of the server", "[simulation]") {
    std::set<json> errors = values("refusals", "error");
    for (int kind = 0; kind <= static_cast<int>(platform::ErrorKind::storage_full); ++kind)
        CHECK(errors.contains(
            http::message_error_code(platform::Error(static_cast<platform::ErrorKind>(kind), "no"))));
    const std::set<json> codes = values("close_codes", "code");
    for (const auto& [reason, text] : platform::close_sentences)
        CHECK(codes.contains(code_of(reason)));
}

TEST_CASE("a pairing code's QR code has the text that the shared vectors know", "[simulation]") {
    support::TestAppliance box;
    const auto head = box.set_up();
    const json shown = box.expect(201, "POST", "/v1/pairing-codes", nullptr, head);
    REQUIRE_FALSE(shown["addresses"].empty());
    const std::string text =
        shown["addresses"][0].get<std::string>() + "/index/?code=" + shown["code"].get<std::string>();
    CHECK(shown["qr_svg"] == platform::qr_svg(text));
}
