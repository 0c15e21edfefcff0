// The second factor of staff, and the invitations by which they join.
#include "people/signing_in/second_factor.h"

#include <catch2/catch_test_macros.hpp>
#include <set>

#include "people/signing_in/guesses.h"
#include "people/signing_in/invitation.h"
#include "platform/totp.h"
#include "support/school.h"

using platform::Role;
using support::error_of;
using support::School;
using namespace std::chrono_literals;

namespace {

// A teacher with an authenticator, as far as a test needs it.
struct Rossi {
    explicit Rossi(School& at) : school(at), person(at.add_person(Role::teacher, "Rossi")) {}

    people::TotpOffer offer() {
        return school.write(
            [&](store::Tx& tx) { return school.second_factor.offer(tx, school.organisation, person.id); });
    }
    std::string confirm(const std::string& code, LoginId login_id = {}) {
        return error_of([&] {
            recovery_codes = school.write([&](store::Tx& tx) {
                return school.second_factor.confirm(tx, school.organisation, person.id, code, login_id);
            });
        });
    }
    void set_up() {
        secret = offer().secret;
        REQUIRE(confirm(code()) == "none");
        school.clock.advance(30s); // the code that confirmed is used up
    }
    std::string code() const { return platform::totp_code(secret, school.clock.now_ms()); }
    std::string sign_in(const std::string& with_code, const std::string& password = "correct horse") {
        people::Claim claim;
        claim.by = people::Claim::By::password;
        claim.name = "rossi";
        claim.secret = password;
        claim.code = with_code;
        return error_of([&] { last = school.sign_in.sign_in(claim, "a test"); });
    }

    School& school;
    people::Person person;
    std::string secret;
    std::vector<std::string> recovery_codes;
    people::SignedIn last;
};

} // namespace

