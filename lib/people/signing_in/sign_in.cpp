#include "people/signing_in/sign_in.h"

#include "platform/error.h"
#include "platform/plain_name.h"
#include "platform/text.h"

namespace people {

namespace {

// A nickname may have its organisation behind it: "Ada@Riverside".
struct Nickname {
    std::string key; // of the name, by which it is found
    std::optional<std::string_view> organisation;
};

Nickname nickname_in(std::string_view typed) {
    const std::string_view text = platform::trimmed(typed);
    const auto at = text.rfind('@');
    if (at == text.npos) return {platform::name_key(text), std::nullopt};
    return {platform::name_key(text.substr(0, at)), platform::trimmed(text.substr(at + 1))};
}

[[noreturn]] void throw_wrong(const Claim& claim) {
    if (!claim.again_in_field.empty())
        platform::throw_invalid(claim.again_in_field, "is not your present password");
    throw platform::Error(platform::ErrorKind::unauthorized, claim.by == Claim::By::password
                                                                 ? "User name, password or code is wrong."
                                                                 : "Nickname or PIN is wrong.");
}

} // namespace

std::optional<SignIn::Candidate> SignIn::candidate(store::Read& read, const Claim& claim) const {
    std::optional<Candidate> found;
    auto only = [&found](store::Statement rows) {
        while (rows.step()) {
            if (found) { // ambiguous: treated as unknown
                found.reset();
                return;
            }
            Candidate& candidate = found.emplace();
            rows.read(candidate.organisation_id, candidate.person_id, candidate.hash);
        }
    };
    if (claim.by == Claim::By::password) {
        only(read.query(
            "SELECT organisation_id, id, password_hash FROM persons WHERE (username = ?1 OR email = ?1)"
            " AND active = 1 AND password_hash IS NOT NULL AND (?2 IS NULL OR organisation_id = ?2) LIMIT 2",
            platform::trimmed(claim.name), claim.organisation_id));
        return found;
    }
    const auto [key, organisation] = nickname_in(claim.name);
    only(read.query(
        "SELECT p.organisation_id, p.id, p.pin_hash FROM persons p JOIN organisations o"
        " ON o.id = p.organisation_id WHERE p.name_key = ?1 AND p.active = 1 AND p.pin_hash IS NOT NULL"
        " AND (?2 IS NULL OR p.organisation_id = ?2) AND (?3 IS NULL OR o.name = ?3) LIMIT 2",
        key, claim.organisation_id, organisation));
    return found;
}

// Between the check and the job the secret may have changed, or the person may have been deactivated.
bool SignIn::is_current(store::Read& read, const Claim& claim, const Candidate& candidate) const {
    auto rows = read.query(
        "SELECT password_hash, pin_hash FROM persons WHERE organisation_id = ? AND id = ? AND active = 1",
        candidate.organisation_id, candidate.person_id);
    if (!rows.step()) return false;
    const auto [password_hash, pin_hash] = rows.values<std::string_view, std::string_view>();
    return (claim.by == Claim::By::password ? password_hash : pin_hash) == candidate.hash;
}

// The secret is right; decides whether it is enough. Uses up a right code of the second factor.
SignIn::Found SignIn::weigh(store::Tx& tx, const Claim& claim, const Person& person) {
    if (claim.by == Claim::By::pin) {
        if (person.role == platform::Role::student || claim.as_student) return Found::right;
        const bool allowed =
            !person.has_totp &&
            tx.integer("SELECT staff_pin FROM organisations WHERE id = ?", person.organisation_id) == 1;
        return allowed ? Found::right : Found::pin_too_little;
    }
    if (!person.has_totp || !claim.again_in_field.empty()) return Found::right;
    if (claim.code.empty()) return Found::code_missing;
    return second_factor_.take(tx, person.organisation_id, person.id, claim.code) ? Found::right
                                                                                  : Found::wrong;
}

// By PIN, "Ada" and "Ada@Riverside" are one name, whether or not somebody has it.
Attempt SignIn::attempt(store::Read& read, const Claim& claim, const std::optional<Candidate>& found) const {
    return guesses_.attempt(read, claim.source,
                            claim.by == Claim::By::pin ? nickname_in(claim.name).key : claim.name,
                            found ? std::optional(found->person_id) : std::nullopt);
}

Person SignIn::prove(const Claim& claim, const std::function<void(store::Tx&, const Person&)>& then) {
    const auto found = store_.read([&](store::Read& read) {
        auto one = candidate(read, claim);
        guesses_.refuse(read, attempt(read, claim, one));
        return one;
    });
    const bool secret_right =
        found ? hasher_.verify(found->hash, claim.secret) : hasher_.verify_nothing(claim.secret);
    Found outcome = Found::wrong;
    Person person;
    // A wrong try must reach the disk, so the job does not fail. A try that lacks its second factor is
    // neither counted nor makes up for others: otherwise somebody who knows the password could try codes for
    // ever.
    store_.write("sign in", [&](store::Tx& tx) {
        const Attempt now = attempt(tx, claim, found);
        guesses_.refuse(tx, now);
        if (secret_right && is_current(tx, claim, *found)) {
            person = people_.get(tx, found->organisation_id, found->person_id);
            outcome = weigh(tx, claim, person);
        }
        if (outcome == Found::wrong) guesses_.count_wrong(tx, now);
        if (outcome != Found::right) return;
        guesses_.count_right(tx, now);
        if (then) then(tx, person);
    });
    if (outcome == Found::wrong) throw_wrong(claim);
    if (outcome == Found::code_missing)
        platform::throw_invalid("code",
                                "is needed: the one that the authenticator shows, or a recovery code");
    if (outcome == Found::pin_too_little)
        throw platform::Error(platform::ErrorKind::forbidden,
                              "A PIN is not enough for you here: sign in with user name and password.");
    return person;
}

Person SignIn::prove_card(const Claim& claim, const std::function<void(store::Tx&, const Person&)>& then) {
    const auto person = store_.write("sign in", [&](store::Tx& tx) -> std::optional<Person> {
        const auto holder = cards_.holder(tx, claim.organisation_id.value_or(OrganisationId()), claim.secret);
        if (!holder) return std::nullopt;
        Person proven = people_.get(tx, holder->organisation_id, holder->person_id);
        if (then) then(tx, proven);
        return proven;
    });
    if (!person)
        throw platform::Error(platform::ErrorKind::unauthorized,
                              "This card is not valid: ask for a new one.");
    return *person;
}

SignedIn SignIn::sign_in(const Claim& claim, std::string_view user_agent, const platform::Caller& replaces) {
    SignedIn signed_in;
    signed_in.person = prove(claim, [&](store::Tx& tx, const Person& person) {
        const auto proof = claim.by == Claim::By::pin ? platform::Proof::pin
                           : person.has_totp          ? platform::Proof::totp
                                                      : platform::Proof::password;
        signed_in.login = logins_.add_person(tx, person.organisation_id, person.id, proof, user_agent);
        if (claim.remember) signed_in.known = remember(tx, person, claim.source);
        if (logins_.find(tx, replaces.organisation_id, replaces.login_id))
            logins_.end(tx, replaces.organisation_id, replaces.login_id);
    });
    return signed_in;
}

} // namespace people
