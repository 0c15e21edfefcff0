#include "people/signing_in/logins.h"

#include <catch2/catch_test_macros.hpp>

#include "support/school.h"

using namespace std::chrono_literals;
using people::PersonReference;
using platform::Proof;
using platform::Role;
using support::School;

namespace {

people::NewLogin log_in(School& school, const people::Person& person, Proof proof = Proof::password,
                        std::optional<DeviceId> device_id = {}) {
    return school.write([&](store::Tx& tx) {
        return school.logins.add_person(tx, person.organisation_id, person.id, proof, "a browser", device_id);
    });
}

void put_on(School& school, DeviceId device_id, const std::optional<people::Person>& person) {
    school.write([&](store::Tx& tx) {
        school.logins.sign_in_on_device(
            tx, school.organisation, device_id,
            person ? std::optional(PersonReference{person->id, person->nickname}) : std::nullopt);
    });
}

} // namespace

TEST_CASE("a login counts only once it is on disk", "[people]") {
    School school;
    auto rossi = school.add_person(Role::teacher, "Rossi");

    std::string token;
    CHECK_THROWS(school.write([&](store::Tx& tx) {
        token = school.logins.add_person(tx, school.organisation, rossi.id, Proof::password, "").token;
        CHECK(school.caller(token).is_stranger());
        platform::throw_conflict("rolled back");
    }));
    CHECK(school.caller(token).is_stranger());

    auto caller = school.caller(log_in(school, rossi).token);
    CHECK(caller.organisation_id == school.organisation);
    CHECK(caller.person_id == rossi.id);
    CHECK(caller.role == Role::teacher);
    CHECK(school.caller("another").is_stranger());
    CHECK(school.caller("").is_stranger());
}

TEST_CASE("what a login may do depends on how it was made", "[people]") {
    School school;
    people::NewPerson boss;
    boss.role = Role::administrator;
    boss.nickname = "Boss";
    boss.box_administrator = true;
    auto person =
        school.write([&](store::Tx& tx) { return school.people.add(tx, school.organisation, boss); });

    struct {
        Proof proof;
        Role role;
        bool box_administrator;
    } const expected[] = {{Proof::password, Role::administrator, true},
                          {Proof::totp, Role::administrator, true},
                          {Proof::pin, Role::teacher, false}};
    for (const auto& row : expected) {
        auto caller = school.caller(log_in(school, person, row.proof).token);
        CHECK(caller.role == row.role);
        CHECK(caller.box_administrator == row.box_administrator);
    }
    // A headset is handed on, so its wearer acts as a student.
    auto headset = school.pair("DPVR-1");
    put_on(school, headset.device.id, person);
    auto caller = school.caller(headset.token);
    CHECK(caller.role == Role::student);
    CHECK(caller.person_id == person.id);
    CHECK(caller.device_id == headset.device.id);
}

TEST_CASE("a login ends twelve hours after its last use, and thirty days after it was made", "[people]") {
    School school;
    auto rossi = school.add_person(Role::teacher, "Rossi");
    auto token = log_in(school, rossi).token;

    school.clock.advance(11h);
    CHECK_FALSE(school.caller(token).is_stranger()); // this use prolongs it
    school.clock.advance(11h);
    CHECK_FALSE(school.caller(token).is_stranger());

    SECTION("prolonged logins survive a restart") {
        CHECK(school.logins.has_prolonged());
        school.write([&](store::Tx& tx) { school.logins.keep_prolonged(tx); });
        CHECK_FALSE(school.logins.has_prolonged());
        school.clock.advance(11h);
        people::Logins after_restart(school.random);
        school.read([&](store::Read& read) { after_restart.load(read); });
        CHECK(after_restart.find(token, school.clock.now_ms()).person_id == rossi.id);
    }
    SECTION("unused ones end and are cleared away") {
        school.clock.advance(13h);
        CHECK(school.caller(token).is_stranger());
        school.write([&](store::Tx& tx) { school.logins.keep_prolonged(tx); });
        CHECK(
            school.read([&](store::Read& read) { return school.logins.list(read, school.organisation, {}); })
                .empty());
    }
    SECTION("not even steady use goes on for ever") {
        for (int i = 0; i < 3 * 30; ++i) {
            school.clock.advance(8h);
            (void)school.caller(token);
        }
        CHECK(school.caller(token).is_stranger());
    }
}

TEST_CASE("changed rights hold at once, and a deactivated person is signed out everywhere", "[people]") {
    School school;
    school.add_person(Role::administrator, "Boss");
    auto rossi = school.add_person(Role::teacher, "Rossi");
    auto token = log_in(school, rossi).token;
    auto headset = school.pair("DPVR-1");
    put_on(school, headset.device.id, rossi);

    school.write([&](store::Tx& tx) {
        people::PersonChange change;
        change.role = Role::administrator;
        school.people.change(tx, school.organisation, rossi.id, change);
    });
    CHECK(school.caller(token).role == Role::administrator);

    std::vector<LoginId> ended;
    school.logins.ended.connect([&](const std::vector<LoginId>& ids) { ended = ids; });
    school.write([&](store::Tx& tx) { school.people.deactivate(tx, school.organisation, rossi.id); });
    CHECK(school.caller(token).is_stranger());
    CHECK(ended.size() == 1);
    CHECK_FALSE(school.caller(headset.token).person_id);
    CHECK(school.caller(headset.token).device_id == headset.device.id);
}

