// The people of an organisation. A teacher looks after students, an administrator after everybody.
#include <nlohmann/json.hpp>

#include "http/serving/lists.h"
#include "people/people_routes.h"
#include "people/signing_in/pin.h"
#include "platform/error.h"
#include "platform/text.h"

namespace people {

namespace {

using http::Answer;
using http::Call;
using http::Json;
using platform::Role;

[[noreturn]] void throw_forbidden(const std::string& message) {
    throw platform::Error(platform::ErrorKind::forbidden, message);
}

bool administers(const platform::Caller& caller) {
    return caller.role >= Role::administrator;
}

// Refuses a change of a person the caller is not in charge of: otherwise a teacher could take over an
// administrator with a new PIN.
void refuse_unless_in_charge(const platform::Caller& caller, const Person& person) {
    if (person.role != Role::student && !administers(caller))
        throw_forbidden("A teacher changes students only; staff are an administrator's.");
    if (person.box_administrator && !caller.box_administrator)
        throw_forbidden("Only a box administrator changes a box administrator.");
}

std::optional<std::string> text_field(const Json& body, const char* name) {
    return body.contains(name) ? std::optional(body.at(name).get<std::string>()) : std::nullopt;
}

// Absent: leave it. Null: clear it.
std::optional<std::optional<std::string>> clearable_field(const Json& body, const char* name) {
    if (!body.contains(name)) return std::nullopt;
    if (body.at(name).is_null()) return std::optional<std::string>();
    return std::optional(body.at(name).get<std::string>());
}

Answer list_people(const PeopleParts& parts, Call& call, store::Read& read) {
    PeopleFilter filter;
    if (auto role = call.query("role")) {
        filter.role = platform::named<platform::Role>(*role);
        if (!filter.role)
            platform::throw_invalid("role", "must be student, viewer, teacher or administrator");
    }
    filter.class_id = call.query_id<ClassId>("class");
    filter.text = call.query("q").value_or("");
    filter.inactive = call.query("inactive") == "true";
    return http::page_answer(parts.people.list(read, call.caller.organisation_id, filter,
                                               http::page_request<store::PageRequest>(call, 1000)));
}

Answer add_person(const PeopleParts& parts, Call& call) {
    const Json& body = call.body;
    NewPerson person;
    person.role = *platform::named<platform::Role>(body.at("role").get_ref<const std::string&>());
    if (person.role != Role::student && !administers(call.caller))
        throw_forbidden("A teacher adds students only; staff are an administrator's.");
    person.nickname = checked_nickname(body.at("nickname"));
    person.first_name = body.value("first_name", "");
    person.last_name = body.value("last_name", "");
    person.username = text_field(body, "username");
    person.email = text_field(body, "email");
    person.external_id = text_field(body, "external_id");
    if (body.contains("password")) {
        if (!person.username) platform::throw_invalid("username", "is needed with a password");
        person.password_hash = parts.hasher.hash(body.at("password").get_ref<const std::string&>());
    }
    if (body.contains("pin"))
        person.pin_hash = parts.hasher.hash(body.at("pin").get_ref<const std::string&>());
    Person made = parts.store.write("add person", [&](store::Tx& tx) {
        Person added = parts.people.add(tx, call.caller.organisation_id, person);
        if (body.contains("class_id"))
            parts.classes.add_student(tx, call.caller.organisation_id, body.at("class_id"), added.id);
        return added;
    });
    return http::created(json_of(made), "/v1/people/" + to_string(made.id)).on({{"person", made.id}});
}

Answer change_person(const PeopleParts& parts, Call& call, store::Tx& tx) {
    const PersonId id = call.id<PersonId>("id");
    const Json& body = call.body;
    Person person = parts.people.get(tx, call.caller.organisation_id, id);
    refuse_unless_in_charge(call.caller, person);
    PersonChange change;
    if (auto role = text_field(body, "role")) change.role = platform::named<platform::Role>(*role);
    if (change.role && *change.role != person.role && !administers(call.caller))
        throw_forbidden("Only an administrator changes what somebody is.");
    if (auto nickname = text_field(body, "nickname")) change.nickname = checked_nickname(*nickname);
    change.first_name = text_field(body, "first_name");
    change.last_name = text_field(body, "last_name");
    change.username = clearable_field(body, "username");
    change.email = clearable_field(body, "email");
    change.external_id = clearable_field(body, "external_id");
    if (body.contains("active")) change.active = body.at("active").get<bool>();
    if (person.has_password && change.username && !*change.username)
        platform::throw_invalid("username", "is needed with a password");
    return http::json(json_of(parts.people.change(tx, call.caller.organisation_id, id, change)))
        .on({{"person", id}});
}

Answer deactivate_person(const PeopleParts& parts, Call& call, store::Tx& tx) {
    const PersonId id = call.id<PersonId>("id");
    refuse_unless_in_charge(call.caller, parts.people.get(tx, call.caller.organisation_id, id));
    parts.people.deactivate(tx, call.caller.organisation_id, id);
    return http::no_content().on({{"person", id}});
}

Person person_for_secret(const PeopleParts& parts, const Call& call, PersonId id) {
    Person person = parts.store.read(
        [&](store::Read& read) { return parts.people.get(read, call.caller.organisation_id, id); });
    if (id != call.caller.person_id) refuse_unless_in_charge(call.caller, person);
    return person;
}

Answer void_pin(const PeopleParts& parts, Call& call, store::Tx& tx) {
    const PersonId id = call.id<PersonId>("id");
    refuse_unless_in_charge(call.caller, parts.people.get(tx, call.caller.organisation_id, id));
    parts.people.set_pin(tx, call.caller.organisation_id, id, std::nullopt);
    return http::no_content().on({{"person", id}});
}

// Ends the caller's own logins except the calling one; an administrator may end anybody's, a teacher those of
// students.
Answer sign_out_everywhere(const PeopleParts& parts, Call& call, store::Tx& tx) {
    const PersonId id = call.id<PersonId>("id");
    const bool own = id == call.caller.person_id;
    const Person person = parts.people.get(tx, call.caller.organisation_id, id);
    if (!own && call.caller.role < Role::teacher) throw_forbidden("You may end your own logins only.");
    if (!own) refuse_unless_in_charge(call.caller, person);
    parts.logins.end_of_person(tx, call.caller.organisation_id, id, {},
                               own ? call.caller.login_id : LoginId());
    return http::no_content().on({{"person", id}});
}

Answer set_pin(const PeopleParts& parts, Call& call) {
    const PersonId id = call.id<PersonId>("id");
    person_for_secret(parts, call, id);
    const std::string pin =
        call.body.contains("pin") ? call.body.at("pin").get<std::string>() : draw_pin(parts.random);
    const std::string hash = parts.hasher.hash(pin);
    parts.store.write(
        "set pin", [&](store::Tx& tx) { parts.people.set_pin(tx, call.caller.organisation_id, id, hash); });
    return http::json({{"pin", pin}}).header("Cache-Control", "no-store").on({{"person", id}});
}

// Changing one's own password needs the old one, so that a page left open is not enough; an administrator
// sets anybody else's.
Answer set_password(const PeopleParts& parts, Call& call) {
    const PersonId id = call.id<PersonId>("id");
    const bool own = id == call.caller.person_id;
    if (!own && !administers(call.caller))
        throw_forbidden("Only an administrator sets the password of another.");
    Person person = person_for_secret(parts, call, id);
    if (!person.username) platform::throw_conflict("\"" + person.nickname + "\" needs a user name first.");
    if (own) {
        if (!call.body.contains("current"))
            platform::throw_invalid("current", "must be the present password");
        Claim claim;
        claim.by = Claim::By::password;
        claim.name = *person.username;
        claim.secret = call.body.at("current").get<std::string>();
        claim.organisation_id = call.caller.organisation_id;
        claim.again = true;
        parts.sign_in.prove(claim, {});
    }
    const std::string hash = parts.hasher.hash(call.body.at("password").get_ref<const std::string&>());
    parts.store.write("set password", [&](store::Tx& tx) {
        parts.people.set_password(tx, call.caller.organisation_id, id, hash,
                                  own ? call.caller.login_id : LoginId());
    });
    return http::no_content().on({{"person", id}});
}

http::Shape role_shape() {
    return http::one_of<platform::Role>();
}

http::Fields list_fields() {
    http::Fields fields = http::paging_fields(1000);
    fields.emplace_back("role?", role_shape());
    fields.emplace_back("class?", http::identifier());
    fields.emplace_back("q?", http::text(0, 80));
    fields.emplace_back("inactive?", http::one_of({"true", "false"}));
    return fields;
}

void add_list_and_change(http::RouteTable& table, const PeopleParts& parts) {
    table.add(http::get("/v1/people", "The people of the organisation")
                  .reads()
                  .by(http::Access::viewer)
                  .tagged("people")
                  .asks(list_fields())
                  .gives(http::page_of(person_shape()))
                  .handled<store::Read>(
                      [parts](Call& call, store::Read& read) { return list_people(parts, call, read); }));
    table.add(http::post("/v1/people", "Add a student; or, as an administrator, staff")
                  .slow()
                  .by(http::Access::teacher)
                  .tagged("people")
                  .takes(http::object({{"role", role_shape()},
                                       {"nickname", http::text(1, 40)},
                                       {"pin?", http::pin()},
                                       {"password?", password_shape()},
                                       {"username?", username_shape()},
                                       {"first_name?", person_name(80)},
                                       {"last_name?", person_name(80)},
                                       {"email?", email_shape()},
                                       {"external_id?", http::text(1, 80)},
                                       {"class_id?", http::identifier()}}))
                  .gives(person_shape(), 201)
                  .handled([parts](Call& call) { return add_person(parts, call); }));
    table.add(http::get("/v1/people/:id", "One person")
                  .reads()
                  .by(http::Access::viewer)
                  .tagged("people")
                  .gives(person_shape())
                  .handled<store::Read>([parts](Call& call, store::Read& read) {
                      return http::json(json_of(
                          parts.people.get(read, call.caller.organisation_id, call.id<PersonId>("id"))));
                  }));
    table.add(http::patch("/v1/people/:id", "Change a person")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("people")
                  .takes(http::object({{"role?", role_shape()},
                                       {"nickname?", http::text(1, 40)},
                                       {"first_name?", person_name(80)},
                                       {"last_name?", person_name(80)},
                                       {"username?", http::nullable(username_shape())},
                                       {"email?", http::nullable(email_shape())},
                                       {"external_id?", http::nullable(http::text(1, 80))},
                                       {"active?", http::boolean()}}))
                  .gives(person_shape())
                  .handled<store::Tx>(
                      [parts](Call& call, store::Tx& tx) { return change_person(parts, call, tx); }));
    table.add(http::del("/v1/people/:id", "Deactivate a person: what was recorded stays")
                  .writes()
                  .by(http::Access::teacher)
                  .tagged("people")
                  .gives(http::nothing(), 204)
                  .handled<store::Tx>(
                      [parts](Call& call, store::Tx& tx) { return deactivate_person(parts, call, tx); }));
}

void add_secrets(http::RouteTable& table, const PeopleParts& parts) {
    table.add(http::post("/v1/people/:id/pin", "Set a PIN, or draw one: shown this once")
                  .slow()
                  .by(http::Access::teacher)
                  .tagged("people")
                  .takes(http::object({{"pin?", http::pin()}}))
                  .gives(http::object({{"pin", http::pin()}}))
                  .handled([parts](Call& call) { return set_pin(parts, call); }));
    table.add(
        http::del("/v1/people/:id/pin", "Make a PIN void: nobody signs in by it until there is a new one")
            .writes()
            .by(http::Access::teacher)
            .tagged("people")
            .gives(http::nothing(), 204)
            .handled<store::Tx>([parts](Call& call, store::Tx& tx) { return void_pin(parts, call, tx); }));
    table.add(
        http::post("/v1/people/:id/sign-out", "End all logins of a person; of one's own, all but this one")
            .writes()
            .by(http::Access::viewer)
            .tagged("logins")
            .gives(http::nothing(), 204)
            .handled<store::Tx>(
                [parts](Call& call, store::Tx& tx) { return sign_out_everywhere(parts, call, tx); }));
    table.add(http::post("/v1/people/:id/password",
                         "Set a password: one's own with the present one, or as an administrator")
                  .slow()
                  .by(http::Access::viewer)
                  .tagged("people")
                  .takes(http::object({{"password", password_shape()}, {"current?", http::text(1, 200)}}))
                  .gives(http::nothing(), 204)
                  .handled([parts](Call& call) { return set_password(parts, call); }));
}

} // namespace

void add_person_routes(http::RouteTable& table, const PeopleParts& parts) {
    add_list_and_change(table, parts);
    add_secrets(table, parts);
}

} // namespace people
