// How staff join and prove their identity: invitations, and the second factor.
#include <nlohmann/json.hpp>

#include "http/serving/lists.h"
#include "people/people_routes.h"
#include "people/signing_in/password.h"
#include "platform/error.h"
#include "platform/qr.h"
#include "platform/text.h"

namespace people {

namespace {

using http::Answer;
using http::Call;
using http::Json;

// ---- the second factor ----

// A signed-in person shows the password again, so that a page left open is not enough.
Person prove_again(const PeopleParts& parts, const Call& call) {
    const Person person = parts.store.read([&](store::Read& read) {
        return parts.people.get(read, call.caller.organisation_id, call.caller.person_id);
    });
    if (!person.has_password || !person.username)
        platform::throw_conflict("You need a user name and a password first.");
    Claim claim;
    claim.by = Claim::By::password;
    claim.name = *person.username;
    claim.secret = call.fields().get<std::string>("password");
    claim.organisation_id = person.organisation_id;
    claim.again_in_field = "password";
    claim.source = source_of(call);
    claim.source.login_id = call.caller.login_id;
    // Otherwise an intruder who finds out a password could replace the very factor meant to keep them out.
    if (person.has_totp && call.caller.proof != platform::Proof::totp)
        throw platform::Error(platform::ErrorKind::forbidden, "Sign in with your second factor first.");
    return parts.sign_in.prove(claim, {});
}

Answer once_only(const Json& body, PersonId person_id) {
    return http::json(body).header("Cache-Control", "no-store").on({{"person", person_id}});
}

Answer offer(const PeopleParts& parts, Call& call) {
    const Person person = prove_again(parts, call);
    const TotpOffer offered = parts.store.write("offer second factor", [&](store::Tx& tx) {
        return parts.second_factor.offer(tx, person.organisation_id, person.id);
    });
    return once_only({{"secret", offered.secret},
                      {"url", offered.url},
                      {"qr_svg", platform::qr_svg(offered.url)},
                      {"expires_at", platform::iso8601(offered.expires_ms)}},
                     person.id);
}

Answer confirm(const PeopleParts& parts, Call& call, store::Tx& tx) {
    return once_only({{"recovery_codes", parts.second_factor.confirm(
                                             tx, call.caller.organisation_id, call.caller.person_id,
                                             call.fields().get<std::string>("code"), call.caller.login_id)}},
                     call.caller.person_id);
}

Answer redraw(const PeopleParts& parts, Call& call) {
    const Person person = prove_again(parts, call);
    const auto codes = parts.store.write("recovery codes", [&](store::Tx& tx) {
        return parts.second_factor.redraw_recovery_codes(tx, person.organisation_id, person.id);
    });
    return once_only({{"recovery_codes", codes}}, person.id);
}

Answer remove_own(const PeopleParts& parts, Call& call) {
    const Person person = prove_again(parts, call);
    parts.store.write("remove second factor", [&](store::Tx& tx) {
        parts.second_factor.remove(tx, person.organisation_id, person.id, call.caller.login_id);
    });
    return http::no_content().on({{"person", person.id}});
}

Answer reset(const PeopleParts& parts, Call& call, store::Tx& tx) {
    const PersonId id = call.id<PersonId>("id");
    const Person person = parts.people.get(tx, call.caller.organisation_id, id);
    if (person.box_administrator && !call.caller.box_administrator)
        throw platform::Error(platform::ErrorKind::forbidden,
                              "Only a box administrator changes a box administrator.");
    parts.second_factor.remove(tx, call.caller.organisation_id, id);
    return http::no_content().on({{"person", id}});
}

http::Shape recovery_codes_shape() {
    return http::object({{"recovery_codes", http::list(http::text(14, 14), 10)}});
}

http::Shape password_again_shape() {
    return http::object({{"password", http::text(1, 200)}});
}

void add_setting_up(http::RouteTable& table, const PeopleParts& parts) {
    table.add(
        http::get("/v1/totp", "Is one's second factor set up, and how many recovery codes are left?")
            .reads()
            .by(http::Access::viewer)
            .tagged("second factor")
            .gives(http::object({{"set", http::boolean()}, {"recovery_codes_left", http::integer(0, 10)}}))
            .handled<store::Read>([parts](Call& call, store::Read& read) {
                const OrganisationId organisation_id = call.caller.organisation_id;
                const PersonId person_id = call.caller.person_id;
                return http::json({{"set", parts.second_factor.is_set(read, organisation_id, person_id)},
                                   {"recovery_codes_left", parts.second_factor.recovery_codes_left(
                                                               read, organisation_id, person_id)}});
            }));
    table.add(http::post("/v1/totp",
                         "Begin to set up one's authenticator: the secret and its QR are shown this once")
                  .slow()
                  .by(http::Access::viewer)
                  .tagged("second factor")
                  .takes(password_again_shape())
                  .gives(http::object({{"secret", http::text(16, 64)},
                                       {"url", http::text(1, 1000)},
                                       {"qr_svg", http::text(1, 200'000)},
                                       {"expires_at", http::time()}}))
                  .handled([parts](Call& call) { return offer(parts, call); }));
    table.add(
        http::post("/v1/totp/confirm",
                   "The authenticator's first code: from now on it is asked for at sign-in")
            .writes()
            .by(http::Access::viewer)
            .tagged("second factor")
            .takes(http::object({{"code", http::text(1, 20)}}))
            .gives(recovery_codes_shape())
            .handled<store::Tx>([parts](Call& call, store::Tx& tx) { return confirm(parts, call, tx); }));
}

void add_second_factor(http::RouteTable& table, const PeopleParts& parts) {
    add_setting_up(table, parts);
    table.add(http::post("/v1/totp/recovery-codes", "New recovery codes: the old ones are void")
                  .slow()
                  .by(http::Access::viewer)
                  .tagged("second factor")
                  .takes(password_again_shape())
                  .gives(recovery_codes_shape())
                  .handled([parts](Call& call) { return redraw(parts, call); }));
    table.add(http::post("/v1/totp/remove", "Do without a second factor")
                  .slow()
                  .by(http::Access::viewer)
                  .tagged("second factor")
                  .takes(password_again_shape())
                  .gives(http::nothing(), 204)
                  .handled([parts](Call& call) { return remove_own(parts, call); }));
    table.add(http::del("/v1/people/:id/totp", "Take away a second factor that was lost")
                  .writes()
                  .by(http::Access::administrator)
                  .tagged("second factor")
                  .gives(http::nothing(), 204)
                  .handled<store::Tx>([parts](Call& call, store::Tx& tx) { return reset(parts, call, tx); }));
}

// ---- invitations ----

http::Shape invited_role_shape() {
    return http::one_of({"viewer", "teacher", "administrator", "student"});
}

http::Shape invitation_shape() {
    return http::object({{"id", http::identifier()},
                         {"role", invited_role_shape()},
                         {"name", http::text(0, 80)},
                         {"email", http::nullable(http::text(1, 254))},
                         {"invited_by", http::nullable(http::person_reference())},
                         {"created_at", http::time()},
                         {"expires_at", http::time()}})
        .named("Invitation");
}

Answer invite(const PeopleParts& parts, Call& call, store::Tx& tx) {
    const platform::JsonFields body = call.fields();
    NewInvitation invitation;
    invitation.role = body.get<platform::Role>("role");
    invitation.name = body.get_or("name", invitation.name);
    invitation.email = body.find<std::string>("email");
    invitation.lives_ms = body.get_or("days", std::int64_t{7}) * 24 * 3600 * 1000;
    const auto made =
        parts.invitations.add(tx, call.caller.organisation_id, call.caller.person_id, invitation);
    return http::created({{"invitation", json_of(made.invitation)}, {"code", made.code}})
        .header("Cache-Control", "no-store")
        .on({{"invitation", made.invitation.id}});
}

Answer look(const PeopleParts& parts, Call& call, store::Read& read) {
    const auto found = parts.invitations.by_code(read, call.fields().get<std::string>("code"));
    if (!found) platform::throw_not_found("invitation: it may have been used, revoked or expired");
    return http::json({{"organisation", found->organisation},
                       {"role", platform::name_of(found->role)},
                       {"name", found->name},
                       {"expires_at", platform::iso8601(found->expires_ms)}})
        .header("Cache-Control", "no-store");
}

Answer accept(const PeopleParts& parts, Call& call) {
    const platform::JsonFields body = call.fields();
    const auto code = body.get<std::string>("code");
    // Check this first: hashing a password is expensive.
    parts.store.read([&](store::Read& read) {
        if (!parts.invitations.by_code(read, code))
            platform::throw_not_found("invitation: it may have been used, revoked or expired");
    });
    Acceptance acceptance;
    acceptance.username = body.get<std::string>("username");
    if (const auto nickname = body.find<std::string>("nickname"))
        acceptance.nickname = checked_nickname(*nickname);
    acceptance.first_name = body.get_or("first_name", acceptance.first_name);
    acceptance.last_name = body.get_or("last_name", acceptance.last_name);
    acceptance.email = body.find<std::string>("email");
    acceptance.password_hash =
        hash_of_new_password(parts.hasher, body.get<std::string>("password"), acceptance.username);
    Person person;
    NewLogin login;
    Organisation organisation;
    parts.store.write("accept invitation", [&](store::Tx& tx) {
        person = parts.invitations.accept(tx, code, acceptance);
        organisation = parts.organisations.get(tx, person.organisation_id);
        login = parts.logins.add_person(tx, person.organisation_id, person.id, platform::Proof::password,
                                        call.header("user-agent"));
    });
    return login_answer(parts, organisation, person, login, body.get_or("cookie", false));
}

void add_inviting(http::RouteTable& table, const PeopleParts& parts) {
    table.add(http::get("/v1/invitations", "The invitations that nobody has accepted yet")
                  .reads()
                  .by(http::Access::administrator)
                  .tagged("invitations")
                  .asks(http::paging_fields())
                  .gives(http::page_of(invitation_shape()))
                  .handled<store::Read>([parts](Call& call, store::Read& read) {
                      return http::page_answer(parts.invitations.list(
                          read, call.caller.organisation_id, http::page_request<store::PageRequest>(call)));
                  }));
    table.add(
        http::post("/v1/invitations",
                   "Invite staff, or a learner who signs in by e-mail: the code is shown this once")
            .writes()
            .by(http::Access::administrator)
            .tagged("invitations")
            .takes(http::object({{"role", invited_role_shape()},
                                 {"name?", http::text(0, 80)},
                                 {"email?", email_shape()},
                                 {"days?", http::integer(1, 60)}}))
            .gives(http::object({{"invitation", invitation_shape()}, {"code", http::text(14, 14)}}), 201)
            .handled<store::Tx>([parts](Call& call, store::Tx& tx) { return invite(parts, call, tx); }));
    table.add(http::del("/v1/invitations/:id", "Revoke an invitation")
                  .writes()
                  .by(http::Access::administrator)
                  .tagged("invitations")
                  .gives(http::nothing(), 204)
                  .handled<store::Tx>([parts](Call& call, store::Tx& tx) {
                      parts.invitations.revoke(tx, call.caller.organisation_id, call.id<InvitationId>("id"));
                      return http::no_content().on({{"invitation", call.id<PersonId>("id")}});
                  }));
}

void add_accepting(http::RouteTable& table, const PeopleParts& parts) {
    table.add(http::post("/v1/invitations/look", "What an invitation is for, by its code")
                  .reads()
                  .by(http::Access::open)
                  .tagged("invitations")
                  .takes(http::object({{"code", http::text(1, 40)}}))
                  .gives(http::object({{"organisation", http::text(1, 80)},
                                       {"role", invited_role_shape()},
                                       {"name", http::text(0, 80)},
                                       {"expires_at", http::time()}}))
                  .handled<store::Read>(
                      [parts](Call& call, store::Read& read) { return look(parts, call, read); }));
    table.add(http::post("/v1/invitations/accept", "Accept an invitation: one is signed in at once")
                  .slow()
                  .by(http::Access::open)
                  .tagged("invitations")
                  .takes(http::object({{"code", http::text(1, 40)},
                                       {"username", username_shape()},
                                       {"password", password_shape()},
                                       {"nickname?", nickname_shape()},
                                       {"first_name?", person_name(80)},
                                       {"last_name?", person_name(80)},
                                       {"email?", email_shape()},
                                       {"cookie?", http::boolean()}}))
                  .gives(made_login_shape(), 201)
                  .handled([parts](Call& call) { return accept(parts, call); }));
}

} // namespace

void add_staff_routes(http::RouteTable& table, const PeopleParts& parts) {
    add_second_factor(table, parts);
    add_inviting(table, parts);
    add_accepting(table, parts);
}

} // namespace people
