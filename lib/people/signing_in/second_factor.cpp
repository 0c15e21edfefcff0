#include "people/signing_in/second_factor.h"

#include "people/signing_in/guesses.h"
#include "people/signing_in/readable_code.h"
#include "platform/crypto.h"
#include "platform/error.h"
#include "platform/totp.h"

namespace people {

namespace {

constexpr int recovery_codes = 10;

// Includes the person's id, so that equal codes of two people have different hashes.
std::string hash_of(PersonId person_id, std::string_view code) {
    return platform::hash_token(to_string(person_id) + "/" + plain_code(code));
}

struct Kept {
    std::string secret;
    std::int64_t step = 0;
};

// The secret that the row holds; "" when there is none.
Kept kept(store::Statement rows) {
    if (!rows.step()) platform::throw_not_found("person");
    Kept found;
    rows.read(found.secret, found.step);
    return found;
}

} // namespace

SecondFactor::SecondFactor(platform::Random& random, Logins& logins)
    : random_(random), logins_(logins), first_codes_(guess_budgets.first_code) {}

bool SecondFactor::is_set(store::Read& read, OrganisationId organisation_id, PersonId person_id) const {
    return read
        .integer("SELECT 1 FROM persons WHERE organisation_id = ? AND id = ? AND totp_secret IS NOT NULL",
                 organisation_id, person_id)
        .has_value();
}

std::int64_t SecondFactor::recovery_codes_left(store::Read& read, OrganisationId organisation_id,
                                               PersonId person_id) const {
    return read
        .integer(
            "SELECT count(*) FROM recovery_codes c JOIN persons p ON p.id = c.person_id"
            " WHERE p.organisation_id = ? AND p.id = ?",
            organisation_id, person_id)
        .value_or(0);
}

TotpOffer SecondFactor::offer(store::Tx& tx, OrganisationId organisation_id, PersonId person_id) {
    TotpOffer offered;
    offered.secret = platform::draw_totp_secret(random_);
    offered.expires_ms = tx.now_ms() + totp_offer_ms;
    tx.run(
        "UPDATE persons SET totp_offered = ?3, totp_offered_ms = ?4 WHERE organisation_id = ?1 AND id = ?2",
        organisation_id, person_id, offered.secret, tx.now_ms());
    auto rows = tx.query(
        "SELECT o.name, coalesce(p.username, p.nickname) FROM persons p"
        " JOIN organisations o ON o.id = p.organisation_id WHERE p.organisation_id = ? AND p.id = ?",
        organisation_id, person_id);
    if (!rows.step()) platform::throw_not_found("person");
    const auto [organisation, name] = rows.values<std::string_view, std::string_view>();
    offered.url = platform::otpauth_url(organisation, name, offered.secret);
    return offered;
}

std::vector<std::string> SecondFactor::confirm(store::Tx& tx, OrganisationId organisation_id,
                                               PersonId person_id, std::string_view code, LoginId login_id) {
    const Kept offered =
        kept(tx.query("SELECT CASE WHEN totp_offered_ms > ?3 THEN totp_offered END, 0 FROM persons"
                      " WHERE organisation_id = ?1 AND id = ?2",
                      organisation_id, person_id, tx.now_ms() - totp_offer_ms));
    if (offered.secret.empty())
        platform::throw_conflict("No authenticator is being set up, or it took too long: start again.");
    const std::string subject = to_string(person_id);
    if (const std::int64_t waits_ms = first_codes_.wait_ms(subject, tx.now_ms()); waits_ms > 0)
        throw_locked(waits_ms);
    const auto step = platform::totp_step(offered.secret, code, tx.now_ms());
    if (!step) {
        first_codes_.spend(subject, tx.now_ms());
        platform::throw_invalid("code", "is wrong: take the one that the app shows now, and check its clock");
    }
    first_codes_.forget(subject);
    auto codes = set(tx, organisation_id, person_id, offered.secret, *step);
    // Logins that a password or a PIN alone has opened would go on without the second factor, so end them.
    for (const auto proof : {platform::Proof::password, platform::Proof::pin, platform::Proof::totp})
        logins_.end_of_person(tx, organisation_id, person_id, proof, login_id);
    logins_.raise_to_totp(tx, organisation_id, login_id);
    return codes;
}

std::vector<std::string> SecondFactor::set(store::Tx& tx, OrganisationId organisation_id, PersonId person_id,
                                           std::string_view secret, std::int64_t step) {
    tx.run(
        "UPDATE persons SET totp_secret = ?3, totp_last_step = ?4, totp_offered = NULL, totp_offered_ms = "
        "NULL"
        " WHERE organisation_id = ?1 AND id = ?2",
        organisation_id, person_id, secret, step);
    return redraw_recovery_codes(tx, organisation_id, person_id);
}

bool SecondFactor::take(store::Tx& tx, OrganisationId organisation_id, PersonId person_id,
                        std::string_view code) {
    const Kept now = kept(tx.query(
        "SELECT coalesce(totp_secret, ''), totp_last_step FROM persons WHERE organisation_id = ? AND id = ?",
        organisation_id, person_id));
    if (now.secret.empty()) return false;
    const std::string plain = plain_code(code);
    if (const auto step = platform::totp_step(now.secret, plain, tx.now_ms())) {
        if (*step <= now.step) return false; // seen already
        tx.run("UPDATE persons SET totp_last_step = ?2 WHERE id = ?1", person_id, *step);
        return true;
    }
    return tx.run("DELETE FROM recovery_codes WHERE person_id = ? AND code_hash = ?", person_id,
                  store::Blob{hash_of(person_id, plain)}) == 1;
}

std::vector<std::string> SecondFactor::redraw_recovery_codes(store::Tx& tx, OrganisationId organisation_id,
                                                             PersonId person_id) {
    if (!is_set(tx, organisation_id, person_id))
        platform::throw_conflict("There is no authenticator yet: set it up first.");
    tx.run("DELETE FROM recovery_codes WHERE person_id = ?", person_id);
    std::vector<std::string> codes;
    for (int i = 0; i < recovery_codes; ++i) {
        codes.push_back(draw_readable_code(random_, 3));
        tx.run("INSERT INTO recovery_codes (person_id, code_hash) VALUES (?, ?) ON CONFLICT DO NOTHING",
               person_id, store::Blob{hash_of(person_id, codes.back())});
    }
    return codes;
}

void SecondFactor::remove(store::Tx& tx, OrganisationId organisation_id, PersonId person_id,
                          LoginId except_login_id) {
    if (tx.run("UPDATE persons SET totp_secret = NULL, totp_offered = NULL, totp_offered_ms = NULL"
               " WHERE organisation_id = ?1 AND id = ?2",
               organisation_id, person_id) == 0)
        platform::throw_not_found("person");
    tx.run("DELETE FROM recovery_codes WHERE person_id = ?", person_id);
    logins_.end_of_person(tx, organisation_id, person_id, platform::Proof::totp, except_login_id);
}

} // namespace people
