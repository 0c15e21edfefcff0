#include "people/signing_in/invitation.h"

#include <nlohmann/json.hpp>

#include "people/signing_in/readable_code.h"
#include "platform/crypto.h"
#include "platform/error.h"
#include "platform/text.h"
#include "platform/totp.h"

namespace people {

namespace {

constexpr store::SqlText invitation_columns = R"sql(
    SELECT i.id, i.organisation_id, i.role, o.name, i.name, i.email, p.id, p.nickname, i.created_ms,
        i.expires_ms
    FROM invitations i JOIN organisations o ON o.id = i.organisation_id
    LEFT JOIN persons p ON p.id = i.invited_by)sql";
constexpr auto invitation_by_id = invitation_columns + " WHERE i.id = ?";

Invitation invitation_of(const store::Statement& rows) {
    Invitation invitation;
    rows.read(invitation.id, invitation.organisation_id, invitation.role, invitation.organisation,
              invitation.name, invitation.email, invitation.invited_by, invitation.created_ms,
              invitation.expires_ms);
    return invitation;
}

std::string hash_of(std::string_view code) {
    return platform::hash_token("invitation/" + plain_code(code));
}

} // namespace

Invitations::Made Invitations::add(store::Tx& tx, OrganisationId organisation_id,
                                   std::optional<PersonId> invited_by, const NewInvitation& invitation) {
    if (tx.integer("SELECT count(*) FROM invitations WHERE organisation_id = ?", organisation_id)
            .value_or(0) >= most)
        platform::throw_conflict("There are " + std::to_string(most) +
                                 " invitations already: revoke old ones first.");
    if (invitation.email &&
        tx.integer("SELECT 1 FROM persons WHERE email = ?1 OR username = ?1", *invitation.email))
        platform::throw_conflict("This e-mail address is taken.");
    Made made;
    made.code = draw_readable_code(random_, 3);
    const InvitationId id = tx.insert<InvitationId>(
        "INSERT INTO invitations (organisation_id, role, name, email, code_hash, invited_by, created_ms, "
        "expires_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        organisation_id, invitation.role, invitation.name, invitation.email, store::Blob{hash_of(made.code)},
        invited_by, tx.now_ms(), tx.now_ms() + invitation.lives_ms);
    auto rows = tx.query(invitation_by_id, id);
    rows.step();
    made.invitation = invitation_of(rows);
    return made;
}

store::Page<Invitation> Invitations::list(store::Read& read, OrganisationId organisation_id,
                                          const store::PageRequest& page) const {
    static constexpr auto page_newest_first = invitation_columns + R"sql(
        WHERE i.organisation_id = ?1 AND (?2 IS NULL OR i.id < ?2) ORDER BY i.id DESC LIMIT ?3)sql";
    auto rows = read.query(page_newest_first, organisation_id, page.after, page.limit + 1);
    return store::read_page<Invitation>(std::move(rows), page, invitation_of);
}

void Invitations::revoke(store::Tx& tx, OrganisationId organisation_id, InvitationId id) {
    if (tx.run("DELETE FROM invitations WHERE organisation_id = ? AND id = ?", organisation_id, id) == 0)
        platform::throw_not_found("invitation");
}

std::optional<Invitation> Invitations::by_code(store::Read& read, std::string_view code) const {
    const std::string hash = hash_of(code);
    static constexpr auto live_by_code = invitation_columns + " WHERE i.code_hash = ? AND i.expires_ms > ?";
    auto rows = read.query(live_by_code, store::Blob{hash}, read.now_ms());
    return rows.step() ? std::optional(invitation_of(rows)) : std::nullopt;
}

