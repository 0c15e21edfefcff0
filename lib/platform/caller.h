// Who is calling. The Authenticator makes one per request or socket; the guard, the domains and the audit log
// read it.
#pragma once

#include <cstdint>
#include <string>

#include "platform/ids.h"
#include "platform/names.h"

namespace platform {

enum class Role { none, student, viewer, teacher, administrator };
// `none` has no name: nobody is kept, or asked for, without a role.
constexpr auto names_of(Role) {
    return names<Role>({{Role::student, "student"},
                        {Role::viewer, "viewer"},
                        {Role::teacher, "teacher"},
                        {Role::administrator, "administrator"}});
}

// How the caller logged in. Administration needs a password: a PIN alone is never enough (design: Security).
enum class Proof { none, pin, password, totp, device, site_key };
constexpr auto names_of(Proof) {
    return names<Proof>({{Proof::none, "none"},
                         {Proof::pin, "pin"},
                         {Proof::password, "password"},
                         {Proof::totp, "totp"},
                         {Proof::device, "device"},
                         {Proof::site_key, "site_key"}});
}

struct Caller {
    OrganisationId organisation_id; // none: a stranger
    PersonId person_id;             // none: no person (a stranger, or a headset that nobody has signed in on)
    DeviceId device_id; // none: not a headset. A headset's socket has both once a student has signed in.
    SiteKeyId site_key_id;
    LoginId login_id;
    Role role = Role::none;
    Proof proof = Proof::none;
    bool box_administrator = false;
    bool client_panel = false; // a site key made with --client: the panel of the training dialect
    bool by_cookie = false;    // then a request that changes something must come from an allowed Origin

    bool is_stranger() const { return !organisation_id; }
};

} // namespace platform
