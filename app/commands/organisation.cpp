// lectern organisation, lectern licence: the schools of a box, and how many headsets each may pair, for how
// long.
#include <CLI/CLI.hpp>

#include "app/commands/commands.h"
#include "app/commands/data_command.h"
#include "app/services.h"

namespace app {

namespace {

// Absent: leave it. "none": without one.
std::optional<std::optional<std::string>> last_day_of(const JsonFields& arguments) {
    const auto given = arguments.find<std::string>("last_day");
    if (!given) return std::nullopt;
    return *given == "none" ? std::optional<std::string>() : given;
}

// Its first administrator uses the invitation that is printed.
Json add_one(store::Tx& tx, Services& services, OrganisationId, const JsonFields& arguments) {
    people::NewOrganisation made;
    made.name = arguments.get<std::string>("name");
    made.seats = arguments.get_or("seats", made.seats);
    made.licence_type = arguments.get_or("type", made.licence_type);
    made.last_day = last_day_of(arguments).value_or(std::nullopt);
    const auto added = services.organisations.add(tx, made);
    const auto invited =
        services.invitations.add(tx, added.id, std::nullopt, {.role = platform::Role::administrator});
    Json result = json_of(added);
    result["invitation_code"] = invited.code;
    return result;
}

Json row_of(const people::Organisation& organisation) {
    return {{"id", organisation.id},
            {"name", organisation.name},
            {"type", organisation.licence.type},
            {"seats", organisation.licence.seats},
            {"taken", organisation.licence.seats_taken},
            {"last_day", organisation.licence.last_day ? Json(*organisation.licence.last_day) : Json()}};
}

Json list_them(store::Read& read, Services& services, OrganisationId, const JsonFields&) {
    Json items = Json::array();
    for (const auto& organisation : services.organisations.list(read))
        items.push_back(row_of(organisation));
    return {{"items", items}};
}

Json set_licence(store::Tx& tx, Services& services, OrganisationId organisation_id,
                 const JsonFields& arguments) {
    people::LicenceChange change;
    change.type = arguments.find<std::string>("type");
    change.seats = arguments.find<std::int64_t>("seats");
    change.last_day = last_day_of(arguments);
    services.organisations.change_licence(tx, organisation_id, change);
    return row_of(services.organisations.get(tx, organisation_id));
}

void say_licence(const JsonFields& licence, std::ostream& out) {
    out << licence.get<std::string>("name") << ": " << licence.get<std::int64_t>("taken") << " of "
        << licence.get<std::int64_t>("seats") << " seats taken, licence \""
        << licence.get<std::string>("type") << "\"";
    if (const auto last_day = licence.find<std::string>("last_day")) out << " until " << *last_day;
    out << "\n";
}

http::Shape day_shape() {
    return http::pattern("[0-9]{4}-[0-9]{2}-[0-9]{2}|none", "a day like 2027-07-31");
}

} // namespace

std::vector<Command> organisation_commands() {
    const http::Shape text = http::text(1, 80);
    Command add;
    add.name = "organisation add";
    add.arguments = http::object({{"name", text},
                                  {"seats?", http::integer(0, 100'000)},
                                  {"type?", http::text(1, 40)},
                                  {"last_day?", day_shape()}});
    add.change = add_one;
    add.needs_organisation = false;
    Command list;
    list.name = "organisation list";
    list.arguments = http::object({});
    list.look = list_them;
    list.needs_organisation = false;
    Command set;
    set.name = "licence set";
    set.arguments = http::object({{"seats?", http::integer(0, 100'000)},
                                  {"type?", http::text(1, 40)},
                                  {"last_day?", day_shape()},
                                  {"organisation?", text}});
    set.change = set_licence;
    return {add, list, set};
}

void add_organisation(CLI::App& root, Line& line) {
    CLI::App& parent =
        add_command(root, "organisation", "The schools of this box", "lectern organisation list");
    parent.require_subcommand(1);
    DataCommand(parent, line, "organisation add",
                "Add a school, and print the code that invites its administrator",
                "lectern organisation add --name 'Hillside' --seats 30")
        .needs("--name", "Its name")
        .may_number("--seats", "Headsets that its licence allows (40)")
        .may("--type", "What kind of licence it is (school)")
        .may("--last-day", "The licence's last day, like 2027-07-31; none: it never ends")
        .says([](const JsonFields& result, std::ostream& out) {
            out << "Added " << result.get<std::string>("name") << "; its administrator comes in by the code "
                << result.get<std::string>("invitation_code") << "\n";
        });
    DataCommand(parent, line, "organisation list", "List the schools with their licences",
                "lectern organisation list --json")
        .lists({"id", "name", "type", "seats", "taken", "last_day"});
    CLI::App& licence = add_command(root, "licence", "For how many headsets and how long a school may pair",
                                    "lectern licence set --seats 60 --last-day 2027-07-31");
    licence.require_subcommand(1);
    DataCommand(licence, line, "licence set", "Change a licence: no running lesson stops",
                "lectern licence set --organisation 'Hillside' --seats 60 --last-day 2027-07-31")
        .may_number("--seats", "Headsets that it allows")
        .may("--type", "What kind of licence it is")
        .may("--last-day", "Its last day, like 2027-07-31, or none")
        .may("--organisation", "Where several exist")
        .says(say_licence);
}

} // namespace app
