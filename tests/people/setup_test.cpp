#include "people/signing_in/setup.h"

#include <catch2/catch_test_macros.hpp>

#include "support/school.h"

using namespace std::chrono_literals;
using support::error_of;
using support::School;

namespace {

std::string check(School& school, const std::string& code) {
    return error_of([&] { school.write([&](store::Tx& tx) { school.setup.check_code(tx, code); }); });
}

people::Setup::Made make(School& school) {
    return school.write([&](store::Tx& tx) {
        people::NewOrganisation organisation;
        organisation.name = "Seaside";
        return school.setup.make(tx, organisation, {"boss", "a hash", "", "Bo", "Ss"});
    });
}

} // namespace

TEST_CASE("the setup code opens an empty box once", "[people]") {
    School school;
    auto code = school.write([&](store::Tx& tx) { return school.setup.draw_code(tx); });
    REQUIRE(code);
    CHECK(code->size() == 9);
    CHECK((*code)[4] == '-');

    CHECK(check(school, "AAAA-AAAA") == "unauthorized");
    std::string typed = platform::lower_ascii(*code).erase(4, 1);
    CHECK(check(school, typed) == "none");
    CHECK(check(school, *code) == "none"); // checking does not use it up, setup does

    auto made = make(school);
    CHECK(made.organisation.licence.seats == 40);
    CHECK(made.person.nickname == "boss");
    CHECK(made.person.role == platform::Role::administrator);
    CHECK(made.person.box_administrator);
    CHECK(check(school, *code) == "conflict");
    CHECK(error_of([&] { make(school); }) == "conflict");
    CHECK_FALSE(school.write([&](store::Tx& tx) { return school.setup.draw_code(tx); }));
}

TEST_CASE("each start draws another code, and voids the one before", "[people]") {
    School school;
    auto first = school.write([&](store::Tx& tx) { return school.setup.draw_code(tx); });
    auto second = school.write([&](store::Tx& tx) { return school.setup.draw_code(tx); });
    CHECK(first != second);
    CHECK(check(school, *first) == "unauthorized");
    CHECK(check(school, *second) == "none");
}

TEST_CASE("wrong setup codes lock, although each of those calls fails", "[people]") {
    School school;
    auto code = school.write([&](store::Tx& tx) { return school.setup.draw_code(tx); });
    for (int i = 0; i < 10; ++i)
        CHECK(check(school, "AAAA-AAAA") == "unauthorized");
    CHECK(check(school, *code) == "too many requests");
    school.clock.advance(6s);
    CHECK(check(school, *code) == "none");
}
