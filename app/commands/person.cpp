// lectern person: the people of an organisation, and new secrets for those who lost theirs.
#include <CLI/CLI.hpp>
#include <map>

#include "app/commands/commands.h"
#include "app/commands/data_command.h"
#include "app/commands/roster.h"
#include "app/services.h"
#include "people/people_routes.h"
#include "people/signing_in/pin.h"
#include "platform/text.h"

namespace app {

namespace {

// The command line says "admin" where the schema says "administrator"; both are accepted.
platform::Role role_of(std::string_view name) {
    return platform::named<platform::Role>(name == "admin" ? "administrator" : name).value();
}

people::Person person_named(store::Read& read, Services& services, OrganisationId organisation_id,
                            const JsonFields& arguments) {
    const auto nickname = arguments.get<std::string>("nickname");
    const auto person = services.people.by_nickname(read, organisation_id, nickname);
    if (!person) platform::throw_not_found("person: " + nickname);
    return *person;
}

ClassId class_named(store::Read& read, Services& services, OrganisationId organisation_id,
                    const std::string& name) {
    const auto page = services.classes.list(read, organisation_id, {1000, {}});
    for (const auto& a_class : page.items)
        if (platform::lower_ascii(a_class.name) == platform::lower_ascii(name)) return a_class.id;
    platform::throw_not_found("class: " + name);
}

Json add_one(store::Tx& tx, Services& services, OrganisationId organisation_id, const JsonFields& arguments) {
    people::NewPerson person;
    person.role = role_of(arguments.get<std::string_view>("role"));
    person.nickname = arguments.get<std::string>("nickname");
    person.first_name = arguments.get_or("first_name", person.first_name);
    person.last_name = arguments.get_or("last_name", person.last_name);
    person.username = arguments.find<std::string>("username");
    person.pin_hash = arguments.find<std::string>("pin_hash");
    person.password_hash = arguments.find<std::string>("password_hash");
    if (person.password_hash && !person.username) person.username = person.nickname;
    const auto added = services.people.add(tx, organisation_id, person);
    if (const auto name = arguments.find<std::string>("class"))
        services.classes.add_student(tx, organisation_id, class_named(tx, services, organisation_id, *name),
                                     added.id);
    Json result = json_of(added);
    if (const auto drawn = arguments.find<std::string>("drawn_pin")) result["pin"] = *drawn;
    return result;
}

Json list_them(store::Read& read, Services& services, OrganisationId organisation_id,
               const JsonFields& arguments) {
    people::PeopleFilter filter;
    if (const auto role = arguments.find<std::string_view>("role")) filter.role = role_of(*role);
    if (const auto name = arguments.find<std::string>("class"))
        filter.class_id = class_named(read, services, organisation_id, *name);
    Json items = Json::array();
    for (const auto& person : services.people.list(read, organisation_id, filter, {1'000'000, {}}).items)
        items.push_back(json_of(person));
    return {{"items", items}};
}

// A person without a secret could not sign in, so this draws a PIN. The result shows it once.
void prepare_new(Services& services, Json& arguments) {
    const JsonFields given(arguments);
    if (!given.has("pin") && !given.has("password"))
        arguments["drawn_pin"] = arguments["pin"] = people::draw_pin(services.random);
    hash_secrets(services, arguments);
}

void prepare_pin(Services& services, Json& arguments) {
    const auto given = JsonFields(arguments).find<std::string>("pin");
    arguments["new_pin"] = arguments["pin"] = given ? *given : people::draw_pin(services.random);
    hash_secrets(services, arguments);
}

Json reset_pin(store::Tx& tx, Services& services, OrganisationId organisation_id,
               const JsonFields& arguments) {
    const auto person = person_named(tx, services, organisation_id, arguments);
    services.people.set_pin(tx, organisation_id, person.id, arguments.get<std::string>("pin_hash"));
    return {{"id", person.id}, {"nickname", person.nickname}, {"pin", arguments.get<std::string>("new_pin")}};
}

Json reset_password(store::Tx& tx, Services& services, OrganisationId organisation_id,
                    const JsonFields& arguments) {
    const auto person = person_named(tx, services, organisation_id, arguments);
    services.people.set_password(tx, organisation_id, person.id, arguments.get<std::string>("password_hash"));
    return {{"id", person.id}, {"nickname", person.nickname}};
}

Json reset_totp(store::Tx& tx, Services& services, OrganisationId organisation_id,
                const JsonFields& arguments) {
    const auto person = person_named(tx, services, organisation_id, arguments);
    services.second_factor.remove(tx, organisation_id, person.id);
    return {{"id", person.id}, {"nickname", person.nickname}};
}

http::Shape role_shape() {
    return http::one_of({"admin", "administrator", "teacher", "viewer", "student"});
}

Command command_of(std::string name, http::Fields fields) {
    Command command;
    command.name = std::move(name);
    fields.push_back({"organisation?", http::text(1, 80)});
    command.arguments = http::object(std::move(fields));
    return command;
}

} // namespace

std::vector<Command> person_commands() {
    const http::Shape nickname = http::text(1, people::longest_nickname);
    Command add = command_of("person add", {{"role", role_shape()},
                                            {"nickname", nickname},
                                            {"pin?", http::pin()},
                                            {"password?", people::password_shape()},
                                            {"username?", http::text(1, 40)},
                                            {"first_name?", http::text(0, 80)},
                                            {"last_name?", http::text(0, 80)},
                                            {"class?", http::text(1, 80)}});
    add.prepare = prepare_new;
    add.change = add_one;
    Command list = command_of("person list", {{"role?", role_shape()}, {"class?", http::text(1, 80)}});
    list.look = list_them;
    Command pin = command_of("person reset-pin", {{"nickname", nickname}, {"pin?", http::pin()}});
    pin.prepare = prepare_pin;
    pin.change = reset_pin;
    Command password =
        command_of("person reset-password", {{"nickname", nickname}, {"password", people::password_shape()}});
    password.prepare = hash_secrets;
    password.change = reset_password;
    Command totp = command_of("person reset-totp", {{"nickname", nickname}});
    totp.change = reset_totp;
    return {add, list, pin, password, totp};
}

namespace {

void declare_add(CLI::App& person, Line& line) {
    DataCommand(person, line, "person add", "Add a person",
                "lectern person add --role student --nickname anna --pin 1234 --class 6B")
        .needs("--role", "admin, teacher, viewer or student")
        .needs("--nickname", "The name to sign in with, unique in the organisation")
        .may("--pin", "4 digits; without PIN and password one is drawn and printed")
        .may_ask_secret("--password", "password", "Read a password from standard input (staff)")
        .may("--username", "The name that goes with the password (the nickname)")
        .may("--first-name", "First name")
        .may("--last-name", "Last name")
        .may("--class", "The class that a student belongs to")
        .may("--organisation", "Where several exist")
        .says([](const JsonFields& result, std::ostream& out) {
            out << "Added " << result.get<std::string>("role") << " " << result.get<std::string>("nickname");
            if (const auto pin = result.find<std::string>("pin")) out << ", PIN " << *pin;
            out << "\n";
        });
}

void declare_resets(CLI::App& person, Line& line) {
    DataCommand(person, line, "person reset-pin", "Give a person a new PIN",
                "lectern person reset-pin --nickname anna")
        .needs("--nickname", "Whose")
        .may("--pin", "4 digits; without it one is drawn")
        .may("--organisation", "Where several exist")
        .says([](const JsonFields& result, std::ostream& out) {
            out << result.get<std::string>("pin") << "\n";
        });
    DataCommand(person, line, "person reset-password", "Give a person a new password, from standard input",
                "lectern person reset-password --nickname ellis")
        .needs("--nickname", "Whose")
        .may("--organisation", "Where several exist")
        .asks_secret("password", "New password: ")
        .says([](const JsonFields& result, std::ostream& out) {
            out << "New password for " << result.get<std::string>("nickname") << "\n";
        });
    DataCommand(person, line, "person reset-totp", "Take away a person's second factor that was lost",
                "lectern person reset-totp --nickname ellis")
        .needs("--nickname", "Whose")
        .may("--organisation", "Where several exist")
        .says([](const JsonFields& result, std::ostream& out) {
            out << result.get<std::string>("nickname")
                << " signs in without a second factor until it is set up again\n";
        });
}

} // namespace

void add_person(CLI::App& root, Line& line) {
    CLI::App& person =
        add_command(root, "person", "People of an organisation", "lectern person list --role teacher");
    person.require_subcommand(1);
    declare_add(person, line);
    DataCommand(person, line, "person list", "List people", "lectern person list --class 6B --json")
        .may("--role", "admin, teacher, viewer or student")
        .may("--class", "Only those of this class")
        .may("--organisation", "Where several exist")
        .lists({"id", "role", "nickname", "first_name", "last_name", "username"});
    declare_resets(person, line);
    declare_roster(person, line);
}

} // namespace app
