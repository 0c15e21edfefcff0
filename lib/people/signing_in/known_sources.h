// Known sources: where a person has signed in before. Guesses from elsewhere never close the way in from
// there (guesses.h).
//
// - A browser keeps a cookie with a few random tokens, each of which names one person. A person who signs
//   in there for the first time gets a new one, so that nobody can plant a token of theirs in another's
//   browser.
// - A headset is known by its own token; this remembers who wore it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/ids.h"
#include "platform/random.h"
#include "store/transaction.h"

namespace people {

// Where a try comes from. Nothing in it is a claim: the address is the connection's, and tokens are secret.
struct Source {
    std::string address; // an IPv4 address or an IPv6 /64
    std::string cookie;  // what the browser knows people by, as sent
    DeviceId device_id;  // a paired headset, by its token
    LoginId login_id;    // somebody who is signed in shows the password again
};

class KnownSources {
public:
    static constexpr std::int64_t browser_life_ms = 400LL * 24 * 3600 * 1000; // without signing in there
    static constexpr std::int64_t browsers_of_person = 8, headsets_of_person = 64;
    static constexpr std::size_t people_of_browser = 4;

    explicit KnownSources(platform::Random& random) : random_(random) {}

    // The person has just signed in there. Returns the cookie that the browser keeps from now on.
    std::string remember(store::Tx& tx, OrganisationId organisation_id, PersonId person_id,
                         std::string_view cookie);
    static void wore(store::Tx& tx, OrganisationId organisation_id, PersonId person_id, DeviceId device_id);

    // Of the token in the cookie that names this person: its hash, and what is counted for it.
    struct Browser {
        std::string token_hash;
        std::int64_t wrong = 0, full_ms = 0;
    };
    static std::optional<Browser> browser(store::Read& read, std::string_view cookie, PersonId person_id);
    static std::optional<Browser> browser(store::Read& read, std::string_view token_hash);
    static void count(store::Tx& tx, const Browser& browser);
    static void forget_browser(store::Tx& tx, std::string_view token_hash);
    static bool has_worn(store::Read& read, PersonId person_id, DeviceId device_id);

    static void forget_person(store::Tx& tx, PersonId person_id);
    static void forget_headset(store::Tx& tx, DeviceId device_id);

private:
    platform::Random& random_;
};

} // namespace people
