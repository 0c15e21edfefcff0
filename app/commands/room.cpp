// lectern room: a classroom as a grid of seats.
#include <CLI/CLI.hpp>

#include "app/commands/commands.h"
#include "app/commands/data_command.h"
#include "app/services.h"

namespace app {

namespace {

Json add_one(store::Tx& tx, Services& services, OrganisationId organisation_id, const JsonFields& arguments) {
    return json_of(services.rooms.make_grid(tx, organisation_id, arguments.get<std::string>("name"),
                                            arguments.get<std::int64_t>("rows"),
                                            arguments.get<std::int64_t>("places")));
}

Json list_them(store::Read& read, Services& services, OrganisationId organisation_id, const JsonFields&) {
    Json items = Json::array();
    for (const auto& room : services.rooms.list(read, organisation_id))
        items.push_back(json_of(room));
    return {{"items", items}};
}

} // namespace

std::vector<Command> room_commands() {
    Command add;
    add.name = "room add";
    add.arguments = http::object({{"name", http::text(1, 80)},
                                  {"rows", http::integer(1, 50)},
                                  {"places", http::integer(1, 50)},
                                  {"organisation?", http::text(1, 80)}});
    add.change = add_one;
    Command list;
    list.name = "room list";
    list.arguments = http::object({{"organisation?", http::text(1, 80)}});
    list.look = list_them;
    return {add, list};
}

void add_room(CLI::App& root, Line& line) {
    CLI::App& parent = add_command(root, "room", "Rooms of an organisation",
                                   "lectern room add --name 'Room 2' --rows 5 --places 6");
    parent.require_subcommand(1);
    DataCommand(parent, line, "room add", "Add a room with a grid of seats",
                "lectern room add --name 'Room 2' --rows 5 --places 6")
        .needs("--name", "The name of the room")
        .needs_number("--rows", "Rows of seats, 1 to 50")
        .needs_number("--places", "Seats in a row, 1 to 50")
        .may("--organisation", "Where several exist")
        .says([](const JsonFields& result, std::ostream& out) {
            out << "Added " << result.get<std::string>("name") << " with "
                << result.get<int>("rows") * result.get<int>("places") << " seats\n";
        });
    DataCommand(parent, line, "room list", "List rooms", "lectern room list --json")
        .may("--organisation", "Where several exist")
        .lists({"id", "name", "rows", "places"});
}

} // namespace app
