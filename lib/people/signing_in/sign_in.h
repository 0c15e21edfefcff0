// Signing in: from a name and a secret to a person. The secret is verified off the writer, because argon2id
// takes tens of milliseconds. Then one short job checks the lock-out again, and in one transaction either
// counts a wrong try or does what the right one is for. So however many tries run at once, no more of them
// count than the lock-out allows.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "people/people.h"
#include "people/signing_in/lockout.h"
#include "people/signing_in/login_card.h"
#include "people/signing_in/logins.h"
#include "people/signing_in/second_factor.h"
#include "platform/crypto.h"
#include "platform/ids.h"
#include "store/store.h"

namespace people {

struct Claim {
    enum class By { password, pin };
    By by = By::pin;
    std::string name; // a user name or e-mail address; or a nickname, perhaps "nickname@organisation"
    std::string secret;
    std::optional<OrganisationId> organisation_id; // look only there (a headset knows its own)
    std::string headset; // identifies the headset used, "" for none: that locks as well
    std::string code;    // of the second factor, with a password: "" when not given
    // On a paired headset a PIN gives a student's rights at most, so no policy forbids it there.
    bool as_student = false;
    // A signed-in person shows the password again: they have shown the second factor before.
    bool again = false;
};

struct SignedIn {
    Person person;
    NewLogin login;
};

class SignIn {
public:
    SignIn(store::Store& store, platform::SecretHasher& hasher, People& people, Logins& logins,
           Lockouts& lockouts, SecondFactor& second_factor, LoginCards& cards, platform::Clock& clock)
        : store_(store),
          hasher_(hasher),
          people_(people),
          logins_(logins),
          lockouts_(lockouts),
          second_factor_(second_factor),
          cards_(cards),
          clock_(clock) {}

    // Waits for hashing and for the store: call it from workers only. Error unauthorized when name or secret
    // is wrong, the same for both and for an ambiguous name; Error too_many_requests while locked; Error
    // invalid that names "code" when all is right but the second factor is missing; Error forbidden when a
    // PIN is not enough for staff. `then` runs in the transaction in which the claim was found right.
    Person prove(const Claim& claim, const std::function<void(store::Tx&, const Person&)>& then);

    // By a login card, on a headset of `claim.organisation_id`; `claim.secret` is the text of its QR code.
    Person prove_card(const Claim& claim, const std::function<void(store::Tx&, const Person&)>& then);

    // The headsets on which too many wrong names and PINs were tried, as their claims named them.
    std::vector<std::pair<std::string, Tries>> locked_headsets() const {
        return headsets_.locked(clock_.now_ms());
    }
    void release_headset(std::string_view headset) { headsets_.forget(headset); }

    // A new login for a person: for the page, a script, or clients of the lms dialect. `replaces` is the
    // login that the same page held until now, if any: it ends.
    SignedIn sign_in(const Claim& claim, std::string_view user_agent, const platform::Caller& replaces = {});

private:
    struct Candidate {
        OrganisationId organisation_id;
        PersonId person_id;
        std::string hash;
    };
    std::optional<Candidate> candidate(store::Read& read, const Claim& claim) const;
    bool is_current(store::Read& read, const Claim& claim, const Candidate& candidate) const;
    void count_unknown(const Claim& claim);
    enum class Found { right, wrong, code_missing, pin_too_little };
    Found weigh(store::Tx& tx, const Claim& claim, const Person& person);

    store::Store& store_;
    platform::SecretHasher& hasher_;
    People& people_;
    Logins& logins_;
    Lockouts& lockouts_;
    SecondFactor& second_factor_;
    LoginCards& cards_;
    platform::Clock& clock_;
    MemoryLockouts unknown_names_{sign_in_rule}, headsets_{sign_in_rule};
};

} // namespace people
