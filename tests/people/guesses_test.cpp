#include "people/signing_in/guesses.h"

#include <catch2/catch_test_macros.hpp>

#include "people/signing_in/sign_in.h"
#include "support/school.h"

using namespace std::chrono_literals;
using people::Claim;
using people::guess_budgets;
using people::KnownSources;
using people::Source;
using support::error_of;
using support::School;

namespace {

Claim claim(const std::string& nickname, const std::string& pin, const Source& source = {}) {
    Claim made;
    made.name = nickname;
    made.secret = pin;
    made.source = source;
    return made;
}

std::string outcome(School& school, const Claim& claim) {
    return error_of([&] { school.sign_in.prove(claim, {}); });
}

// How many of them are looked at.
int looked_at(School& school, int tries, const std::string& nickname, const Source& source = {}) {
    int count = 0;
    for (int i = 0; i < tries; ++i)
        count += outcome(school, claim(nickname, "0000", source)) == "unauthorized";
    return count;
}

// A browser in which the person has signed in.
Source browser_of(School& school, const people::Person& person, const std::string& cookie = "") {
    Source source;
    source.cookie = school.write([&](store::Tx& tx) {
        return school.services.known_sources.remember(tx, school.organisation, person.id, cookie);
    });
    return source;
}

} // namespace

