#include "platform/clock.h"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstdlib>

#include "platform/files.h"
#include "support/temporary_folder.h"

namespace {

std::int64_t wall_us() {
    using namespace std::chrono;
    return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

bool near(std::int64_t a_us, std::int64_t b_us) {
    return std::llabs(a_us - b_us) < 5'000'000;
}

constexpr std::int64_t hour_us = 3'600'000'000;

} // namespace

TEST_CASE("server time begins as the wall clock's", "[platform]") {
    support::TemporaryFolder folder;
    platform::BoxClock clock(folder.path());
    CHECK(near(clock.now_us(), wall_us()));
    CHECK(near(clock.now_ms() * 1000, clock.now_us()));
}

TEST_CASE("server time that somebody set survives a restart of the server", "[platform]") {
    support::TemporaryFolder folder;
    const std::int64_t set_us = wall_us() - 10 * hour_us;
    {
        platform::BoxClock clock(folder.path());
        clock.set_now_us(set_us);
        CHECK(near(clock.now_us(), set_us));
    }
    platform::BoxClock restarted(folder.path());
    CHECK(restarted.now_us() >= set_us);
    CHECK(near(restarted.now_us(), set_us));
}

TEST_CASE("after a reboot, or with a damaged file, the wall clock counts", "[platform]") {
    for (const char* kept : {"another-boot-id 5\n", "", "nonsense", "another-boot-id nonsense\n"}) {
        INFO(kept);
        support::TemporaryFolder folder;
        platform::write_file_atomically(folder.path() / "clock", kept);
        platform::BoxClock clock(folder.path());
        CHECK(near(clock.now_us(), wall_us()));
        CHECK(platform::read_file(folder.path() / "clock") != kept); // written again, for this boot
    }
}

TEST_CASE("server time does not go back", "[platform]") {
    support::TemporaryFolder folder;
    platform::BoxClock clock(folder.path());
    std::int64_t before = clock.now_us();
    for (int i = 0; i < 10'000; ++i) {
        const std::int64_t now = clock.now_us();
        CHECK(now >= before);
        before = now;
    }
}
