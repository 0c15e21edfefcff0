// How staff join: an administrator invites and hands over a code that works once; the person who brings it
// becomes a person of the organisation, by password or by authenticator. Nobody registers without one.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "people/people.h"
#include "people/signing_in/second_factor.h"
#include "platform/ids.h"
#include "platform/random.h"
#include "store/page.h"
#include "store/transaction.h"

namespace people {

struct NewInvitation {
    platform::Role role = platform::Role::teacher;
    std::string name; // the invited person, as the administrator writes it
    std::optional<std::string> email;
    std::int64_t lives_ms = 7LL * 24 * 3600 * 1000;
};

struct Invitation {
    InvitationId id;
    OrganisationId organisation_id;
    platform::Role role = platform::Role::teacher;
    std::string organisation, name;
    std::optional<std::string> email;
    std::optional<PersonReference> invited_by;
    std::int64_t created_ms = 0, expires_ms = 0;
};

// The person who accepts, with hashes instead of secrets. An empty nickname stands for the user name; an
// empty user name means none, for a person who signs in by e-mail.
struct Acceptance {
    std::string username, nickname, first_name, last_name;
    std::optional<std::string> email, password_hash;
};

class Invitations {
public:
    static constexpr std::int64_t most = 500;             // of an organisation
    static constexpr std::int64_t candidate_ms = 300'000; // how long a registration by authenticator may take

    Invitations(platform::Random& random, People& people, SecondFactor& second_factor)
        : random_(random), people_(people), second_factor_(second_factor) {}

    struct Made {
        Invitation invitation;
        std::string code; // shown once: "XXXX-XXXX-XXXX"
    };
    // Error conflict when the e-mail address is taken, or there are too many invitations.
    Made add(store::Tx& tx, OrganisationId organisation_id, std::optional<PersonId> invited_by,
             const NewInvitation& invitation);
    store::Page<Invitation> list(store::Read& read, OrganisationId organisation_id,
                                 const store::PageRequest& page) const;
    void revoke(store::Tx& tx, OrganisationId organisation_id, InvitationId id); // Error not_found

    // Anybody who has the code may see what it is for; nullopt when it is wrong, used or expired.
    std::optional<Invitation> by_code(store::Read& read, std::string_view code) const;
    // Uses the code up. Error not_found for a code that by_code does not know, conflict for taken names.
    Person accept(store::Tx& tx, std::string_view code, const Acceptance& acceptance);

    // Registration by authenticator, without a password: the candidate shows the first code within
    // `candidate_ms`. Error not_found (the code), conflict (the user name is taken).
    TotpOffer begin(store::Tx& tx, std::string_view code, std::string_view username);
    bool has_candidate(store::Read& read, std::string_view username) const;
    void forget_candidate(store::Tx& tx, std::string_view username);
    struct Registered {
        Person person;
        std::vector<std::string> recovery_codes;
    };
    // Nullopt for a wrong code of the authenticator; Error not_found when nobody of that name is registering.
    std::optional<Registered> finish(store::Tx& tx, std::string_view username, std::string_view totp_code);

private:
    Person make(store::Tx& tx, const Invitation& invitation, const Acceptance& acceptance);

    platform::Random& random_;
    People& people_;
    SecondFactor& second_factor_;
};

nlohmann::json json_of(const Invitation& invitation);

} // namespace people
