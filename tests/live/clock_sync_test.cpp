#include "live/clock_sync.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <random>

using Catch::Approx;

TEST_CASE("without a round trip nothing is known about the clock", "[live]") {
    const live::ClockSync sync;
    CHECK_FALSE(sync.offset_ms());
    CHECK_FALSE(sync.round_trip_ms());
}

TEST_CASE("one symmetric round trip gives the offset exactly", "[live]") {
    live::ClockSync sync;
    sync.add(1000, 501'005, 1010);
    CHECK(*sync.offset_ms() == Approx(500'000));
    CHECK(*sync.round_trip_ms() == Approx(10));
}

TEST_CASE("slow round trips, which lie about the offset, are left out", "[live]") {
    live::ClockSync sync;
    for (int i = 0; i < 58; ++i)
        sync.add(i, i + 180.0, i + 200.0); // queued for long, one way only
    for (int i = 0; i < 6; ++i)
        sync.add(i, i + 2.0, i + 4.0);
    CHECK(*sync.offset_ms() == Approx(0));
    CHECK(*sync.round_trip_ms() == Approx(4));
}

TEST_CASE("round trips older than the last 64 are forgotten", "[live]") {
    live::ClockSync sync;
    for (int i = 0; i < 6; ++i)
        sync.add(0, 1, 2); // quick, but the clock has drifted since
    for (int i = 0; i < 64; ++i)
        sync.add(0, 110, 20);
    CHECK(sync.samples() == 64);
    CHECK(*sync.offset_ms() == Approx(100));
}

TEST_CASE("a round trip that ends before it began says nothing", "[live]") {
    live::ClockSync sync;
    sync.add(100, 500, 90);
    CHECK(sync.samples() == 0);
}

TEST_CASE("forty headsets behind a jittery Wi-Fi agree within milliseconds", "[live]") {
    std::mt19937 random(7); // NOLINT: the same classroom in every run
    std::exponential_distribution<double> jitter(1 / 12.0);
    double earliest = 1e9, latest = -1e9;
    for (int headset = 0; headset < 40; ++headset) {
        live::ClockSync sync;
        for (int i = 0; i < 64; ++i) {
            const double up = 1 + jitter(random), down = 1 + jitter(random);
            sync.add(0, up, up + down);
        }
        earliest = std::min(earliest, *sync.offset_ms());
        latest = std::max(latest, *sync.offset_ms());
    }
    CHECK(latest - earliest < 5);
}

TEST_CASE("a command leads by three round trips, within bounds", "[live]") {
    CHECK(live::lead_ms(0) == Approx(50));
    CHECK(live::lead_ms(40) == Approx(120));
    CHECK(live::lead_ms(3000) == Approx(500));
}
