#include "platform/log_repeats.h"

#include <catch2/catch_test_macros.hpp>

using platform::LogRepeats;
using namespace std::chrono_literals;

TEST_CASE("a line that comes a thousand times is written ten times and then counted", "[platform]") {
    LogRepeats repeats;
    const LogRepeats::Time start{};
    std::size_t written = 0;
    for (int i = 0; i < 1078; ++i)
        written += repeats.take(3, "the disk is full", start + i * 6ms).size();
    CHECK(written == 10);
    CHECK(repeats.take(1, "something else", start + 10s).size() == 1);
    const auto later = repeats.take(1, "something else again", start + 61s);
    REQUIRE(later.size() == 2);
    CHECK(later[0].text == "1068 more times: the disk is full");
    CHECK(later[0].level == 3);
    CHECK(later[1].text == "something else again");
    CHECK(repeats.take(3, "the disk is full", start + 62s).size() == 1); // a new minute
}

TEST_CASE("lines between the equal ones don't hide that they are equal, and memory is bounded",
          "[platform]") {
    LogRepeats repeats;
    std::size_t equal = 0;
    for (int i = 0; i < 100; ++i) {
        equal += repeats.take(2, "again", {}).size();
        if (i % 3 == 0) repeats.take(2, "one of many: " + std::to_string(i), {});
    }
    CHECK(equal == 10);
    for (int i = 0; i < 1000; ++i)
        repeats.take(2, "another " + std::to_string(i), {});
    CHECK(repeats.take(2, "again", {}).size() == 1); // forgotten by now
}
