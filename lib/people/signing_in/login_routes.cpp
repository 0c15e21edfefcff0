// The first setup, signing in and out, and who is signed in.
#include <nlohmann/json.hpp>

#include "http/serving/lists.h"
#include "http/wire/places.h"
#include "people/people_routes.h"
#include "people/signing_in/password.h"
#include "platform/error.h"
#include "platform/text.h"

namespace people {

namespace {

using http::Answer;
using http::Call;
using http::Json;
using platform::Proof;
using platform::Role;

http::Shape proof_shape() {
    return http::one_of<Proof>();
}

// Tells a page what to offer its user; the guard checks again at each call.
Json abilities(const platform::Caller& caller) {
    Json words = Json::array();
    if (caller.device_id || caller.site_key_id) words.push_back("headset");
    if (caller.role >= Role::viewer) words.push_back("view");
    if (caller.role >= Role::teacher) words.push_back("teach");
    if (caller.role >= Role::administrator) words.push_back("administer");
    if (caller.box_administrator) words.push_back("administer_box");
    return words;
}

Json json_of_login(const Login& login, LoginId current_id) {
    const auto or_null = [](const auto& id) { return id ? Json(*id) : Json(); };
    return {{"id", login.id},
            {"person_id", or_null(login.person_id)},
            {"device_id", or_null(login.device_id)},
            {"proof", platform::name_of(login.proof)},
            {"user_agent", login.user_agent},
            {"created_at", platform::iso8601(login.created_ms)},
            {"expires_at", platform::iso8601(login.expires_ms)},
            {"current", login.id == current_id}};
}

http::Shape login_shape() {
    return http::object({{"id", http::identifier()},
                         {"person_id", http::nullable(http::identifier())},
                         {"device_id", http::nullable(http::identifier())},
                         {"proof", proof_shape()},
                         {"user_agent", http::text(0, 200)},
                         {"created_at", http::time()},
                         {"expires_at", http::time()},
                         {"current", http::boolean()}})
        .named("Login");
}

Claim claim_of(const platform::JsonFields& body) {
    const bool by_password = body.has("username") && body.has("password");
    const bool by_pin = body.has("nickname") && body.has("pin");
    const bool with_code = body.has("code");
    const std::size_t fields = body.size() - (body.has("cookie") ? 1 : 0) - (with_code ? 1 : 0);
    if ((!by_password && !by_pin) || fields != 2 || (with_code && !by_password))
        platform::throw_invalid(body.has("nickname") ? "pin" : "password",
                                "give username and password (and code), or nickname and pin");
    Claim claim;
    claim.by = by_password ? Claim::By::password : Claim::By::pin;
    claim.name = body.get<std::string>(by_password ? "username" : "nickname");
    claim.secret = body.get<std::string>(by_password ? "password" : "pin");
    claim.code = body.get_or("code", claim.code);
    return claim;
}

Answer set_up(const PeopleParts& parts, Call& call) {
    const platform::JsonFields body = call.fields();
    const auto code = body.get<std::string>("code");
    // Check the code before hashing the password, which is expensive; the transaction that uses the code up
    // checks it once more.
    parts.store.write("check setup code", [&](store::Tx& tx) { parts.setup.check_code(tx, code); });

    const platform::JsonFields given = body.object("organisation");
    NewOrganisation organisation;
    organisation.name = given.filled("name");
    organisation.colour = given.get_or("colour", organisation.colour);
    organisation.time_zone = given.get_or("time_zone", organisation.time_zone);
    organisation.language = given.get_or("language", organisation.language);
    organisation.seats = body.get_or("seats", organisation.seats);
    const platform::JsonFields who = body.object("administrator");
    FirstPerson administrator;
    administrator.username = who.get<std::string>("username");
    if (const auto nickname = who.find<std::string>("nickname"))
        administrator.nickname = checked_nickname(*nickname);
    administrator.first_name = who.get_or("first_name", administrator.first_name);
    administrator.last_name = who.get_or("last_name", administrator.last_name);
    administrator.password_hash = hash_of_new_password(parts.hasher, who.get<std::string>("password"),
                                                       administrator.username, "administrator.password");

    Setup::Made made;
    NewLogin login;
    parts.store.write("set up", [&](store::Tx& tx) {
        parts.setup.check_code(tx, code);
        made = parts.setup.make(tx, organisation, administrator);
        login = parts.logins.add_person(tx, made.organisation.id, made.person.id, Proof::password,
                                        call.header("user-agent"));
    });
    return login_answer(parts, made.organisation, made.person, login, true);
}

Answer sign_in(const PeopleParts& parts, Call& call) {
    const bool cookie = call.fields().get_or("cookie", false);
    const platform::Caller replaced = cookie && call.caller.by_cookie ? call.caller : platform::Caller{};
    Claim claim = claim_of(call.fields());
    claim.source = source_of(call);
    claim.remember = cookie;
    SignedIn signed_in = parts.sign_in.sign_in(claim, call.header("user-agent"), replaced);
    auto organisation = parts.store.read(
        [&](store::Read& read) { return parts.organisations.get(read, signed_in.person.organisation_id); });
    Answer answer = login_answer(parts, organisation, signed_in.person, signed_in.login, cookie);
    if (cookie) answer.header("Set-Cookie", set_known_cookie(parts.tls, signed_in.known));
    return answer;
}

Answer who_am_i(const PeopleParts& parts, const platform::Caller& caller, store::Read& read) {
    Json person, device;
    if (caller.person_id) person = json_of(parts.people.get(read, caller.organisation_id, caller.person_id));
    if (caller.device_id && parts.describe_device)
        device = parts.describe_device(read, caller.organisation_id, caller.device_id);
    return http::json({{"person", person},
                       {"device", device},
                       {"organisation", json_of(parts.organisations.get(read, caller.organisation_id))},
                       {"proof", platform::name_of(caller.proof)},
                       {"may", abilities(caller)}});
}

Answer sign_out(const PeopleParts& parts, const platform::Caller& caller, store::Tx& tx) {
    if (caller.proof == Proof::device)
        parts.logins.sign_in_on_device(tx, caller.organisation_id, caller.device_id, {});
    else if (caller.login_id)
        parts.logins.end(tx, caller.organisation_id, caller.login_id);
    return http::no_content().header("Set-Cookie", clear_cookie(parts.tls));
}

// Everybody sees their own logins; an administrator sees those of anybody in the organisation.
Answer list_logins(const PeopleParts& parts, Call& call, store::Read& read) {
    const PersonId person_id = call.query_id<PersonId>("person").value_or(call.caller.person_id);
    if (person_id != call.caller.person_id && call.caller.role < Role::administrator)
        throw platform::Error(platform::ErrorKind::forbidden,
                              "Only an administrator sees the logins of others.");
    Json items = Json::array();
    for (const Login& login : parts.logins.list(read, call.caller.organisation_id, person_id))
        items.push_back(json_of_login(login, call.caller.login_id));
    return http::json({{"items", items}, {"next", nullptr}});
}

Answer end_login(const PeopleParts& parts, Call& call, store::Tx& tx) {
    const LoginId id = call.id<LoginId>("id");
    auto login = parts.logins.find(tx, call.caller.organisation_id, id);
    // A caller who may not end the login must not learn whose it is.
    if (!login || (login->person_id != call.caller.person_id && call.caller.role < Role::administrator))
        platform::throw_not_found("login");
    parts.logins.end(tx, call.caller.organisation_id, id);
    return http::no_content().on({{"login", id}});
}

void add_setup(http::RouteTable& table, const PeopleParts& parts) {
    table.add(http::get("/v1/setup", "Does this box still wait for its first administrator?")
                  .reads()
                  .by(http::Access::open)
                  .tagged("setup")
                  .gives(http::object({{"needed", http::boolean()}}))
                  .handled<store::Read>([parts](Call&, store::Read& read) {
                      return http::json({{"needed", parts.setup.needed(read)}});
                  }));
    table.add(http::post("/v1/setup",
                         "Make the first organisation and its administrator, with the code from the journal")
                  .slow()
                  .by(http::Access::open)
                  .tagged("setup")
                  .takes(http::object({{"code", http::text(1, 40)},
                                       {"organisation", http::object({{"name", http::text(1, 80)},
                                                                      {"colour?", http::colour()},
                                                                      {"time_zone?", http::text(1, 64)},
                                                                      {"language?", http::text(2, 8)}})},
                                       {"administrator", http::object({{"username", username_shape()},
                                                                       {"password", password_shape()},
                                                                       {"nickname?", nickname_shape()},
                                                                       {"first_name?", person_name(80)},
                                                                       {"last_name?", person_name(80)}})},
                                       {"seats?", http::integer(1, 100'000)}}))
                  .gives(made_login_shape(), 201)
                  .handled([parts](Call& call) { return set_up(parts, call); }));
}

void add_logins(http::RouteTable& table, const PeopleParts& parts) {
    table.add(http::post("/v1/logins",
                         "Sign in with user name and password, or with nickname and PIN; 422 for"
                         " `code` asks for the second factor")
                  .slow()
                  .by(http::Access::open)
                  .tagged("logins")
                  .takes(http::object({{"username?", http::text(1, 200)},
                                       {"password?", http::text(1, 200)},
                                       {"code?", http::text(1, 20)},
                                       {"nickname?", http::text(1, 200)},
                                       {"pin?", http::text(1, 40)},
                                       {"cookie?", http::boolean()}}))
                  .gives(made_login_shape(), 201)
                  .handled([parts](Call& call) { return sign_in(parts, call); }));
    table.add(http::get("/v1/logins/current", "Who am I, and what may I do?")
                  .reads()
                  .by(http::Access::signed_in)
                  .tagged("logins")
                  .gives(http::object({{"person", http::nullable(person_shape())},
                                       {"device", http::nullable(http::anything())},
                                       {"organisation", organisation_shape()},
                                       {"proof", proof_shape()},
                                       {"may", http::list(http::text(1, 40), 10)}}))
                  .handled<store::Read>(
                      [parts](Call& call, store::Read& read) { return who_am_i(parts, call.caller, read); }));
    table.add(http::del("/v1/logins/current", "Sign out; on a headset, whoever wears it")
                  .writes()
                  .by(http::Access::signed_in)
                  .tagged("logins")
                  .gives(http::nothing(), 204)
                  .handled<store::Tx>(
                      [parts](Call& call, store::Tx& tx) { return sign_out(parts, call.caller, tx); }));
    table.add(http::get("/v1/logins", "Where am I signed in?")
                  .reads()
                  .by(http::Access::student)
                  .tagged("logins")
                  .asks({{"person?", http::identifier()}})
                  .gives(http::page_of(login_shape()))
                  .handled<store::Read>(
                      [parts](Call& call, store::Read& read) { return list_logins(parts, call, read); }));
    table.add(
        http::del("/v1/logins/:id", "Sign out elsewhere")
            .writes()
            .by(http::Access::student)
            .tagged("logins")
            .gives(http::nothing(), 204)
            .handled<store::Tx>([parts](Call& call, store::Tx& tx) { return end_login(parts, call, tx); }));
}

} // namespace

http::Shape made_login_shape() {
    return http::object({{"token", http::nullable(http::text(1, 200))},
                         {"person", person_shape()},
                         {"organisation", organisation_shape()},
                         {"expires_at", http::time()}});
}

// A page gets its token as a cookie that no script can read, so the answer does not repeat it.
Answer login_answer(const PeopleParts& parts, const Organisation& organisation, const Person& person,
                    const NewLogin& login, bool cookie) {
    Answer answer = http::created({{"token", cookie ? Json() : Json(login.token)},
                                   {"person", json_of(person)},
                                   {"organisation", json_of(organisation)},
                                   {"expires_at", platform::iso8601(login.expires_ms)}});
    if (cookie) answer.header("Set-Cookie", set_cookie(parts.tls, login.token));
    answer.header("Cache-Control", "no-store");
    answer.on({{"person", person.id}, {"login", login.id}});
    return answer;
}

std::string cookie_name(bool tls) {
    return tls ? "__Host-lectern" : "lectern";
}

// The cookie outlives the idle time of its login, which the server prolongs with each use.
std::string set_cookie(bool tls, std::string_view token) {
    return cookie_name(tls) + "=" + std::string(token) +
           "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(longest_ms / 1000) +
           (tls ? "; Secure" : "");
}

std::string clear_cookie(bool tls) {
    return cookie_name(tls) + "=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0" + (tls ? "; Secure" : "");
}

namespace {

// With TLS and without, as for logins: a box may have got a certificate since.
constexpr const char *known_with_tls = "__Host-lectern-known", *known_without = "lectern-known";

std::string_view cookie_named(std::string_view cookies, std::string_view name) {
    while (!cookies.empty()) {
        const auto end = std::min(cookies.find(';'), cookies.size());
        const auto cookie = platform::trimmed(cookies.substr(0, end));
        cookies.remove_prefix(std::min(end + 1, cookies.size()));
        const auto equals = cookie.find('=');
        if (equals != cookie.npos && cookie.substr(0, equals) == name) return cookie.substr(equals + 1);
    }
    return {};
}

} // namespace

Source source_of(const Call& call) {
    Source source;
    source.address = http::network_of(call.remote_address);
    const std::string_view cookies = call.header_values.find("cookie").value_or("");
    source.cookie = cookie_named(cookies, known_with_tls);
    if (source.cookie.empty()) source.cookie = cookie_named(cookies, known_without);
    source.device_id = call.caller.device_id;
    return source;
}

bool is_browser(const Call& call) {
    return call.header_values.contains("origin");
}

std::string set_known_cookie(bool tls, std::string_view known) {
    return std::string(tls ? known_with_tls : known_without) + "=" + std::string(known) +
           "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" +
           std::to_string(KnownSources::browser_life_ms / 1000) + (tls ? "; Secure" : "");
}

void add_login_routes(http::RouteTable& table, const PeopleParts& parts) {
    add_setup(table, parts);
    add_logins(table, parts);
}

} // namespace people
