// Login cards: a QR code that signs a student in on a headset. It holds a random token and nothing about the
// person, so a lost card tells nobody anything; it can be revoked, or replaced by a new one.
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

// Stands before the token in the QR code, so that a headset recognises a card.
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
    std::optional<std::int64_t> issued_ms; // null: has no card
};

class LoginCards {
public:
    LoginCards(platform::Random& random, const People& people) : random_(random), people_(people) {}

    // Issues a new card and voids an older one. Error conflict unless the person is an active student.
    IssuedCard issue(store::Tx& tx, OrganisationId organisation_id, PersonId person_id);
    // For a whole class; `only_missing` skips students who have one.
    std::vector<IssuedCard> issue_class(store::Tx& tx, OrganisationId organisation_id, ClassId class_id,
                                        bool only_missing);
    void revoke(store::Tx& tx, OrganisationId organisation_id, PersonId person_id); // Error not_found
    std::vector<CardState> of_class(store::Read& read, OrganisationId organisation_id,
                                    ClassId class_id) const;
    // The holder of a card, given with or without its prefix.
    std::optional<CardHolder> holder(store::Read& read, OrganisationId organisation_id,
                                     std::string_view card) const;

private:
    platform::Random& random_;
    const People& people_;
};

} // namespace people
