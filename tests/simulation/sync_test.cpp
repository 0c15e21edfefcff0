// What makes a class of headsets act together on bad Wi-Fi: the line itself, the clock that is learnt over
// it, and the video that is kept in time.
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <vector>

#include "live/clock_sync.h"
#include "simulation/bad_line.h"
#include "simulation/media_clock.h"
#include "simulation/participant.h"
#include "simulation/wearer.h"

using Catch::Approx;
using simulation::BadLine;
using simulation::MediaClock;

TEST_CASE("a bad line delays, holds and bursts, but never turns the order round", "[simulation]") {
    BadLine line(simulation::bad_wifi, 3), same(simulation::bad_wifi, 3);
    double before = 0;
    int quick = 0, held = 0;
    constexpr int messages = 20'000;
    for (int i = 0; i < messages; ++i) {
        const double sent = i * 50.0;
        const double arrival = line.arrival_ms(sent);
        CHECK(arrival == same.arrival_ms(sent)); // the same seed makes the same line
        CHECK(arrival >= before);
        CHECK(arrival >= sent + 1);
        quick += arrival <= sent + 9;
        held += arrival > sent + 150;
        before = arrival;
    }
    CHECK(quick > messages * 9 / 10);
    CHECK(held > messages / 200);
    CHECK(held < messages / 20); // those behind a held one wait with it
    CHECK(simulation::LineTraits{}.is_perfect());
}

TEST_CASE("a clock that drifts is learnt over a bad line, and stays learnt", "[simulation]") {
    // Own clock = true time x (1 + 50 ppm) + 5 s; the server's is true time.
    const auto own = [](double true_ms) { return true_ms * (1 + 50e-6) + 5000; };
    std::vector<double> faults;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        BadLine up(simulation::bad_wifi, seed), down(simulation::bad_wifi, seed + 1000);
        live::ClockSync sync;
        double now = 0;
        for (int i = 0; i < 300; ++i, now += i < 10 ? 60 : 1000) {
            const double there = up.arrival_ms(now);
            sync.add(own(now), there, own(down.arrival_ms(there)));
        }
        faults.push_back(std::abs(own(now) + *sync.offset_ms() - now));
    }
    std::ranges::sort(faults);
    INFO("median " << faults[50] << " p95 " << faults[95] << " worst " << faults[99]);
    CHECK(faults[95] < 5);
    CHECK(faults[99] < 10);
}

TEST_CASE("a video a little off is brought back by its rate, one that stalled by a seek", "[simulation]") {
    MediaClock media(300); // parts per million too fast
    media.set(0, true, 0);
    double now = 0;
    const auto off_after = [&](double seconds) {
        for (const double until = now + seconds * 1000; now < until;) {
            now += simulation::correct_every_ms;
            media.correct(now, now);
        }
        return media.position_ms(now) - now;
    };
    CHECK(std::abs(off_after(60)) < 1);
    CHECK(media.seeks() == 0);
    media.set(now + 60, true, now); // a little ahead
    media.correct(now, now);
    CHECK(media.rate() < 1);
    CHECK(media.rate() >= 1 - simulation::most_rate_change);
    CHECK(std::abs(off_after(10)) < 2);
    CHECK(media.seeks() == 0);
    media.set(now - 400, true, now); // it stalled
    media.correct(now, now);
    CHECK(media.seeks() == 1);
    CHECK(media.position_ms(now) == Approx(now));
    media.set(500, false, now);
    media.correct(9000, now + 5000); // paused: nothing to correct
    CHECK(media.position_ms(now + 5000) == 500);
}

TEST_CASE("a wearer turns when asked, and is held no longer than ordered", "[simulation]") {
    using nlohmann::json;
    const auto command = [](const char* action, const json& arguments) {
        simulation::Command made;
        made.action = action;
        made.at_ms = 1000;
        made.arguments = arguments.dump();
        return made;
    };
    int turned = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        simulation::Wearer wearer(seed);
        wearer.obey(command("look", {{"yaw_deg", 90}, {"pitch_deg", 10}, {"until_ms", 31'000}}));
        CHECK(wearer.look({0, 0}, 1000).yaw_deg == 0); // nobody turns at once
        turned += wearer.look({0, 0}, 20'000).yaw_deg > 80;
        CHECK(wearer.look({0, 0}, 31'000).yaw_deg == 0);
    }
    CHECK(turned > 75); // a few never hear
    CHECK(turned < 100);

    simulation::Wearer wearer(1);
    wearer.obey(command("eyes_on_me", {{"until_ms", 5000}}));
    CHECK(wearer.is_held(4999));
    CHECK_FALSE(wearer.is_held(5000)); // it ends by itself, without a word from the server
    wearer.obey(command("eyes_on_me", {{"until_ms", 50'000}}));
    wearer.obey(command("release", json::object()));
    CHECK_FALSE(wearer.is_held(4000));
    wearer.obey(command("launch", {{"kind", "web"}, {"content", "https://reef.example"}}));
    CHECK(wearer.launched() == "https://reef.example");
    wearer.take_controls(
        {{"eyes_on_me", {{"until_ms", 9000}}}, {"launch", nullptr}, {"volume", 30}, {"look", nullptr}}, 0);
    CHECK(wearer.is_held(8000)); // it was away when the command came
    CHECK(wearer.launched().empty());
    CHECK(wearer.volume() == 30);
}

TEST_CASE("a headset that finds no server retries less and less often, and not with all the others",
          "[simulation]") {
    const double expected[] = {250, 500, 1000, 2000, 2000, 2000};
    for (int failures = 0; failures < 6; ++failures) {
        CHECK(simulation::pause_after_ms(failures, 0.5) == expected[failures]);
        CHECK(simulation::pause_after_ms(failures, 0) == expected[failures] / 2);
        CHECK(simulation::pause_after_ms(failures, 1) == expected[failures] * 1.5);
    }
    CHECK(simulation::pause_after_ms(1000, 1) == 3000);
}
