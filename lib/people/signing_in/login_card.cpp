#include "people/signing_in/login_card.h"

#include "platform/crypto.h"
#include "platform/error.h"
#include "platform/text.h"

namespace people {

namespace {

constexpr std::size_t token_bytes = 16;

} // namespace

IssuedCard LoginCards::issue(store::Tx& tx, OrganisationId organisation_id, PersonId person_id) {
    IssuedCard card;
    card.person = people_.get(tx, organisation_id, person_id);
    if (card.person.role != platform::Role::student || !card.person.active)
        platform::throw_conflict("Cards are for students: \"" + card.person.nickname +
                                 "\" is none, or no longer one.");
    card.token = platform::random_token(random_, token_bytes);
    tx.run(
        "INSERT INTO login_cards (person_id, token_hash, issued_ms) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (person_id) DO UPDATE SET token_hash = ?2, issued_ms = ?3",
        person_id, store::Blob{platform::hash_token(card.token)}, tx.now_ms());
    return card;
}

std::vector<IssuedCard> LoginCards::issue_class(store::Tx& tx, OrganisationId organisation_id,
                                                ClassId class_id, bool only_missing) {
    std::vector<IssuedCard> cards;
    for (const CardState& state : of_class(tx, organisation_id, class_id))
        if (!only_missing || !state.issued_ms) cards.push_back(issue(tx, organisation_id, state.person.id));
    return cards;
}

void LoginCards::revoke(store::Tx& tx, OrganisationId organisation_id, PersonId person_id) {
    if (tx.run("DELETE FROM login_cards WHERE person_id = (SELECT id FROM persons WHERE organisation_id = ? "
               "AND id = ?)",
               organisation_id, person_id) == 0)
        platform::throw_not_found("login card");
}

std::vector<CardState> LoginCards::of_class(store::Read& read, OrganisationId organisation_id,
                                            ClassId class_id) const {
    std::vector<CardState> states;
    auto rows = read.query(
        "SELECT p.id, p.nickname, l.issued_ms FROM class_students s JOIN classes c ON c.id = s.class_id"
        " JOIN persons p ON p.id = s.person_id LEFT JOIN login_cards l ON l.person_id = p.id"
        " WHERE c.organisation_id = ? AND c.id = ? AND p.active = 1 ORDER BY p.nickname",
        organisation_id, class_id);
    while (rows.step()) {
        CardState& state = states.emplace_back();
        rows.read(state.person, state.issued_ms);
    }
    return states;
}

std::optional<CardHolder> LoginCards::holder(store::Read& read, OrganisationId organisation_id,
                                             std::string_view card) const {
    card = platform::trimmed(card);
    if (card.starts_with(card_prefix)) card.remove_prefix(card_prefix.size());
    const std::string hash = platform::hash_token(card);
    const auto person_id = read.id<PersonId>(
        "SELECT p.id FROM login_cards l JOIN persons p ON p.id = l.person_id"
        " WHERE l.token_hash = ? AND p.organisation_id = ? AND p.active = 1 AND p.role = 'student'",
        store::Blob{hash}, organisation_id);
    if (!person_id) return std::nullopt;
    return CardHolder{organisation_id, *person_id};
}

} // namespace people
