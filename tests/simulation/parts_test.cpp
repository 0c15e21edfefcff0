#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "platform/error.h"
#include "simulation/event_log.h"
#include "simulation/gaze.h"
#include "simulation/picture.h"
#include "simulation/player.h"

using Catch::Approx;
using nlohmann::json;

TEST_CASE("a trace file is one trace for each viewer, angles brought into range", "[simulation]") {
    const auto traces = simulation::parse_traces(
        "viewer,t_ms,yaw_deg,pitch_deg\r\n1,0,2.5,6.9\r\n1,100,190,-95\n2,0,-180,0\n", "reef.csv");
    REQUIRE(traces.size() == 2);
    CHECK(traces[0].duration_ms() == Approx(200));
    CHECK(traces[0].at(99).yaw_deg == Approx(2.5));
    CHECK(traces[0].at(100).yaw_deg == Approx(-170));
    CHECK(traces[0].at(100).pitch_deg == Approx(-90));
    CHECK(traces[0].at(200).yaw_deg == Approx(2.5)); // from the beginning
    CHECK(traces[1].at(0).yaw_deg == Approx(-180));
}

TEST_CASE("a broken line of a trace file is named", "[simulation]") {
    for (const char* line : {"1,0,2.5", "1,0,2.5,x", "1,0,2.5,3,4", "one,0,1,1"}) {
        INFO(line);
        try {
            simulation::parse_traces(std::string("viewer,t_ms,yaw_deg,pitch_deg\n") + line, "reef.csv");
            FAIL("was taken");
        } catch (const platform::Error& error) {
            CHECK(std::string(error.what()).starts_with("reef.csv:2: "));
        }
    }
}

