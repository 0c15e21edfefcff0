// The second factor of staff: an authenticator app, and recovery codes for the day it is lost. A secret is
// first offered, and counts only once a code from it has been seen, so nobody is locked out by an app that
// did not store it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "people/signing_in/budgets.h"
#include "people/signing_in/logins.h"
#include "platform/ids.h"
#include "platform/random.h"
#include "store/transaction.h"

namespace people {

// Given to an authenticator app, once.
struct TotpOffer {
    std::string secret, url; // `url` is the text of the QR code
    std::int64_t expires_ms = 0;
};

inline constexpr std::int64_t totp_offer_ms = 10 * 60'000;

class SecondFactor {
public:
    SecondFactor(platform::Random& random, Logins& logins);

    bool is_set(store::Read& read, OrganisationId organisation_id, PersonId person_id) const;
    std::int64_t recovery_codes_left(store::Read& read, OrganisationId organisation_id,
                                     PersonId person_id) const;

    // Draws a secret and offers it; an earlier offer is void.
    TotpOffer offer(store::Tx& tx, OrganisationId organisation_id, PersonId person_id);
    // Accepts the first code of the offered secret: from now on sign-in asks for one. Gives the recovery
    // codes, and ends the person's other logins by password or PIN; the login that called, `login_id`,
    // becomes one by second factor. Error invalid for a wrong code, conflict when nothing is on offer,
    // too_many_requests when there were too many wrong ones (guess_budgets.first_code).
    std::vector<std::string> confirm(store::Tx& tx, OrganisationId organisation_id, PersonId person_id,
                                     std::string_view code, LoginId login_id);
    // The same for a secret that was confirmed elsewhere: an invited person's. `step` is that of the code
    // seen.
    std::vector<std::string> set(store::Tx& tx, OrganisationId organisation_id, PersonId person_id,
                                 std::string_view secret, std::int64_t step);

    // A code of the app, or a recovery code: true when it is right, and then it is used up.
    bool take(store::Tx& tx, OrganisationId organisation_id, PersonId person_id, std::string_view code);
    std::vector<std::string> redraw_recovery_codes(store::Tx& tx, OrganisationId organisation_id,
                                                   PersonId person_id);
    // Sign-in stops asking for a code until it is set up again. Ends the logins made by it, except
    // `except_login_id`.
    void remove(store::Tx& tx, OrganisationId organisation_id, PersonId person_id,
                LoginId except_login_id = {});

private:
    platform::Random& random_;
    Logins& logins_;
    MemoryBudgets first_codes_;
};

} // namespace people
