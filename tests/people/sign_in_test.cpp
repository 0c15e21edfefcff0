#include "people/signing_in/sign_in.h"

#include <catch2/catch_test_macros.hpp>
#include <thread>

#include "people/signing_in/pin.h"
#include "support/school.h"
#include "support/sequence_random.h"

using namespace std::chrono_literals;
using people::Claim;
using platform::Role;
using support::error_of;
using support::School;

namespace {

Claim pin(const std::string& nickname, const std::string& secret) {
    return {Claim::By::pin, nickname, secret, {}, {}};
}
Claim password(const std::string& name, const std::string& secret) {
    return {Claim::By::password, name, secret, {}, {}};
}
std::string outcome(School& school, const Claim& claim) {
    return error_of([&] { school.sign_in.sign_in(claim, "test"); });
}

} // namespace

TEST_CASE("signing in: who may, and who may not", "[people]") {
    School school;
    auto hillside = school.add_organisation("Hillside");
    school.add_person(Role::teacher, "Rossi");
    school.add_student("Ada");
    school.add_student("Alex", "1111");
    school.add_person(Role::student, "Alex", "2222", hillside);
    auto gone = school.add_student("Gone");
    school.write([&](store::Tx& tx) { school.people.deactivate(tx, school.organisation, gone.id); });

    struct {
        Claim claim;
        std::string outcome;
    } const expected[] = {
        {password("Rossi", "correct horse"), "none"},
        {password("rossi", "correct horse"), "none"},
        {password("Rossi", "Correct horse"), "unauthorized"},
        {password("Nobody", "correct horse"), "unauthorized"},
        {password("Ada", "1234"), "unauthorized"}, // a PIN is no password
        {pin("Ada", "1234"), "none"},
        {pin(" ada ", "1234"), "none"},
        {pin("Ada", "1235"), "unauthorized"},
        {pin("Rossi", "correct horse"), "unauthorized"}, // nor the other way round
        {pin("Gone", "1234"), "unauthorized"},           // no longer active
        {pin("Alex", "1111"), "unauthorized"},           // two have this name: treated as unknown
        {pin("Alex@Riverside", "1111"), "none"},
        {pin("alex@hillside", "2222"), "none"},
        {pin("Alex@Hillside", "1111"), "unauthorized"},
        {pin("Ada@Hillside", "1234"), "unauthorized"},
    };
    for (const auto& row : expected) {
        CAPTURE(row.claim.name, row.claim.secret);
        CHECK(outcome(school, row.claim) == row.outcome);
    }
    Claim here = pin("Alex", "1111");
    here.organisation_id = school.organisation; // a headset knows its organisation
    CHECK(outcome(school, here) == "none");
}

TEST_CASE("many tries at once count one by one", "[people]") {
    School school;
    school.add_student("Ada", "0042");
    std::atomic<int> wrong{0}, locked{0}, right{0};
    std::vector<std::thread> guessers;
    for (int t = 0; t < 8; ++t)
        guessers.emplace_back([&, t] {
            for (int i = 0; i < 8; ++i) {
                std::string guess = std::to_string(10'000 + 100 + t * 8 + i).substr(1); // none of them right
                std::string what = outcome(school, pin("Ada", guess));
                if (what == "unauthorized")
                    ++wrong;
                else if (what == "too many requests")
                    ++locked;
                else
                    ++right;
            }
        });
    for (auto& guesser : guessers)
        guesser.join();
    CHECK(wrong == 5);
    CHECK(locked == 59);
    CHECK(right == 0);
}

TEST_CASE("the action behind a proof happens in its transaction or not at all", "[people]") {
    School school;
    school.add_student("Ada");
    for (int i = 0; i < 4; ++i)
        CHECK(outcome(school, pin("Ada", "0000")) == "unauthorized");
    CHECK(error_of([&] {
              school.sign_in.prove(pin("Ada", "1234"), [](store::Tx&, const people::Person& person) {
                  CHECK(person.nickname == "Ada");
                  platform::throw_conflict("no seat");
              });
          }) == "conflict");
    // The four wrong tries still count, because the right one was not carried through.
    CHECK(outcome(school, pin("Ada", "0000")) == "unauthorized");
    CHECK(outcome(school, pin("Ada", "1234")) == "too many requests");
}

TEST_CASE("a page that signs in again replaces its login, if the secret was right", "[people]") {
    School school;
    school.add_person(Role::teacher, "Rossi");
    auto first = school.sign_in.sign_in(password("Rossi", "correct horse"), "a browser");
    const platform::Caller held = school.caller(first.login.token);
    CHECK(error_of([&] { school.sign_in.sign_in(password("Rossi", "wrong horse"), "a browser", held); }) ==
          "unauthorized");
    CHECK_FALSE(school.caller(first.login.token).is_stranger());
    auto second = school.sign_in.sign_in(password("Rossi", "correct horse"), "a browser", held);
    CHECK(school.caller(first.login.token).is_stranger());
    CHECK_FALSE(school.caller(second.login.token).is_stranger());
}

TEST_CASE("a drawn PIN has four digits, also when it begins with zeros", "[people]") {
    support::SequenceRandom random;
    for (const std::uint32_t draw : {0u, 42u, 9'999u})
        random.queue(draw);
    CHECK(people::draw_pin(random) == "0000");
    CHECK(people::draw_pin(random) == "0042");
    CHECK(people::draw_pin(random) == "9999");
}