TEST_CASE("made-up traces differ by seed and stay in range", "[simulation]") {
    const auto a = simulation::made_up_trace(1), b = simulation::made_up_trace(2);
    CHECK(a.duration_ms() == Approx(120'000));
    bool differ = false;
    for (double t = 0; t < 120'000; t += 100) {
        CHECK(std::abs(a.at(t).yaw_deg) <= 180);
        CHECK(std::abs(a.at(t).pitch_deg) <= 90);
        differ |= a.at(t).yaw_deg != b.at(t).yaw_deg;
    }
    CHECK(differ);
}

TEST_CASE("a picture is a small JPEG", "[simulation]") {
    const std::string picture = simulation::picture_of({20, -5}, 1000);
    CHECK(picture.starts_with("\xff\xd8\xff\xe0"));
    CHECK(picture.ends_with("\xff\xd9"));
    CHECK(picture.size() < 2000);
    CHECK(picture != simulation::picture_of({60, -5}, 1000));
}

TEST_CASE("events are kept until the server has them", "[simulation]") {
    simulation::EventLog log("h1");
    log.add(RunId(7), "{}");
    log.add(RunId(7), "{}");
    log.add(RunId(8), "{}"); // another run: another batch
    log.seal();
    const simulation::Batch* first = log.next_to_send(4);
    REQUIRE(first != nullptr);
    CHECK(first->run_id == RunId(7));
    CHECK(first->events == "{},{}");
    const std::string first_id = first->id;
    const std::string second_id = log.next_to_send(4)->id;
    CHECK(log.next_to_send(4) == nullptr);

    log.connection_lost();
    CHECK(log.next_to_send(1)->id == first_id);
    CHECK(log.next_to_send(1) == nullptr); // one under way is the most
    CHECK(log.acknowledge(first_id, RunId(7), true));
    CHECK_FALSE(log.acknowledge(first_id, RunId(7), true));
    CHECK(log.next_to_send(1)->id == second_id);
    log.retry(second_id);
    CHECK(log.next_to_send(1)->id == second_id);
    log.refuse(second_id);
    CHECK(log.is_empty());
    CHECK(log.made() == 3);
    CHECK(log.acknowledged() == 2);
    CHECK(log.refused() == 1);
    CHECK(log.repeated_batches() == 1);
    CHECK(log.runs().at(RunId(7)).acknowledged == 2);
    CHECK(log.runs().at(RunId(8)).made == 1);
}

TEST_CASE("a batch holds at most 100 events, and what exceeds the store is lost oldest first",
          "[simulation]") {
    simulation::EventLog log("h1", 250);
    for (int i = 0; i < 400; ++i)
        log.add(RunId(1), std::to_string(i));
    log.seal();
    CHECK(log.lost() == 200);
    const simulation::Batch* oldest = log.next_to_send(1);
    CHECK(oldest->count == 100);
    CHECK(oldest->events.starts_with("200,"));
}

namespace {

json state(const char* name, std::int64_t number, double position_ms, double at_ms) {
    return {{"session_id", 12},
            {"number", number},
            {"state", name},
            {"lesson_index", 0},
            {"lesson", {{"duration_ms", 60'000}}},
            {"position_ms", position_ms},
            {"at_ms", at_ms},
            {"run_id", 5}};
}

simulation::Command command(const char* action, std::int64_t number, double position_ms, double at_ms) {
    return simulation::command_from({{"session_id", 12},
                                     {"number", number},
                                     {"action", action},
                                     {"lesson", {{"duration_ms", 60'000}}},
                                     {"position_ms", position_ms},
                                     {"at_ms", at_ms},
                                     {"expires_ms", at_ms + 30'000}});
}

using Verdict = simulation::Player::Verdict;

} // namespace

TEST_CASE("a late headset joins at the position that the lesson has now", "[simulation]") {
    simulation::Player player;
    player.take_state(state("running", 3, 1000, 50'000));
    CHECK(player.position_ms(50'000) == Approx(1000));
    CHECK(player.position_ms(54'000) == Approx(5000));
    CHECK(player.position_ms(49'000) == Approx(1000)); // it starts in a second
    CHECK(player.position_ms(500'000) == Approx(60'000));
    CHECK(player.run_id() == RunId(5));
    player.take_state(nullptr);
    CHECK_FALSE(player.in_session());
}

TEST_CASE("commands change what plays at their moment, in their order", "[simulation]") {
    simulation::Player player;
    CHECK(player.take(command("play", 1, 0, 1000)) == Verdict::obey);
    CHECK(player.take(command("pause", 2, 4000, 5000)) == Verdict::obey);
    CHECK(player.take(command("play", 1, 0, 1000)) == Verdict::known);
    CHECK_FALSE(player.is_running());
    CHECK(*player.next_at_ms() == Approx(1000));
    player.obey();
    CHECK(player.is_running());
    CHECK(player.position_ms(3000) == Approx(2000));
    player.obey();
    CHECK_FALSE(player.is_running());
    CHECK(player.position_ms(9000) == Approx(4000));
    CHECK_FALSE(player.next_at_ms());
    CHECK(player.take(command("pause", 2, 4000, 5000)) == Verdict::known);

    player.take(command("look", 3, 4000, 9000));
    player.obey();
    CHECK_FALSE(player.is_running());
    player.take(command("resume", 4, 4000, 10'000));
    player.obey();
    player.take(command("seek", 5, 30'000, 12'000));
    player.obey();
    CHECK(player.is_running());
    CHECK(player.position_ms(13'000) == Approx(31'000));
    player.take(command("stop", 6, 31'000, 13'000));
    player.obey();
    CHECK(player.has_stopped());
}

TEST_CASE("a state does not overtake the command that makes it", "[simulation]") {
    simulation::Player player;
    player.take_state(state("running", 1, 0, 1000));
    player.take(command("seek", 2, 30'000, 9000));
    player.take_state(state("running", 2, 30'000, 9000));
    CHECK(player.position_ms(8000) == Approx(7000)); // not before its time
    CHECK(*player.next_at_ms() == Approx(9000));
    player.obey();
    CHECK(player.position_ms(9000) == Approx(30'000));
}

TEST_CASE("a state overtakes older commands, and another session everything", "[simulation]") {
    simulation::Player player;
    player.take_state(state("running", 1, 0, 1000));
    player.take(command("seek", 2, 30'000, 9000));
    player.take_state(state("paused", 3, 5000, 6000));
    CHECK_FALSE(player.next_at_ms());
    CHECK(player.take(command("seek", 2, 30'000, 9000)) == Verdict::known);
    json other = state("running", 1, 0, 20'000);
    other["session_id"] = 13;
    player.take_state(other);
    CHECK(player.session_id() == SessionId(13));
    CHECK(player.position_ms(21'000) == Approx(1000));
}
