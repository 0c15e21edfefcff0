// Who is calling. Made once per request or socket by the Authenticator, read by the guard, the domains and the audit log.
#pragma once

#include <cstdint>
#include <string>

namespace platform {

enum class Role { none, student, viewer, teacher, administrator };

// How a login was made. Administration needs a password: a PIN alone never suffices (design: Security).
enum class Proof { none, pin, password, totp, device, site_key };

struct Caller {
    std::int64_t organisation_id = 0; // 0: a stranger
    std::int64_t person_id = 0;       // 0: no person (a stranger, or a headset that nobody has signed in on)
    std::int64_t device_id = 0; // 0: not a headset. A headset's socket has both once a student has signed in.
    std::int64_t site_key_id = 0;
    std::int64_t login_id = 0;
    Role role = Role::none;
    Proof proof = Proof::none;
    bool box_administrator = false;
    bool client_panel = false; // a site key made with --client: dialect A's panel
    bool by_cookie = false;    // then a changing request must come from an allowed Origin

    bool is_stranger() const { return organisation_id == 0; }
};

} // namespace platform
