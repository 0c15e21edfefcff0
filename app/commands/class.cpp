// lectern class: a class with its teacher.
#include <CLI/CLI.hpp>

#include "app/commands/commands.h"
#include "app/commands/data_command.h"
#include "app/services.h"

namespace app {

namespace {

Json add_one(store::Tx& tx, Services& services, OrganisationId organisation_id, const JsonFields& arguments) {
    const auto nickname = arguments.get<std::string>("teacher");
    const auto teacher = services.people.by_nickname(tx, organisation_id, nickname);
    if (!teacher) platform::throw_not_found("person: " + nickname);
    return json_of(
        services.classes.add(tx, organisation_id, arguments.get<std::string>("name"), teacher->id));
}

Json list_them(store::Read& read, Services& services, OrganisationId organisation_id, const JsonFields&) {
    Json items = Json::array();
    for (const auto& a_class : services.classes.list(read, organisation_id, {1'000'000, {}}).items)
        items.push_back({{"id", a_class.id},
                         {"name", a_class.name},
                         {"teacher", a_class.teacher.nickname},
                         {"students", a_class.student_count}});
    return {{"items", items}};
}

} // namespace

std::vector<Command> class_commands() {
    Command add;
    add.name = "class add";
    add.arguments = http::object({{"name", http::text(1, 80)},
                                  {"teacher", http::text(1, people::longest_nickname)},
                                  {"organisation?", http::text(1, 80)}});
    add.change = add_one;
    Command list;
    list.name = "class list";
    list.arguments = http::object({{"organisation?", http::text(1, 80)}});
    list.look = list_them;
    return {add, list};
}

void add_class(CLI::App& root, Line& line) {
    CLI::App& parent = add_command(root, "class", "Classes of an organisation",
                                   "lectern class add --name 6B --teacher rossi");
    parent.require_subcommand(1);
    DataCommand(parent, line, "class add", "Add a class", "lectern class add --name 6B --teacher rossi")
        .needs("--name", "The name of the class")
        .needs("--teacher", "The nickname of its teacher")
        .may("--organisation", "Where several exist")
        .says([](const JsonFields& result, std::ostream& out) {
            out << "Added class " << result.get<std::string>("name") << "\n";
        });
    DataCommand(parent, line, "class list", "List classes", "lectern class list --json")
        .may("--organisation", "Where several exist")
        .lists({"id", "name", "teacher", "students"});
}

} // namespace app
