// lectern site-key: keys for clients that cannot send a header and identify themselves by their base URL,
// http://box/k/KEY/.
#include <CLI/CLI.hpp>

#include "app/commands/commands.h"
#include "app/commands/data_command.h"
#include "app/services.h"
#include "platform/error.h"
#include "platform/text.h"

namespace app {

namespace {

Json add_one(store::Tx& tx, Services& services, OrganisationId organisation_id, const JsonFields& arguments) {
    const auto made = services.site_keys.add(tx, organisation_id, arguments.get<std::string>("name"),
                                             arguments.get_or("client", false));
    Json result = json_of(made.site_key);
    result["key"] = made.key;
    return result;
}

Json list_them(store::Read& read, Services& services, OrganisationId organisation_id, const JsonFields&) {
    Json items = Json::array();
    for (const auto& site_key : services.site_keys.list(read, organisation_id))
        items.push_back(json_of(site_key));
    return {{"items", items}};
}

Json revoke_one(store::Tx& tx, Services& services, OrganisationId organisation_id,
                const JsonFields& arguments) {
    const auto name = arguments.get<std::string>("name");
    for (const auto& site_key : services.site_keys.list(tx, organisation_id)) {
        if (platform::lower_ascii(site_key.name) != platform::lower_ascii(name)) continue;
        services.site_keys.revoke(tx, organisation_id, site_key.id);
        return json_of(site_key);
    }
    platform::throw_not_found("site key: " + name);
}

} // namespace

std::vector<Command> site_key_commands() {
    const http::Shape text = http::text(1, 80);
    Command add;
    add.name = "site-key add";
    add.arguments = http::object({{"name", text}, {"client?", http::boolean()}, {"organisation?", text}});
    add.change = add_one;
    Command list;
    list.name = "site-key list";
    list.arguments = http::object({{"organisation?", text}});
    list.look = list_them;
    Command revoke;
    revoke.name = "site-key revoke";
    revoke.arguments = http::object({{"name", text}, {"organisation?", text}});
    revoke.change = revoke_one;
    return {add, list, revoke};
}

void add_site_key(CLI::App& root, Line& line) {
    CLI::App& parent = add_command(root, "site-key", "Keys for clients that cannot send a header",
                                   "lectern site-key add --name 'Unreal build 7'");
    parent.require_subcommand(1);
    DataCommand(parent, line, "site-key add", "Make a site key and print it, once",
                "lectern site-key add --name 'Unreal build 7'")
        .needs("--name", "What it is for")
        .flag("--client", "It has the rights of a client panel instead of a headset's")
        .may("--organisation", "Where several exist")
        .says([](const JsonFields& result, std::ostream& out) {
            out << result.get<std::string>("key") << "\n";
        });
    DataCommand(parent, line, "site-key list", "List site keys", "lectern site-key list --json")
        .may("--organisation", "Where several exist")
        .lists({"id", "name", "client_panel", "created_at"});
    DataCommand(parent, line, "site-key revoke", "Revoke a site key",
                "lectern site-key revoke --name 'Unreal build 7'")
        .needs("--name", "Which one")
        .may("--organisation", "Where several exist")
        .says([](const JsonFields& result, std::ostream& out) {
            out << "Revoked " << result.get<std::string>("name") << "\n";
        });
}

} // namespace app
