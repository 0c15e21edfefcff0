#include "dialects/seats/seats_routes.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "dialects/lax_fields.h"
#include "dialects/seats/attempts.h"
#include "dialects/seats/wire.h"
#include "people/people_routes.h"
#include "people/rosters/usernames.h"
#include "people/signing_in/login_life.h"
#include "platform/crypto.h"
#include "platform/error.h"
#include "platform/text.h"

namespace dialects::seats {

namespace {

using http::Answer;
using http::Call;
using store::Tx;

constexpr std::int64_t minute_ms = 60'000;

struct Calls {
    Parts parts;
    Sockets& sockets;
    Attempts logins{5, 15 * minute_ms}, validations{3, 5 * minute_ms};

    Answer status(const Call& call, store::Read& read) const;
    Answer auth_start(const Call& call, Tx& tx);
    Answer auth_reset(const Call& call, Tx& tx);
    Answer login(const Call& call, Tx& tx);
    Answer enroll(const Call& call, Tx& tx);
    Answer logout(const Call& call, Tx& tx);
    Answer save_recovery_phrase(const Call& call, Tx& tx);

private:
    void refuse_guesses(store::Read& read, const people::Attempt& attempt);
    Answer signed_in(const Call& call, Tx& tx, const people::Person& person, Json data);
    void change_standing(const Call& call, Tx& tx, const std::string& new_token,
                         const std::optional<std::string>& username);
};

bool is_username(std::string_view name) {
    const auto good = [](unsigned char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
               c == '-';
    };
    return name.size() >= 3 && name.size() <= 32 && std::ranges::all_of(name, good);
}

std::string username_in(const Call& call) {
    std::string name = text_if_any(call.fields(), "username");
    if (!is_username(name)) throw_code("InvalidUsername");
    return name;
}

// Six digits, as text, or as a number that has lost its leading zeros.
std::string code_in(const Call& call) {
    const platform::JsonFields fields = call.fields();
    if (!fields.json("code").is_number_unsigned()) return text_if_any(fields, "code");
    std::string code = fields.json("code").dump();
    if (code.size() < 6) code.insert(0, 6 - code.size(), '0');
    return code;
}

std::string key_of(const std::string& username) {
    return platform::lower_ascii(username);
}

Answer Calls::status(const Call& call, store::Read& read) const {
    std::optional<std::string> username;
    if (call.caller.person_id && !call.caller.device_id)
        if (const auto person = parts.people.find(read, call.caller.organisation_id, call.caller.person_id))
            username = person->username.value_or(person->nickname);
    return answer(standing_json(username));
}

// A known person goes on to login. An invited one gets the secret for the authenticator, and goes on to
// register.
Answer Calls::auth_start(const Call& call, Tx& tx) {
    std::string name = text_if_any(call.fields(), "username");
    std::string invitation = text_if_any(call.fields(), "invitation");
    if (const auto plus = name.find('+'); plus != name.npos) { // the page has no field for it
        invitation = name.substr(plus + 1);
        name.resize(plus);
    }
    if (!is_username(name)) throw_code("InvalidUsername");
    if (const auto person = people::by_username(parts.people, tx, name)) {
        if (!invitation.empty()) throw_code("UserAlreadyExists");
        if (!person->active || !parts.second_factor.is_set(tx, person->organisation_id, person->id))
            throw_code("UserNotFound");
        return answer({{"username", name}, {"status", "user"}});
    }
    if (parts.invitations.has_candidate(tx, name)) throw_code("RegistrationInProgress");
    if (invitation.empty() || !parts.invitations.by_code(tx, invitation)) throw_code("UserNotFound");
    const people::TotpOffer offer = parts.invitations.begin(tx, invitation, name);
    return answer({{"qr_url", offer.url}, {"username", name}, {"status", "candidate"}});
}

Answer Calls::auth_reset(const Call& call, Tx& tx) {
    const std::string name = username_in(call);
    if (!parts.invitations.has_candidate(tx, name)) throw_code("RegistrationNotInProgress");
    parts.invitations.forget_candidate(tx, name);
    return answer({{"success", true}});
}

// This dialect's limit is added to those of every sign-in, for strangers only.
void Calls::refuse_guesses(store::Read& read, const people::Attempt& attempt) {
    if (attempt.from == people::Attempt::From::stranger && logins.used_up(attempt.name, read.now_ms()))
        throw_code("TooManyLoginAttempts");
    try {
        parts.guesses.refuse(read, attempt);
    } catch (const platform::Error&) {
        throw_code("TooManyLoginAttempts");
    }
}

Answer Calls::login(const Call& call, Tx& tx) {
    const std::string name = username_in(call);
    const auto person = people::by_username(parts.people, tx, name);
    if (!person || !person->active || !parts.second_factor.is_set(tx, person->organisation_id, person->id))
        throw_code("UserNotFound");
    const people::Attempt attempt = parts.guesses.attempt(tx, people::source_of(call), name, person->id);
    refuse_guesses(tx, attempt);
    if (!parts.second_factor.take(tx, person->organisation_id, person->id, code_in(call))) {
        logins.count(attempt.name, tx.now_ms());
        tx.regardless([this, attempt](Tx& after) { parts.guesses.count_wrong(after, attempt); });
        throw_code("InvalidCode");
    }
    logins.forget(attempt.name);
    parts.guesses.count_right(tx, attempt);
    return signed_in(call, tx, *person, {{"username", name}, {"status", "user"}});
}

Answer Calls::enroll(const Call& call, Tx& tx) {
    const std::string name = username_in(call);
    if (people::by_username(parts.people, tx, name)) throw_code("UserAlreadyExists");
    if (!parts.invitations.has_candidate(tx, name)) throw_code("RegistrationNotInProgress");
    if (validations.used_up(key_of(name), tx.now_ms())) throw_code("TooManyValidationAttempts");
    const auto registered = parts.invitations.finish(tx, name, code_in(call));
    if (!registered) {
        validations.count(key_of(name), tx.now_ms());
        throw_code("InvalidCode");
    }
    validations.forget(key_of(name));
    return signed_in(
        call, tx, registered->person,
        {{"username", name}, {"status", "user"}, {"recovery_codes", registered->recovery_codes}});
}

// It is one factor, like a PIN, so it gives no right to administer.
Answer Calls::signed_in(const Call& call, Tx& tx, const people::Person& person, Json data) {
    const auto login = parts.logins.add_person(tx, person.organisation_id, person.id, platform::Proof::pin,
                                               call.header("user-agent"));
    people::hold_login_for(tx, parts.logins, person.organisation_id, person.id, login.id,
                           cookie_life_s * 1000);
    change_standing(call, tx, login.token, person.username.value_or(person.nickname));
    Answer said = answer(data)
                      .header("Set-Cookie", set_cookie(login.token, parts.secure))
                      .on({{"person", person.id}, {"login", login.id}});
    if (people::is_browser(call)) {
        const std::string known = parts.known_sources.remember(tx, person.organisation_id, person.id,
                                                               people::source_of(call).cookie);
        said.header("Set-Cookie", people::set_known_cookie(parts.secure, known));
    }
    return said;
}

Answer Calls::logout(const Call& call, Tx& tx) {
    const bool held = call.caller.login_id && call.caller.person_id && !call.caller.device_id;
    if (!held) throw_code(cookie_of(call).empty() ? "Unauthorized" : "TokenInvalid");
    const std::string token = platform::random_token(parts.random, 24);
    change_standing(call, tx, token, std::nullopt);
    return answer({{"success", true}})
        .header("Set-Cookie", set_cookie(token, parts.secure))
        .on({{"login", call.caller.login_id}});
}

// The original's page has it. Here recovery codes take the phrase's place, so nothing is kept of it.
Answer Calls::save_recovery_phrase(const Call& call, Tx&) {
    if (!call.caller.person_id || call.caller.device_id) throw_code("Unauthorized");
    return answer({{"success", true}});
}

// Ends the login that this page held but keeps its sockets open: they are told first that they speak for
// somebody else.
void Calls::change_standing(const Call& call, Tx& tx, const std::string& new_token,
                            const std::optional<std::string>& username) {
    tx.after_commit([this, standing = Sockets::Standing{cookie_of(call), new_token, username}] {
        sockets.stands(standing);
    });
    const bool held = call.caller.login_id && !call.caller.device_id && call.caller.person_id;
    if (held && (call.credential == cookie_of(call) || !username))
        parts.logins.end(tx, call.caller.organisation_id, call.caller.login_id);
}

} // namespace

void add_seats_routes(http::RouteTable& table, const Parts& parts, Sockets& sockets) {
    const auto calls = std::make_shared<Calls>(Calls{parts, sockets});
    using Handler = Answer (Calls::*)(const Call&, Tx&);
    struct Row {
        const char *name, *summary;
        Handler handler;
    };
    const Row rows[] = {
        {"auth_start", "Seats dialect: is the user known, or an invited candidate?", &Calls::auth_start},
        {"auth_reset", "Seats dialect: give a registration up", &Calls::auth_reset},
        {"login", "Seats dialect: sign in by the authenticator's code", &Calls::login},
        {"register", "Seats dialect: the first code of a candidate's authenticator", &Calls::enroll},
        {"logout", "Seats dialect: sign out", &Calls::logout},
        {"save_recovery_phrase", "Seats dialect: taken, and not kept: there are recovery codes",
         &Calls::save_recovery_phrase},
    };
    const auto shape = http::open_object({{"data", http::nullable(http::open_object({}))},
                                          {"status", http::one_of({"success", "error"})},
                                          {"error", http::nullable(http::text(1, 80))}});
    for (const char* prefix : {"/user/", "/api/user/"}) {
        table.add(http::post(std::string(prefix) + "status", "Seats dialect: who is signed in")
                      .reads()
                      .by(http::Access::open)
                      .counted()
                      .tagged("seats")
                      .errors(error_answer)
                      .takes(http::anything())
                      .gives(shape)
                      .handled<store::Read>(
                          [calls](Call& call, store::Read& read) { return calls->status(call, read); }));
        for (const Row& row : rows)
            table.add(http::post(std::string(prefix) + row.name, row.summary)
                          .writes()
                          .by(http::Access::open)
                          .tagged("seats")
                          .errors(error_answer)
                          .takes(http::anything())
                          .gives(shape)
                          .handled<Tx>([calls, handler = row.handler](Call& call, Tx& tx) {
                              return (calls.get()->*handler)(call, tx);
                          }));
    }
}

} // namespace dialects::seats
