// lectern setup: the first organisation of a box with its administrator. It needs no setup code, because its
// user may write to the data folder anyway. On a box that already has an organisation it adds another.
#include <CLI/CLI.hpp>

#include "app/commands/commands.h"
#include "app/commands/data_command.h"
#include "app/services.h"
#include "people/people_routes.h"

namespace app {

namespace {

Json set_up(store::Tx& tx, Services& services, OrganisationId, const JsonFields& arguments) {
    people::NewOrganisation organisation;
    organisation.name = arguments.get<std::string>("organisation");
    organisation.seats = arguments.get_or("seats", organisation.seats);
    const auto username = arguments.get<std::string>("admin"),
               password_hash = arguments.get<std::string>("password_hash");
    if (services.setup.needed(tx)) {
        const auto made = services.setup.make(tx, organisation, {username, password_hash, "", "", ""});
        return {{"organisation", json_of(made.organisation)}, {"person", json_of(made.person)}};
    }
    const auto made = services.organisations.add(tx, organisation);
    people::NewPerson administrator;
    administrator.role = platform::Role::administrator;
    administrator.nickname = username;
    administrator.username = username;
    administrator.password_hash = password_hash;
    const auto person = services.people.add(tx, made.id, administrator);
    return {{"organisation", json_of(made)}, {"person", json_of(person)}};
}

} // namespace

std::vector<Command> setup_commands() {
    Command command;
    command.name = "setup";
    command.arguments = http::object({{"organisation", http::text(1, 80)},
                                      {"admin", http::text(1, people::longest_nickname)},
                                      {"password", people::password_shape()},
                                      {"seats?", http::integer(0, 100000)}});
    command.prepare = hash_secrets;
    command.change = set_up;
    command.needs_organisation = false;
    return {command};
}

void add_setup(CLI::App& root, Line& line) {
    DataCommand(root, line, "setup", "Make an organisation and its administrator",
                "echo \"$PASSWORD\" | lectern setup --organisation 'North School' --admin ellis --seats 40")
        .needs("--organisation", "Its name")
        .needs("--admin", "The administrator's user name; the password is read from standard input")
        .may_number("--seats", "Headsets that its licence allows (40)")
        .asks_secret("password", "Password: ")
        .says([](const JsonFields& result, std::ostream& out) {
            out << "Organisation " << result.object("organisation").get<std::string>("name") << " is ready; "
                << result.object("person").get<std::string>("username") << " administers it.\n";
        });
}

} // namespace app