TEST_CASE("a new PIN ends the logins by the old one, and nothing else", "[people]") {
    School school;
    auto rossi = school.add_person(Role::teacher, "Rossi");
    auto by_pin = log_in(school, rossi, Proof::pin).token;
    auto by_password = log_in(school, rossi).token;
    school.write([&](store::Tx& tx) { school.people.set_pin(tx, school.organisation, rossi.id, "a hash"); });
    CHECK(school.caller(by_pin).is_stranger());
    CHECK(school.caller(by_password).person_id == rossi.id);
}

TEST_CASE("a headset has one wearer and a student one headset", "[people]") {
    School school;
    auto ada = school.add_student("Ada");
    auto ben = school.add_student("Ben");
    auto first = school.pair("DPVR-1"), second = school.pair("DPVR-2");
    std::vector<std::pair<DeviceId, std::string>> told;
    school.logins.signed_in.connect(
        [&](OrganisationId, DeviceId device_id, std::optional<PersonReference> person) {
            told.emplace_back(device_id, person ? person->nickname : "nobody");
        });

    put_on(school, first.device.id, ada);
    auto own = log_in(school, ada, Proof::pin, first.device.id).token; // as the lms dialect's clients hold
    CHECK(school.caller(own).device_id == first.device.id);

    // Ben takes the first headset: Ada's token for it ends.
    put_on(school, first.device.id, ben);
    CHECK(school.caller(first.token).person_id == ben.id);
    CHECK(school.caller(own).is_stranger());

    // Ben moves to the second headset: nobody is on the first.
    put_on(school, second.device.id, ben);
    CHECK_FALSE(school.caller(first.token).person_id);
    CHECK(school.caller(second.token).person_id == ben.id);
    school.read([&](store::Read& read) {
        CHECK(school.logins.device_of_person(read, school.organisation, ben.id) == second.device.id);
        CHECK_FALSE(school.logins.person_on_device(read, school.organisation, first.device.id));
    });

    put_on(school, second.device.id, std::nullopt);
    CHECK_FALSE(school.caller(second.token).person_id);
    CHECK(told == std::vector<std::pair<DeviceId, std::string>>{{first.device.id, "Ada"},
                                                                {first.device.id, "Ben"},
                                                                {first.device.id, "nobody"},
                                                                {second.device.id, "Ben"},
                                                                {second.device.id, "nobody"}});
}

TEST_CASE("memory knows who wears a headset, as the last commit left it", "[people]") {
    School school;
    const auto ada = school.add_student("Ada");
    const auto headset = school.pair("DPVR-1");
    const DeviceId id = headset.device.id;
    const auto wearer = [&] {
        const auto person = school.logins.wearer(id);
        return person ? person->nickname : "nobody";
    };
    CHECK(wearer() == "nobody");
    put_on(school, id, ada);
    CHECK(wearer() == "Ada");
    // A login of hers that names the headset says nothing about who wears it.
    const auto own = log_in(school, ada, Proof::pin, id);
    school.write([&](store::Tx& tx) { school.logins.end(tx, school.organisation, own.id); });
    CHECK(wearer() == "Ada");
    // What is rolled back never was.
    CHECK_THROWS_AS(school.write([&](store::Tx& tx) {
        school.logins.sign_in_on_device(tx, school.organisation, id, std::nullopt);
        platform::throw_conflict("no");
    }),
                    platform::Error);
    CHECK(wearer() == "Ada");
    school.write([&](store::Tx& tx) {
        people::PersonChange change;
        change.nickname = "Ada L";
        school.people.change(tx, school.organisation, ada.id, change);
    });
    CHECK(wearer() == "Ada L");
    people::Logins after_a_restart(school.random);
    school.read([&](store::Read& read) { after_a_restart.load(read); });
    CHECK(after_a_restart.wearer(id)->id == ada.id);
    school.write([&](store::Tx& tx) { school.devices.unpair(tx, school.organisation, id); });
    CHECK(wearer() == "nobody");
}

TEST_CASE("only unpairing ends a headset's own login", "[people]") {
    School school;
    auto headset = school.pair("DPVR-1");
    auto login = school.caller(headset.token).login_id;
    CHECK(support::error_of([&] {
              school.write([&](store::Tx& tx) { school.logins.end(tx, school.organisation, login); });
          }) == "conflict");
    school.clock.advance(24h * 365);
    CHECK(school.caller(headset.token).device_id == headset.device.id);
}

TEST_CASE("a site key identifies its owner until it is revoked", "[people]") {
    School school;
    auto made = school.write(
        [&](store::Tx& tx) { return school.site_keys.add(tx, school.organisation, "Unreal lab", false); });
    auto caller = school.site_keys.find(made.key);
    CHECK(caller.organisation_id == school.organisation);
    CHECK(caller.proof == Proof::site_key);
    CHECK(caller.role == Role::none);
    CHECK(support::error_of([&] {
              school.write(
                  [&](store::Tx& tx) { school.site_keys.add(tx, school.organisation, "unreal LAB", false); });
          }) == "conflict");

    people::SiteKeys after_restart(school.random);
    school.read([&](store::Read& read) { after_restart.load(read); });
    CHECK(after_restart.find(made.key).site_key_id == made.site_key.id);

    auto other = school.add_organisation("Hillside");
    CHECK(support::error_of([&] {
              school.write([&](store::Tx& tx) { school.site_keys.revoke(tx, other, made.site_key.id); });
          }) == "not found");
    school.write([&](store::Tx& tx) { school.site_keys.revoke(tx, school.organisation, made.site_key.id); });
    CHECK(school.site_keys.find(made.key).is_stranger());
}
