#include "http/serving/guard.h"

#include <catch2/catch_test_macros.hpp>

#include "http/house.h"

using http::Access;
using platform::Caller;
using platform::Proof;
using platform::Role;

namespace {

Caller person(Role role, Proof proof) {
    Caller caller;
    caller.organisation_id = OrganisationId(1);
    caller.person_id = PersonId(9);
    caller.role = role;
    caller.proof = proof;
    return caller;
}

Caller site_key(bool client_panel) {
    Caller caller;
    caller.organisation_id = OrganisationId(1);
    caller.site_key_id = SiteKeyId(4);
    caller.proof = Proof::site_key;
    caller.client_panel = client_panel;
    return caller;
}

Caller box_administrator(Proof proof) {
    Caller caller = person(Role::administrator, proof);
    caller.box_administrator = true;
    return caller;
}

Caller headset_of(Role role) {
    Caller caller = person(role, Proof::device);
    caller.device_id = DeviceId(3);
    return caller;
}

struct Row {
    const char* who;
    Caller caller;
    // open, signed_in, headset, client_panel, student, viewer, teacher, administrator, box_administrator
    const char* may;
};

const Row rows[] = {
    {"a stranger", Caller{}, "y........"},
    {"a student", person(Role::student, Proof::pin), "yy..y...."},
    {"a viewer", person(Role::viewer, Proof::password), "yy..yy..."},
    {"a teacher by PIN", person(Role::teacher, Proof::pin), "yy..yyy.."},
    {"a teacher", person(Role::teacher, Proof::password), "yy..yyy.."},
    {"an administrator by PIN", person(Role::administrator, Proof::pin), "yy..yyy.."},
    {"an administrator", person(Role::administrator, Proof::password), "yy.yyyyy."},
    {"an administrator by TOTP", person(Role::administrator, Proof::totp), "yy.yyyyy."},
    {"a box administrator", box_administrator(Proof::password), "yy.yyyyyy"},
    {"a box administrator by PIN", box_administrator(Proof::pin), "yy..yyy.."},
    {"a headset", house::headset(), "yyy......"},
    {"a headset with a student", headset_of(Role::student), "yyy.y...."},
    {"a headset with an administrator", headset_of(Role::administrator), "yyy.yyy.."},
    {"a site key", site_key(false), "yyy......"},
    {"a site key of a client panel", site_key(true), "yy.y....."},
};

} // namespace

TEST_CASE("who may do what", "[http]") {
    constexpr Access all[] = {Access::open,         Access::signed_in,     Access::headset,
                              Access::client_panel, Access::student,       Access::viewer,
                              Access::teacher,      Access::administrator, Access::box_administrator};
    for (const auto& row : rows) {
        INFO(row.who);
        std::string may;
        for (const auto access : all)
            may += http::may(row.caller, access) ? 'y' : '.';
        CHECK(may == row.may);
        for (const auto access : all) {
            const auto refused = http::access_refusal(row.caller, access);
            CHECK(refused.has_value() != http::may(row.caller, access));
            if (refused)
                CHECK(refused->kind() == (row.caller.is_stranger() ? platform::ErrorKind::unauthorized
                                                                   : platform::ErrorKind::forbidden));
        }
    }
}
