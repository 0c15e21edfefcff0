#include "app/commands/commands.h"

#include <algorithm>

#include "app/alone.h"
#include "app/services.h"
#include "http/serving/problem.h"
#include "people/signing_in/password.h"
#include "platform/error.h"
#include "platform/files.h"
#include "platform/log.h"
#include "platform/text.h"

namespace app {

namespace {

using Commands = std::vector<Command>;

Command command_named(const std::string& name) {
    for (const auto of :
         {setup_commands, organisation_commands, person_commands, roster_commands, class_commands,
          room_commands, site_key_commands, pair_commands, move_in_commands, care_commands})
        for (Command& command : of())
            if (command.name == name) return command;
    platform::throw_not_found("command: " + name);
}

OrganisationId organisation_of(store::Read& read, Services& services, const JsonFields& arguments) {
    const auto all = services.organisations.list(read);
    if (all.empty())
        platform::throw_conflict(
            "There is no organisation in this data folder yet: 'lectern setup' makes one.");
    if (const auto given = arguments.find<std::string>("organisation")) {
        const std::string name = platform::lower_ascii(*given);
        const auto found = std::ranges::find_if(
            all, [&](const auto& organisation) { return platform::lower_ascii(organisation.name) == name; });
        if (found == all.end()) platform::throw_not_found("organisation: " + *given);
        return found->id;
    }
    if (all.size() > 1) {
        std::string names;
        for (const auto& organisation : all)
            names += (names.empty() ? "" : ", ") + organisation.name;
        platform::throw_invalid("organisation", "must say which one: " + names);
    }
    return all.front().id;
}

// The command fills in its row for the audit log while it runs. The row is written in the command's group,
// whether the command succeeded or not.
std::shared_ptr<audit::Entry> audited(store::Tx& tx, Services& services, const std::string& name) {
    auto entry = std::make_shared<audit::Entry>();
    entry->action = "command line: " + name;
    entry->status = 500;
    tx.regardless([&services, entry](store::Tx& later) { services.audit.append(later, *entry); });
    return entry;
}

Json change(const Command& command, Services& services, const JsonFields& arguments) {
    return services.store.write("command line", [&](store::Tx& tx) {
        const auto entry = audited(tx, services, command.name);
        try {
            if (command.needs_organisation)
                entry->caller.organisation_id = organisation_of(tx, services, arguments);
            Json result = command.change(tx, services, entry->caller.organisation_id, arguments);
            if (const Json& id = JsonFields(result).json("id"); !id.is_null())
                entry->target = Json{{"id", id}}.dump();
            entry->status = 200;
            return result;
        } catch (const platform::Error& error) {
            entry->status = http::status_of(error.kind());
            entry->error = http::title_of(entry->status); // the message may name people
            throw;
        }
    });
}

Json look(const Command& command, Services& services, const JsonFields& arguments) {
    OrganisationId organisation_id;
    Json result = services.store.read([&](store::Read& read) {
        if (command.needs_organisation) organisation_id = organisation_of(read, services, arguments);
        return command.look ? command.look(read, services, organisation_id, arguments) : Json();
    });
    if (command.work) result = command.work(services, organisation_id, arguments);
    try {
        services.store.write("command line", [&](store::Tx& tx) {
            const auto entry = audited(tx, services, command.name);
            entry->caller.organisation_id = organisation_id;
            entry->status = 200;
        });
    } catch (const platform::Error& error) {
        if (!command.even_unlogged) throw;
        platform::log_warning("no row in the audit log for '" + command.name + "': " + error.what());
    }
    return result;
}

void replace(Json& arguments, const char* secret, const char* by, std::string hash) {
    arguments[by] = std::move(hash);
    arguments.erase(secret);
}

} // namespace

void hash_secrets(Services& services, Json& arguments) {
    const JsonFields given(arguments);
    const auto pin = given.find<std::string>("pin"), password = given.find<std::string>("password");
    const char* const named = given.has("username") ? "username" : given.has("admin") ? "admin" : "nickname";
    const auto name = given.get_or(named, std::string());
    if (pin) replace(arguments, "pin", "pin_hash", services.hasher.hash(*pin));
    if (password)
        replace(arguments, "password", "password_hash",
                people::hash_of_new_password(services.hasher, *password, name));
}

Json run_alone(const std::filesystem::path& folder, const std::string& name, const Json& arguments) {
    if (name == "setup") {
        platform::make_private_folder(folder);
    } else if (!std::filesystem::exists(folder / "lectern.db")) {
        platform::throw_not_found("data folder as " + folder.string() +
                                  ": 'lectern setup' or 'lectern serve' makes it");
    }
    Json result;
    open_alone(folder, [&](Services& services) { result = run_command(name, arguments, services); });
    return result;
}

Json run_command(const std::string& name, Json arguments, Services& services) {
    const Command command = command_named(name);
    auto faults = command.arguments.faults(arguments);
    if (!faults.empty()) throw platform::Error(std::move(faults));
    if (command.prepare) command.prepare(services, arguments);
    const JsonFields fields(arguments);
    return command.look || command.work ? look(command, services, fields) : change(command, services, fields);
}

} // namespace app
