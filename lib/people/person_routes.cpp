// The people of an organisation. A teacher looks after students, an administrator after everybody.
#include <nlohmann/json.hpp>

#include "http/serving/lists.h"
#include "people/people_routes.h"
#include "people/signing_in/password.h"
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
    const platform::JsonFields body = call.fields();
    NewPerson person;
    person.role = body.get<Role>("role");
    if (person.role != Role::student && !administers(call.caller))
        throw_forbidden("A teacher adds students only; staff are an administrator's.");
    person.nickname = checked_nickname(body.get<std::string>("nickname"));
    person.first_name = body.get_or("first_name", person.first_name);
    person.last_name = body.get_or("last_name", person.last_name);
    person.username = body.find<std::string>("username");
    person.email = body.find<std::string>("email");
    person.external_id = body.find<std::string>("external_id");
    if (const auto password = body.find<std::string>("password")) {
        if (!person.username) platform::throw_invalid("username", "is needed with a password");
        person.password_hash = hash_of_new_password(parts.hasher, *password, *person.username);
    }
    if (const auto pin = body.find<std::string>("pin")) person.pin_hash = parts.hasher.hash(*pin);
    const auto class_id = body.find<ClassId>("class_id");
    Person made = parts.store.write("add person", [&](store::Tx& tx) {
        Person added = parts.people.add(tx, call.caller.organisation_id, person);
        if (class_id) parts.classes.add_student(tx, call.caller.organisation_id, *class_id, added.id);
        return added;
    });
    return http::created(json_of(made), "/v1/people/" + to_string(made.id)).on({{"person", made.id}});
}

Answer change_person(const PeopleParts& parts, Call& call, store::Tx& tx) {
    const PersonId id = call.id<PersonId>("id");
    const platform::JsonFields body = call.fields();
    Person person = parts.people.get(tx, call.caller.organisation_id, id);
    refuse_unless_in_charge(call.caller, person);
    PersonChange change;
    change.role = body.find<Role>("role");
    if (change.role && *change.role != person.role && !administers(call.caller))
        throw_forbidden("Only an administrator changes what somebody is.");
    if (const auto nickname = body.find<std::string>("nickname"))
        change.nickname = checked_nickname(*nickname);
    change.first_name = body.find<std::string>("first_name");
    change.last_name = body.find<std::string>("last_name");
    change.username = body.find_nullable<std::string>("username");
    change.email = body.find_nullable<std::string>("email");
    change.external_id = body.find_nullable<std::string>("external_id");
    change.active = body.find<bool>("active");
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
    const auto given = call.fields().find<std::string>("pin");
    const std::string pin = given ? *given : draw_pin(parts.random);
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
        const auto current = call.fields().find<std::string>("current");
        if (!current) platform::throw_invalid("current", "must be the present password");
        Claim claim;
        claim.by = Claim::By::password;
        claim.name = *person.username;
        claim.secret = *current;
        claim.organisation_id = call.caller.organisation_id;
        claim.again_in_field = "current";
        claim.source = source_of(call);
        claim.source.login_id = call.caller.login_id;
        parts.sign_in.prove(claim, {});
    }
    const std::string hash =
        hash_of_new_password(parts.hasher, call.fields().get<std::string>("password"), *person.username);
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
                                       {"nickname", nickname_shape()},
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
                                       {"nickname?", nickname_shape()},
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
