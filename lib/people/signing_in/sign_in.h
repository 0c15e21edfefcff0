// Signing in: from a name and a secret to a person. The secret is verified off the writer, because argon2id
// takes tens of milliseconds. Then one short job asks again whether such a try may be looked at, and in one
// transaction either counts a wrong one or does what the right one is for. So however many tries run at once,
// no more of them are looked at than guesses.h allows. A name that nobody has goes the same way.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "people/people.h"
#include "people/signing_in/guesses.h"
#include "people/signing_in/known_sources.h"
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
    Source source;                                 // where it comes from
    std::string code;                              // of the second factor, with a password: "" when not given
    bool remember = false;                         // the browser keeps a cookie by which it will be known
    // On a paired headset a PIN gives a student's rights at most, so no policy forbids it there.
    bool as_student = false;
    // A signed-in person shows the password again, in this field of a body. They have shown the second factor
    // before, and a wrong one is a fault of that field: an answer of 401 would say that their login has ended.
    std::string again_in_field;
};

struct SignedIn {
    Person person;
    NewLogin login;
    std::string known; // the cookie by which the browser knows people; "" when the claim doesn't ask for it
};

class SignIn {
public:
    SignIn(store::Store& store, platform::SecretHasher& hasher, People& people, Logins& logins,
           Guesses& guesses, KnownSources& known_sources, SecondFactor& second_factor, LoginCards& cards)
        : store_(store),
          hasher_(hasher),
          people_(people),
          logins_(logins),
          guesses_(guesses),
          known_sources_(known_sources),
          second_factor_(second_factor),
          cards_(cards) {}

    // Waits for hashing and for the store: call it from workers only. Error unauthorized when name or secret
    // is wrong, the same for both and for an ambiguous name (invalid for one that is shown again); Error
    // too_many_requests when it is not looked at; Error invalid that names "code" when all is right but the
    // second factor is missing; Error forbidden when a PIN is not enough for staff. `then` runs in the
    // transaction in which the claim was found right.
    Person prove(const Claim& claim, const std::function<void(store::Tx&, const Person&)>& then);

    // By a login card, on a headset of `claim.organisation_id`; `claim.secret` is the text of its QR code.
    // Nobody can guess that, so wrong ones are not counted.
    Person prove_card(const Claim& claim, const std::function<void(store::Tx&, const Person&)>& then);

    // The person has just signed in from there: the cookie that the browser keeps from now on.
    std::string remember(store::Tx& tx, const Person& person, const Source& source) {
        return known_sources_.remember(tx, person.organisation_id, person.id, source.cookie);
    }

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
    Attempt attempt(store::Read& read, const Claim& claim, const std::optional<Candidate>& found) const;
    enum class Found { right, wrong, code_missing, pin_too_little };
    Found weigh(store::Tx& tx, const Claim& claim, const Person& person);

    store::Store& store_;
    platform::SecretHasher& hasher_;
    People& people_;
    Logins& logins_;
    Guesses& guesses_;
    KnownSources& known_sources_;
    SecondFactor& second_factor_;
    LoginCards& cards_;
};

} // namespace people
