// The trainer dialect's way in, by invitation or by e-mail and password, and the way out.
#include "dialects/trainer/trainer_routes.h"
#include "dialects/trainer/wire.h"
#include "people/people_routes.h"
#include "people/signing_in/password.h"
#include "platform/error.h"
#include "platform/text.h"

namespace dialects::trainer {

namespace {

using http::Access;
using http::Answer;
using http::Call;
using platform::ErrorKind;

constexpr std::size_t most_preferences = 16'384; // bytes
// A caller that signs in is not known yet, and a class may share the site key in its base URL, so tries are
// counted by account instead.
constexpr int sign_ins_per_minute = 12'000;

Json token_json(const people::NewLogin& login) {
    return {{"token", login.token},
            {"refreshToken", login.token}, // no secret of its own: the token's holder may have another
            {"expiresAt", platform::iso8601(login.expires_ms)}};
}

Json user_of(store::Read& read, const Parts& parts, OrganisationId organisation_id, PersonId person_id) {
    return user_json(parts.people.get(read, organisation_id, person_id),
                     parts.profiles.get(read, organisation_id, person_id),
                     parts.progress.total_xp(read, organisation_id, person_id));
}

Answer login_answer(const Parts& parts, const people::Person& person, const people::NewLogin& login,
                    const std::string& message, int status) {
    Json data = token_json(login);
    Json profile = parts.store.read(
        [&](store::Read& read) { return user_of(read, parts, person.organisation_id, person.id); });
    if (status == 201) data.update(profile); // registration answers the profile; a token goes with it
    data["user"] = std::move(profile);
    auto made = answer_with_message(parts, std::move(data), message, status);
    made.header("Cache-Control", "no-store");
    return made.on({{"person", person.id}, {"login", login.id}});
}

void count_try(const Parts& parts, const Call& call, const std::string& email) {
    const std::int64_t now_ms = parts.clock.now_ms();
    // Others may use up what an account has; a headset has its own.
    if (call.caller.device_id)
        parts.tries->take("device/" + to_string(call.caller.device_id), now_ms);
    else
        parts.tries->take("account/" + email, now_ms);
}

Answer log_in(const Parts& parts, Call& call) {
    Fields fields(call);
    people::Claim claim;
    claim.by = people::Claim::By::password;
    claim.name = fields.email("email");
    claim.secret = fields.secret("password");
    fields.throw_if_faulty();
    claim.code = fields.optional_text("code", 1, 40).value_or(""); // of a second factor, where one is set
    if (!call.caller.is_stranger()) claim.organisation_id = call.caller.organisation_id;
    claim.source = people::source_of(call);
    count_try(parts, call, claim.name);
    people::NewLogin login;
    try {
        const auto person = parts.sign_in.prove(claim, [&](store::Tx& tx, const people::Person& proven) {
            login = parts.logins.add_person(tx, proven.organisation_id, proven.id, platform::Proof::password,
                                            call.header("user-agent"));
            parts.profiles.signed_in(tx, proven.organisation_id, proven.id);
        });
        return login_answer(parts, person, login, "Login successful", 200);
    } catch (const platform::Error& error) {
        if (error.kind() != ErrorKind::unauthorized) throw;
        throw platform::Error(ErrorKind::unauthorized, wrong_login);
    }
}

// The first free one of "ana", "ana2", "ana3" ...
std::string free_nickname(store::Read& read, const Parts& parts, OrganisationId organisation_id,
                          const std::string& wanted) {
    std::string nickname = platform::first_characters(wanted, people::longest_nickname);
    for (int number = 2; parts.people.by_nickname(read, organisation_id, nickname); ++number) {
        const std::string digits = std::to_string(number);
        nickname = platform::first_characters(wanted, people::longest_nickname - digits.size()) + digits;
    }
    return nickname;
}

Answer sign_up(const Parts& parts, Call& call) {
    Fields fields(call);
    people::Acceptance acceptance;
    std::string email = fields.email("email");
    const std::string password = fields.password("password");
    acceptance.first_name = fields.text("firstName", 1, 80);
    acceptance.last_name = fields.text("lastName", 1, 80);
    std::string code;
    for (const char* name : {"invitation", "invitationCode", "code"})
        if (code.empty()) code = fields.optional_text(name, 1, 40).value_or("");
    // A client that doesn't know the code field writes the code into the address: "ana+CODE@school.example".
    if (const std::size_t plus = email.find('+'), at = email.find('@'); code.empty() && plus < at) {
        code = email.substr(plus + 1, at - plus - 1);
        email.erase(plus, at - plus);
    }
    if (code.empty()) fields.fault("invitation", "is required");
    fields.throw_if_faulty();
    count_try(parts, call, email);
    acceptance.email = email;
    const auto known =
        parts.store.read([&](store::Read& read) { return parts.invitations.by_code(read, code); });
    const bool theirs =
        known && (!known->email || platform::lower_ascii(*known->email) == platform::lower_ascii(email));
    if (!theirs) throw platform::Error(ErrorKind::forbidden, "A valid invitation is required");
    acceptance.password_hash = people::hash_of_new_password(parts.hasher, password, email);
    people::Person person;
    people::NewLogin login;
    parts.store.write("register by invitation", [&](store::Tx& tx) {
        acceptance.nickname =
            free_nickname(tx, parts, known->organisation_id, email.substr(0, email.find('@')));
        person = parts.invitations.accept(tx, code, acceptance);
        login = parts.logins.add_person(tx, person.organisation_id, person.id, platform::Proof::password,
                                        call.header("user-agent"));
        parts.profiles.signed_in(tx, person.organisation_id, person.id);
    });
    return login_answer(parts, person, login, "Registration successful", 201);
}

// Exchanges the current token, from the header or the body, for a new one.
Answer refresh(const Parts& parts, Call& call, store::Tx& tx) {
    Fields fields(call);
    platform::Caller caller = call.caller;
    for (const char* name : {"refreshToken", "token"})
        if (caller.is_stranger())
            if (const auto token = fields.optional_text(name, 1, 200))
                caller = parts.logins.find(*token, parts.clock.now_ms());
    // A headset's own token is its pairing, so it stays.
    if (!caller.person_id || !caller.login_id || caller.proof == platform::Proof::device)
        throw platform::Error(ErrorKind::unauthorized, "Authentication required");
    const auto device_id = caller.device_id ? std::optional(caller.device_id) : std::nullopt;
    const auto login = parts.logins.add_person(tx, caller.organisation_id, caller.person_id, caller.proof,
                                               call.header("user-agent"), device_id);
    parts.logins.end(tx, caller.organisation_id, caller.login_id);
    Json data = token_json(login);
    data["user"] = user_of(tx, parts, caller.organisation_id, caller.person_id);
    auto made = answer(parts, std::move(data));
    made.header("Cache-Control", "no-store");
    return made.on({{"login", login.id}});
}

// Answers the same whether there is such a person or not.
Answer forgot_password(const Parts& parts, Call& call, store::Tx& tx) {
    Fields fields(call);
    const std::string email = fields.email("email");
    fields.throw_if_faulty();
    count_try(parts, call, email);
    parts.profiles.forgot_password(tx, email);
    return answer_with_message(parts, Json::object(),
                               "If the address is known, an administrator has been told and will help");
}

Answer change_profile(const Parts& parts, Call& call, store::Tx& tx) {
    Fields fields(call);
    people::PersonChange change;
    change.first_name = fields.optional_text("firstName", 1, 80);
    change.last_name = fields.optional_text("lastName", 1, 80);
    const auto time_zone = fields.optional_text("timezone", 1, 64);
    const auto preferences = fields.object("preferences", most_preferences);
    fields.throw_if_faulty();
    const OrganisationId organisation_id = call.caller.organisation_id;
    const PersonId person_id = call.caller.person_id;
    parts.people.change(tx, organisation_id, person_id, change);
    parts.profiles.change(tx, organisation_id, person_id, time_zone,
                          preferences ? std::optional(preferences->dump()) : std::nullopt);
    return answer_with_message(parts, user_of(tx, parts, organisation_id, person_id), "Profile updated");
}

http::Shape user_shape() {
    return object_shape({{"id", http::text(36, 36)},
                         {"firstName", http::text(0, 200)},
                         {"lastName", http::text(0, 200)},
                         {"level", http::integer(1, INT64_MAX)},
                         {"xp", http::integer(0, INT64_MAX)},
                         {"timezone", http::text(1, 64)},
                         {"preferences", object_shape()},
                         {"isVerified", http::boolean()},
                         {"lastLoginAt", http::nullable(http::time())}});
}

http::Shape token_shape() {
    return answer_shape(object_shape({{"token", http::text(1, 200)}, {"user", user_shape()}}));
}

http::Shape body_of(std::initializer_list<const char*> names) {
    http::Fields fields;
    for (const char* name : names)
        fields.emplace_back(name,
                            http::anything()); // the handlers report faults, in this dialect's words
    return http::open_object(std::move(fields));
}

void add_sign_in(http::RouteTable& table, const Parts& parts) {
    table.add(in_dialect(http::post("/api/v1/auth/register", "Trainer dialect: register by invitation"),
                         Access::open)
                  .at_most(sign_ins_per_minute)
                  .slow()
                  .takes(body_of({"email?", "password?", "firstName?", "lastName?", "invitation?"}))
                  .gives(token_shape(), 201)
                  .handled([parts](Call& call) { return sign_up(parts, call); }));
    table.add(in_dialect(http::post("/api/v1/auth/login", "Trainer dialect: sign in by e-mail and password"),
                         Access::open)
                  .at_most(sign_ins_per_minute)
                  .slow()
                  .takes(body_of({"email?", "password?"}))
                  .gives(token_shape())
                  .handled([parts](Call& call) { return log_in(parts, call); }));
    table.add(
        in_dialect(
            http::post("/api/v1/auth/refresh", "Trainer dialect: a new token for the one that is there"),
            Access::open)
            .writes()
            .takes(body_of({"refreshToken?"}))
            .gives(token_shape())
            .handled<store::Tx>([parts](Call& call, store::Tx& tx) { return refresh(parts, call, tx); }));
    table.add(in_dialect(http::post("/api/v1/auth/logout", "Trainer dialect: sign out"), Access::student)
                  .writes()
                  .takes(body_of({}))
                  .gives(answer_shape(object_shape()))
                  .handled<store::Tx>([parts](Call& call, store::Tx& tx) {
                      if (call.caller.proof == platform::Proof::device)
                          parts.logins.sign_in_on_device(tx, call.caller.organisation_id,
                                                         call.caller.device_id, std::nullopt);
                      else
                          parts.logins.end(tx, call.caller.organisation_id, call.caller.login_id);
                      return answer_with_message(parts, Json::object(), "Logged out");
                  }));
    table.add(in_dialect(http::post("/api/v1/auth/forgot-password", "Trainer dialect: tell an administrator"),
                         Access::open)
                  .at_most(sign_ins_per_minute)
                  .writes()
                  .takes(body_of({"email?"}))
                  .gives(answer_shape(object_shape()))
                  .handled<store::Tx>(
                      [parts](Call& call, store::Tx& tx) { return forgot_password(parts, call, tx); }));
}

void add_profile(http::RouteTable& table, const Parts& parts) {
    for (const char* path : {"/api/v1/auth/me", "/api/v1/auth/profile"})
        table.add(in_dialect(http::get(path, "Trainer dialect: who is signed in"), Access::student)
                      .reads()
                      .gives(answer_shape(user_shape()))
                      .handled<store::Read>([parts](Call& call, store::Read& read) {
                          return answer(parts, user_of(read, parts, call.caller.organisation_id,
                                                       call.caller.person_id));
                      }));
    for (const char* path : {"/api/v1/auth/profile", "/api/v1/users/me/profile"})
        table.add(
            in_dialect(http::put(path, "Trainer dialect: change one's names, time zone and preferences"),
                       Access::student)
                .writes()
                .takes(body_of({"firstName?", "lastName?", "timezone?", "preferences?"}))
                .gives(answer_shape(user_shape()))
                .handled<store::Tx>(
                    [parts](Call& call, store::Tx& tx) { return change_profile(parts, call, tx); }));
}

} // namespace

void add_auth_routes(http::RouteTable& table, const Parts& parts) {
    add_sign_in(table, parts);
    add_profile(table, parts);
}

} // namespace dialects::trainer