TEST_CASE("codes are those of RFC 6238, one step either way", "[people][platform]") {
    const std::string secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    struct {
        std::int64_t at_s;
        const char* code;
    } const vectors[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                         {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
    for (const auto& [at_s, code] : vectors) {
        CAPTURE(at_s);
        CHECK(platform::totp_code(secret, at_s * 1000) == code);
        for (const int away_s : {-30, 0, 30})
            CHECK(platform::totp_step(secret, code, (at_s + away_s) * 1000) == at_s / 30);
        for (const int away_s : {60, 90})
            CHECK_FALSE(platform::totp_step(secret, code, (at_s + away_s) * 1000));
    }
    for (const char* wrong : {"", "28708", "2870820", "abcdef"})
        CHECK_FALSE(platform::totp_step(secret, wrong, 59'000));
    CHECK(platform::otpauth_url("North School", "ms rossi", "ABC") ==
          "otpauth://totp/North%20School:ms%20rossi?issuer=North%20School&algorithm=SHA1&digits=6&period=30"
          "&secret=ABC");
    // A colon in a name would move the place where apps split the label.
    const struct {
        const char *issuer, *account, *label;
    } names[] = {
        {"Scuola: Nord", "chief", "Scuola%20Nord:chief?issuer=Scuola%20Nord&"},
        {"Scuola: M\u00fcller + S\u00f6hne & Co", "chief",
         "Scuola%20M%C3%BCller%20%2B%20S%C3%B6hne%20%26%20Co:chief?issuer=Scuola%20M%C3%BCller%20%2B%20"
         "S%C3%B6hne%20%26%20Co&"},
        {"North", "a:b", "North:a%20b?"},
        {":", ":", "Lectern:account?issuer=Lectern&"},
    };
    for (const auto& name : names) {
        CAPTURE(name.issuer);
        CHECK(platform::otpauth_url(name.issuer, name.account, "ABC")
                  .starts_with(std::string("otpauth://totp/") + name.label));
    }
}

TEST_CASE("the first code of an authenticator can't be guessed", "[people]") {
    School school;
    Rossi rossi(school);
    rossi.secret = rossi.offer().secret;
    for (std::int64_t i = 0; i < people::guess_budgets.first_code.at_once; ++i)
        CHECK(rossi.confirm("000000") == "invalid");
    CHECK(rossi.confirm("000000") == "too many requests");
    CHECK(rossi.confirm(rossi.code()) == "too many requests"); // a right one is not looked at either
    rossi.secret = rossi.offer().secret;                       // nor by another offer
    CHECK(rossi.confirm(rossi.code()) == "too many requests");
    school.clock.advance(1min);
    CHECK(rossi.confirm("000000") == "invalid");
    CHECK(rossi.confirm(rossi.code()) == "too many requests");
    school.clock.advance(1min);
    CHECK(rossi.confirm(rossi.code()) == "none");
}

TEST_CASE("an authenticator counts once its first code has been seen", "[people]") {
    School school;
    Rossi rossi(school);
    CHECK(rossi.confirm("123456") == "conflict"); // nothing on offer
    const auto first = rossi.offer();
    rossi.secret = rossi.offer().secret; // the first offer is void
    CHECK(first.secret != rossi.secret);
    CHECK(rossi.confirm(platform::totp_code(first.secret, school.clock.now_ms())) == "invalid");
    CHECK(rossi.sign_in("") == "none"); // an app that did not store it locks nobody out
    school.clock.advance(10min);
    CHECK(rossi.confirm(rossi.code()) == "conflict"); // too late
    rossi.secret = rossi.offer().secret;
    CHECK(rossi.confirm(rossi.code()) == "none");
    CHECK(std::set<std::string>(rossi.recovery_codes.begin(), rossi.recovery_codes.end()).size() == 10);
    CHECK(rossi.sign_in("") == "invalid");
}

TEST_CASE("a code signs in once, and so does a recovery code", "[people]") {
    School school;
    Rossi rossi(school);
    rossi.set_up();
    const std::string code = rossi.code();
    CHECK(rossi.sign_in(code) == "none");
    CHECK(school.caller(rossi.last.login.token).proof == platform::Proof::totp);
    CHECK(rossi.sign_in(code) == "unauthorized");
    CHECK(rossi.sign_in(platform::totp_code(rossi.secret, school.clock.now_ms() - 30'000)) == "unauthorized");
    CHECK(rossi.sign_in(platform::totp_code(rossi.secret, school.clock.now_ms() + 30'000)) == "none");
    const std::string recovery = rossi.recovery_codes.at(3);
    CHECK(rossi.sign_in(platform::lower_ascii(recovery)) == "none");
    CHECK(rossi.sign_in(recovery) == "unauthorized");
    CHECK(school.read([&](store::Read& read) {
        return school.second_factor.recovery_codes_left(read, school.organisation, rossi.person.id);
    }) == 9);
}

TEST_CASE("codes can be tried no more often than passwords", "[people]") {
    School school;
    Rossi rossi(school);
    rossi.set_up();
    for (int i = 0; i < 5; ++i) {
        CHECK(rossi.sign_in("") == "invalid"); // the password alone neither counts nor forgives
        CHECK(rossi.sign_in("000000") == "unauthorized");
    }
    CHECK(rossi.sign_in(rossi.code()) == "too many requests");
}

TEST_CASE("a second factor ends logins made without it", "[people]") {
    School school;
    Rossi rossi(school);
    REQUIRE(rossi.sign_in("") == "none");
    const auto elsewhere = rossi.last.login;
    REQUIRE(rossi.sign_in("") == "none");
    const auto here = rossi.last.login;
    rossi.secret = rossi.offer().secret;
    REQUIRE(rossi.confirm(rossi.code(), here.id) == "none");
    CHECK(school.caller(elsewhere.token).is_stranger());
    CHECK(school.caller(here.token).proof == platform::Proof::totp);
    // A PIN alone no longer makes him a teacher, but he can still wear a headset.
    people::Claim pin;
    pin.name = "Rossi";
    pin.secret = "1234";
    CHECK(error_of([&] { school.sign_in.sign_in(pin, "a test"); }) == "forbidden");
    pin.as_student = true;
    CHECK(error_of([&] { school.sign_in.prove(pin, {}); }) == "none");

    school.write(
        [&](store::Tx& tx) { school.second_factor.remove(tx, school.organisation, rossi.person.id); });
    CHECK(school.caller(here.token).is_stranger());
    CHECK(rossi.sign_in("") == "none");
}

TEST_CASE("the school decides whether a PIN is enough for staff", "[people]") {
    School school;
    school.add_person(Role::teacher, "Rossi");
    school.add_student("Ada");
    const auto by_pin = [&](const char* name) {
        people::Claim pin;
        pin.name = name;
        pin.secret = "1234";
        return error_of([&] { school.sign_in.sign_in(pin, "a test"); });
    };
    CHECK(by_pin("Rossi") == "none");
    school.write(
        [&](store::Tx& tx) { school.organisations.change(tx, school.organisation, {.staff_pin = false}); });
    CHECK(by_pin("Rossi") == "forbidden");
    CHECK(by_pin("Ada") == "none");
}

TEST_CASE("an invitation works once, until it expires or is revoked", "[people]") {
    School school;
    const auto invite = [&](const people::NewInvitation& invitation) {
        return school.write(
            [&](store::Tx& tx) { return school.invitations.add(tx, school.organisation, {}, invitation); });
    };
    const auto accept = [&](const std::string& code, const std::string& username) {
        return error_of([&] {
            school.write([&](store::Tx& tx) {
                return school.invitations.accept(tx, code, {.username = username, .password_hash = "a hash"});
            });
        });
    };
    const auto first = invite({.name = "Ms Rossi"}), second = invite({.role = Role::viewer});
    school.add_person(Role::teacher, "bianchi");
    CHECK(accept("AAAA-AAAA-AAAA", "rossi") == "not found");
    CHECK(accept(first.code, "bianchi") == "conflict"); // and the code is not spent
    CHECK(accept(platform::lower_ascii(first.code), "rossi") == "none");
    CHECK(accept(first.code, "verdi") == "not found");
    school.read([&](store::Read& read) {
        CHECK(school.people.by_nickname(read, school.organisation, "rossi")->role == Role::teacher);
        CHECK(school.invitations.list(read, school.organisation, {}).items.size() == 1);
    });
    school.clock.advance(7 * 24h);
    CHECK(accept(second.code, "verdi") == "not found");

    const auto third = invite({});
    const auto other = school.add_organisation("Hillside");
    CHECK(error_of([&] {
              school.write([&](store::Tx& tx) { school.invitations.revoke(tx, other, third.invitation.id); });
          }) == "not found");
    school.write(
        [&](store::Tx& tx) { school.invitations.revoke(tx, school.organisation, third.invitation.id); });
    CHECK(accept(third.code, "verdi") == "not found");
}

TEST_CASE("an invited person may register by authenticator alone, within five minutes", "[people]") {
    School school;
    const auto invited = school.write([&](store::Tx& tx) {
        return school.invitations.add(tx, school.organisation, {}, {.name = "Rossi"});
    });
    const auto begin = [&](const std::string& code) {
        return school.write(
            [&](store::Tx& tx) { return school.invitations.begin(tx, code, "rossi").secret; });
    };
    const auto finish = [&](const std::string& code) {
        return school.write([&](store::Tx& tx) { return school.invitations.finish(tx, "rossi", code); });
    };
    const auto has_candidate = [&] {
        return school.read(
            [&](store::Read& read) { return school.invitations.has_candidate(read, "ROSSI"); });
    };
    CHECK(error_of([&] { begin("AAAA-AAAA-AAAA"); }) == "not found");
    begin(invited.code);
    CHECK(has_candidate());
    CHECK_FALSE(finish("000000"));
    school.clock.advance(5min);
    CHECK_FALSE(has_candidate());
    CHECK(error_of([&] { finish("000000"); }) == "not found");
    const std::string secret = begin(invited.code);
    const auto registered = finish(platform::totp_code(secret, school.clock.now_ms()));
    REQUIRE(registered);
    CHECK(registered->person.has_totp);
    CHECK(registered->recovery_codes.size() == 10);
    CHECK_FALSE(has_candidate());
    school.clock.advance(30s);
    CHECK(school.write([&](store::Tx& tx) {
        return school.second_factor.take(tx, school.organisation, registered->person.id,
                                         platform::totp_code(secret, school.clock.now_ms()));
    }));
}
