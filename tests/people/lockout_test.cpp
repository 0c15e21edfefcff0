#include "people/signing_in/lockout.h"

#include <catch2/catch_test_macros.hpp>

#include "support/school.h"

using namespace people;

namespace {

constexpr LockoutRule rule{};

} // namespace

TEST_CASE("wrong tries lock for longer each time, up to fifteen minutes", "[people]") {
    const std::int64_t expected_s[] = {0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900};
    Tries tries;
    std::int64_t now_ms = 1'000'000'000;
    for (std::int64_t locked_s : expected_s) {
        tries = after_failure(tries, rule, now_ms);
        CAPTURE(tries.failures);
        CHECK(locked_for_ms(tries, rule, now_ms) == locked_s * 1000);
        now_ms += locked_for_ms(tries, rule, now_ms);
        CHECK(locked_for_ms(tries, rule, now_ms) == 0);
    }
}

TEST_CASE("an hour without a wrong try forgets the ones before", "[people]") {
    Tries tries;
    for (int i = 0; i < 4; ++i)
        tries = after_failure(tries, rule, 1'000'000'000);
    tries = after_failure(tries, rule, 1'000'000'000 + rule.forgotten_after_ms);
    CHECK(tries.failures == 1);
}

TEST_CASE("a clock set back does not lock for longer than the longest lock", "[people]") {
    Tries tries{20, 2'000'000'000, 2'000'900'000};
    CHECK(locked_for_ms(tries, rule, 1'000'000'000) == rule.longest_ms);
}

TEST_CASE("lock-outs in memory are bounded, and the oldest goes first", "[people]") {
    MemoryLockouts lockouts({1, 60'000, 60'000, 60 * 60'000}, 3);
    for (int i = 0; i < 4; ++i)
        lockouts.count_failure("name" + std::to_string(i), 1000 + i);
    CHECK(support::error_of([&] { lockouts.refuse_if_locked("name0", 2000); }) == "none");
    CHECK(support::error_of([&] { lockouts.refuse_if_locked("NAME3", 2000); }) == "too many requests");
    lockouts.forget("Name3");
    CHECK(support::error_of([&] { lockouts.refuse_if_locked("name3", 2000); }) == "none");
}