Person Invitations::make(store::Tx& tx, const Invitation& invitation, const Acceptance& acceptance) {
    NewPerson person;
    person.role = invitation.role;
    person.nickname = acceptance.nickname.empty() ? acceptance.username : acceptance.nickname;
    person.first_name = acceptance.first_name;
    person.last_name = acceptance.last_name;
    if (!acceptance.username.empty()) person.username = acceptance.username;
    person.email = acceptance.email ? acceptance.email : invitation.email;
    person.password_hash = acceptance.password_hash;
    Person made = people_.add(tx, invitation.organisation_id, person);
    tx.run("DELETE FROM invitations WHERE organisation_id = ? AND id = ?", invitation.organisation_id,
           invitation.id);
    return made;
}

Person Invitations::accept(store::Tx& tx, std::string_view code, const Acceptance& acceptance) {
    const auto invitation = by_code(tx, code);
    if (!invitation) platform::throw_not_found("invitation: it may have been used, revoked or expired");
    return make(tx, *invitation, acceptance);
}

TotpOffer Invitations::begin(store::Tx& tx, std::string_view code, std::string_view username) {
    const auto invitation = by_code(tx, code);
    if (!invitation) platform::throw_not_found("invitation: it may have been used, revoked or expired");
    if (tx.integer("SELECT 1 FROM persons WHERE username = ?1 OR email = ?1", username) ||
        tx.integer("SELECT 1 FROM invitations WHERE candidate = ? AND id <> ? AND candidate_ms > ?", username,
                   invitation->id, tx.now_ms() - candidate_ms))
        platform::throw_conflict("The user name \"" + std::string(username) + "\" is taken.");
    TotpOffer offered;
    offered.secret = platform::draw_totp_secret(random_);
    offered.url = platform::otpauth_url(invitation->organisation, username, offered.secret);
    offered.expires_ms = tx.now_ms() + candidate_ms;
    tx.run("UPDATE invitations SET candidate = ?2, totp_secret = ?3, candidate_ms = ?4 WHERE id = ?1",
           invitation->id, username, offered.secret, tx.now_ms());
    return offered;
}

bool Invitations::has_candidate(store::Read& read, std::string_view username) const {
    return read
        .integer("SELECT 1 FROM invitations WHERE candidate = ?1 AND candidate_ms > ?2 AND expires_ms > ?3",
                 username, read.now_ms() - candidate_ms, read.now_ms())
        .has_value();
}

void Invitations::forget_candidate(store::Tx& tx, std::string_view username) {
    tx.run(
        "UPDATE invitations SET candidate = NULL, totp_secret = NULL, candidate_ms = NULL WHERE candidate = "
        "?",
        username);
}

std::optional<Invitations::Registered> Invitations::finish(store::Tx& tx, std::string_view username,
                                                           std::string_view totp_code) {
    std::optional<Invitation> invitation;
    std::string secret;
    {
        auto rows = tx.query(
            "SELECT id, totp_secret FROM invitations WHERE candidate = ?1 AND candidate_ms > ?2 AND "
            "expires_ms > ?3",
            username, tx.now_ms() - candidate_ms, tx.now_ms());
        if (!rows.step()) platform::throw_not_found("registration: it takes five minutes at most");
        InvitationId id;
        rows.read(id, secret);
        auto one = tx.query(invitation_by_id, id);
        one.step();
        invitation = invitation_of(one);
    }
    const auto step = platform::totp_step(secret, totp_code, tx.now_ms());
    if (!step) return std::nullopt;
    Registered registered;
    Acceptance acceptance;
    acceptance.username = username;
    registered.person = make(tx, *invitation, acceptance);
    registered.recovery_codes =
        second_factor_.set(tx, registered.person.organisation_id, registered.person.id, secret, *step);
    registered.person = people_.get(tx, registered.person.organisation_id, registered.person.id);
    return registered;
}

nlohmann::json json_of(const Invitation& invitation) {
    return {{"id", invitation.id},
            {"role", platform::name_of(invitation.role)},
            {"name", invitation.name},
            {"email", invitation.email ? nlohmann::json(*invitation.email) : nlohmann::json()},
            {"invited_by", json_of(invitation.invited_by)},
            {"created_at", platform::iso8601(invitation.created_ms)},
            {"expires_at", platform::iso8601(invitation.expires_ms)}};
}

} // namespace people