TEST_CASE("what is spent of a budget comes back one by one", "[people]") {
    constexpr people::Budget budget{3, 1000};
    std::int64_t full_ms = 0;
    for (const std::int64_t expected : {0, 0, 1000, 1000}) { // no debt beyond all of it
        full_ms = people::full_after_one_more(budget, full_ms, 50'000);
        CHECK(people::wait_ms(budget, full_ms, 50'000) == expected);
    }
    CHECK(people::wait_ms(budget, full_ms, 50'999) == 1);
    CHECK(people::wait_ms(budget, full_ms, 51'000) == 0);
    // A clock set back makes nobody wait for longer.
    CHECK(people::wait_ms(budget, full_ms, 1000) == budget.each_ms);
}

TEST_CASE("random PINs are expected to hit less than once a year, over the whole box", "[people]") {
    constexpr std::int64_t year_ms = 366 * 24 * people::GuessBudgets::hour, pins = 10'000;
    std::int64_t a_year = 0;
    for (const people::Budget& budget : {guess_budgets.strangers, guess_budgets.headsets})
        a_year += budget.at_once + year_ms / budget.each_ms;
    CHECK(a_year < pins);
}

TEST_CASE("strangers share one slow lane for a name, with at most ten tries an hour", "[people]") {
    School school;
    school.add_student("Ada");
    CHECK(looked_at(school, 6, "Ada", {.address = "10.0.0.1"}) == 5);
    CHECK(outcome(school, claim("ada@Riverside", "1234", {.address = "10.0.0.2"})) == "too many requests");
    int in_an_hour = 5;
    for (int minute = 1; minute < 60; ++minute) {
        school.clock.advance(1min);
        in_an_hour += looked_at(school, 2, "Ada", {.address = "10.0.0." + std::to_string(minute)});
    }
    CHECK(in_an_hour <= 10);
    school.clock.advance(12min);
    CHECK(outcome(school, claim("Ada", "1234")) == "none");
}

TEST_CASE("after a hundred wrong tries only a tap opens the lane; where the person is known it stays open",
          "[people]") {
    School school;
    const auto ada = school.add_student("Ada");
    const Source browser = browser_of(school, ada);
    int all = 0;
    while (all < 100) {
        const int more = looked_at(school, 1, "Ada");
        all += more;
        if (more == 0) school.clock.advance(12min);
    }
    school.clock.advance(std::chrono::hours(24 * 7));
    CHECK(outcome(school, claim("Ada", "1234")) == "too many requests");
    CHECK(outcome(school, claim("Ada", "1234", browser)) == "none");
    const auto waiting = [&] {
        return school.read(
            [&](store::Read& read) { return school.guesses.waiting_people(read, school.organisation); });
    };
    REQUIRE(waiting().size() == 1);
    CHECK(waiting()[0].first.id == ada.id);
    CHECK_FALSE(waiting()[0].second.until_ms);
    school.write([&](store::Tx& tx) { school.guesses.open(tx, ada); });
    CHECK(waiting().empty());
    CHECK(outcome(school, claim("Ada", "1234")) == "none");
}

TEST_CASE("a name that nobody has is treated like any other", "[people]") {
    School school;
    school.add_student("Ada");
    const auto answers = [&](const std::string& name) {
        std::string all;
        for (const char* form : {"", "@Riverside", "@Elsewhere", " "})
            for (int i = 0; i < 2; ++i)
                all += outcome(school, claim(name + form, "0000")) + ";";
        school.clock.advance(12min);
        return all + outcome(school, claim(name, "0000")) + outcome(school, claim(name, "0000"));
    };
    CHECK(answers("ada") == answers("eve"));
}

TEST_CASE("one address has a budget for all names, and the box for all addresses", "[people]") {
    School school;
    const auto ada = school.add_student("Ada");
    const auto tries = [&](int from, int to, const std::string& address) {
        int count = 0;
        for (int i = from; i < to; ++i)
            count += looked_at(school, 1, "name" + std::to_string(i), {.address = address});
        return count;
    };
    CHECK(tries(0, 40, "10.0.0.1") == 30);
    int all = 30;
    for (int i = 1; i < 20; ++i)
        all += tries(40 * i, 40 * (i + 1), "10.0.1." + std::to_string(i));
    CHECK(all == 500);
    CHECK(outcome(school, claim("Ada", "1234", {.address = "10.0.2.1"})) == "too many requests");
    SECTION("where a person is known, and on headsets, nobody notices") {
        CHECK(outcome(school, claim("Ada", "1234", browser_of(school, ada))) == "none");
        const auto headset = school.pair("DPVR-1");
        CHECK(outcome(school, claim("Ada", "1234", {.device_id = headset.device.id})) == "none");
    }
    SECTION("a teacher's tap lets one person try, for a while") {
        school.write([&](store::Tx& tx) { school.guesses.open(tx, ada); });
        CHECK(outcome(school, claim("Ada", "0000", {.address = "10.0.2.1"})) == "unauthorized");
        CHECK(outcome(school, claim("Ada", "1234", {.address = "10.0.2.1"})) == "none");
        school.clock.advance(10min);
        CHECK(outcome(school, claim("Ada", "1234", {.address = "10.0.2.1"})) == "too many requests");
    }
    SECTION("later the next one is looked at") {
        school.clock.advance(2h);
        CHECK(outcome(school, claim("Ada", "1234", {.address = "10.0.2.1"})) == "none");
    }
}

TEST_CASE("a headset looks at five wrong PINs of one name a wearing, and at twenty an hour over all",
          "[people]") {
    School school;
    const auto ada = school.add_student("Ada");
    const Source here{.device_id = school.pair("DPVR-1").device.id};
    const Source there{.device_id = school.pair("DPVR-2").device.id};
    CHECK(looked_at(school, 6, "Ada", here) == 5);
    CHECK(outcome(school, claim("Ada", "1234", here)) == "too many requests");
    CHECK(outcome(school, claim("Ada", "1234", there)) == "none"); // nor is she locked out anywhere else
    CHECK(outcome(school, claim("Ada", "1234")) == "none");
    // Somebody else wears it: a new wearing.
    school.write([&](store::Tx& tx) {
        school.logins.sign_in_on_device(tx, school.organisation, here.device_id,
                                        people::PersonReference{ada.id, ada.nickname});
    });
    CHECK(looked_at(school, 6, "Ada", here) == 5);
    int in_an_hour = 10;
    for (int minute = 1; minute < 60; ++minute) {
        school.clock.advance(1min);
        in_an_hour += looked_at(school, 2, "name" + std::to_string(minute), here);
    }
    CHECK(in_an_hour <= 20);
    school.guesses.release(here.device_id);
    CHECK(outcome(school, claim("Ada", "1234", here)) == "none");
}

TEST_CASE("when headsets have guessed too much, they still take whoever wore them before", "[people]") {
    School school;
    const auto ada = school.add_student("Ada");
    school.add_student("Ben");
    std::vector<DeviceId> headsets;
    for (int i = 0; i < 40; ++i)
        headsets.push_back(school.pair("DPVR-" + std::to_string(i)).device.id);
    school.write([&](store::Tx& tx) { KnownSources::wore(tx, school.organisation, ada.id, headsets[0]); });
    int all = 0, name = 0;
    for (int round = 0; round < 5; ++round) {
        for (std::size_t i = 1; i < headsets.size(); ++i)
            for (int tries = 0; tries < 10; ++tries)
                all += looked_at(school, 1, "name" + std::to_string(++name), {.device_id = headsets[i]});
        for (const DeviceId id : headsets)
            school.guesses.release(id);
    }
    CHECK(all == 500);
    CHECK(outcome(school, claim("Ben", "1234", {.device_id = headsets[0]})) == "too many requests");
    CHECK(outcome(school, claim("Ada", "1234", {.device_id = headsets[0]})) == "none");
}

TEST_CASE("a browser is known for one person by a token of its own, until too much is guessed there",
          "[people]") {
    School school;
    const auto ada = school.add_student("Ada"), ben = school.add_student("Ben");
    const Source first = browser_of(school, ada);
    // Ben signs in there as well. That does not make the browser that planted the first token known for Ben.
    const Source both = browser_of(school, ben, first.cookie);
    CHECK(both.cookie.ends_with("." + first.cookie));
    CHECK(browser_of(school, ada, both.cookie).cookie == both.cookie);
    looked_at(school, 5, "Ada");
    looked_at(school, 5, "Ben");
    CHECK(outcome(school, claim("Ben", "1234", first)) == "too many requests");
    CHECK(outcome(school, claim("Ben", "1234", both)) == "none");
    CHECK(outcome(school, claim("Ada", "1234", both)) == "none");

    int all = 0;
    for (int i = 0; i < 40; ++i, school.clock.advance(1min))
        all += looked_at(school, 1, "Ada", both);
    CHECK(all >= 20);
    CHECK(all <= 24); // then the browser is a stranger, with a lane that others have used
    school.write([&](store::Tx& tx) { school.logins.end_of_person(tx, school.organisation, ben.id); });
    looked_at(school, 5, "Ben");
    CHECK(outcome(school, claim("Ben", "1234", both)) == "too many requests"); // signed out everywhere
}

TEST_CASE("browsers and headsets that know somebody are bounded", "[people]") {
    School school;
    const auto ada = school.add_student("Ada");
    const Source first = browser_of(school, ada);
    for (int i = 0; i < KnownSources::browsers_of_person; ++i) {
        school.clock.advance(1s);
        browser_of(school, ada);
    }
    CHECK(school.read([](store::Read& read) {
        return read.integer("SELECT count(*) FROM known_browsers");
    }) == KnownSources::browsers_of_person);
    looked_at(school, 5, "Ada");
    CHECK(outcome(school, claim("Ada", "1234", first)) == "too many requests"); // the oldest is forgotten
    std::string cookie;
    for (int i = 0; i < 6; ++i)
        cookie = browser_of(school, school.add_student("Student " + std::to_string(i)), cookie).cookie;
    CHECK(std::ranges::count(cookie, '.') == KnownSources::people_of_browser - 1);
}

TEST_CASE("a page where the password is shown again has tries of its own", "[people]") {
    School school;
    school.add_person(platform::Role::teacher, "Rossi");
    Claim password;
    password.by = Claim::By::password;
    password.name = "Rossi";
    password.secret = "correct horse";
    const auto login = school.sign_in.sign_in(password, "a page").login;
    looked_at(school, 5, "Rossi");
    CHECK(outcome(school, password) == "too many requests");
    password.again_in_field = "password";
    password.source.login_id = login.id;
    CHECK(outcome(school, password) == "none");
    password.secret = "wrong horse";
    for (int i = 0; i < 5; ++i)
        CHECK(outcome(school, password) == "invalid");
    CHECK(outcome(school, password) == "too many requests");
}

TEST_CASE("whoever opens one page after the other, by a PIN, has no more tries at the password", "[people]") {
    School school;
    school.add_person(platform::Role::teacher, "Rossi");
    Claim right;
    right.by = Claim::By::password;
    right.name = "Rossi";
    right.secret = "correct horse";
    int looked = 0;
    Claim again = right;
    again.secret = "wrong horse";
    again.again_in_field = "password";
    for (int page = 0; page < 10; ++page) {
        again.source.login_id = school.sign_in.sign_in(right, "a page").login.id;
        for (int i = 0; i < 5; ++i)
            looked += outcome(school, again) == "invalid" ? 1 : 0;
    }
    CHECK(looked == guess_budgets.pages.at_once);
    school.clock.advance(5min);
    again.secret = right.secret;
    CHECK(outcome(school, again) == "none");
}
