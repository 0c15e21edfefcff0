// Login cards: a QR that signs a student in on a headset. It holds a random token and nothing of the person,
// so a card that is lost tells nobody anything; it is made void, or replaced by a new one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "people/people.h"
#include "platform/ids.h"
#include "platform/random.h"
#include "store/transaction.h"

namespace people {

// What stands before the token in the QR, so that a headset knows a card when it sees one.
inline constexpr std::string_view card_prefix = "lectern-card:";

struct CardHolder {
    OrganisationId organisation_id;
    PersonId person_id;
};

struct IssuedCard {
    Person person;
    std::string token; // shown once, printed; only its hash is kept
};

struct CardState {
    PersonReference person;
    std::optional<std::int64_t> issued_ms; // null: has none
};

class LoginCards {
public:
    LoginCards(platform::Random& random, const People& people) : random_(random), people_(people) {}

    // A new card; an older one is void. Error conflict unless it is an active student's.
    IssuedCard issue(store::Tx& tx, OrganisationId organisation_id, PersonId person_id);
    // For a whole class; `only_missing` leaves those alone who have one.
    std::vector<IssuedCard> issue_class(store::Tx& tx, OrganisationId organisation_id, ClassId class_id,
                                        bool only_missing);
    void revoke(store::Tx& tx, OrganisationId organisation_id, PersonId person_id); // Error not_found
    std::vector<CardState> of_class(store::Read& read, OrganisationId organisation_id,
                                    ClassId class_id) const;
    // Whose is it? With or without its prefix.
    std::optional<CardHolder> holder(store::Read& read, OrganisationId organisation_id,
                                     std::string_view card) const;

private:
    platform::Random& random_;
    const People& people_;
};

} // namespace people
