// lectern backup, restore and doctor.
#include <CLI/CLI.hpp>

#include "admin/backup.h"
#include "app/alone.h"
#include "app/commands/commands.h"
#include "app/commands/data_command.h"
#include "app/commands/doctor.h"
#include "app/services.h"
#include "platform/error.h"
#include "platform/files.h"
#include "store/folder.h"

namespace app {

namespace {

// The process that holds the folder makes the archive in the folder's backups; from there it may be moved.
void make_backup(Services& services, Json& arguments) {
    const auto backup = services.backups.make(JsonFields(arguments).get_or("content", false));
    Json made = json_of(backup);
    made["file"] = std::filesystem::absolute(services.folder / "backups" / backup.name).string();
    arguments["made"] = std::move(made);
}

void say_backup(const JsonFields& result, std::ostream& out) {
    out << "Backed up to " << result.get<std::string>("file") << " (" << result.get<std::int64_t>("size")
        << " bytes). Whoever has this file has the whole school: keep it safe.\n";
}

void say_examined(const JsonFields& result, std::ostream& out) {
    std::size_t bad = 0;
    for (const JsonFields& item : result.objects("items")) {
        out << (item.get<bool>("good") ? "good  " : "BAD   ") << item.get<std::string>("check") << ": "
            << item.get<std::string>("says") << "\n";
        bad += item.get<bool>("good") ? 0 : 1;
    }
    out.flush();
    if (bad > 0) platform::throw_conflict(std::to_string(bad) + " things are not as they should be.");
}

struct RestoreOptions {
    std::filesystem::path folder = "/var/lib/lectern", from;
    bool force = false;
};

// Also finds out whether a server holds the folder.
void refuse_to_replace(const std::filesystem::path& folder, bool force) {
    std::string what;
    try {
        open_alone(folder, [&](Services& services) {
            if (services.store.read([&](store::Read& read) { return services.people.any(read); }))
                what = "There is a school in " + folder.string() + " already";
        });
    } catch (const store::FolderInUse&) {
        throw;
    } catch (const platform::Error& error) {
        what = std::string("What is there cannot be opened (") + error.what() + ")";
    }
    if (!what.empty() && !force)
        platform::throw_conflict(what + ": with --force it makes way, and is kept in before-restore.");
}

int restore(const RestoreOptions& options, const Streams& streams) {
    platform::make_private_folder(options.folder);
    become_owner_of(options.folder);
    if (std::filesystem::exists(options.folder / "lectern.db")) {
        refuse_to_replace(options.folder, options.force);
    }
    admin::stage(options.folder, options.from);
    admin::apply_staged(options.folder);
    streams.out << "Restored " << options.from.string() << " into " << options.folder.string() << ".\n";
    return 0;
}

void add_restore(CLI::App& root, Line& line) {
    const auto options = std::make_shared<RestoreOptions>();
    CLI::App& command =
        add_command(root, "restore", "Restore a backup into a data folder that no server holds",
                    "lectern restore --from lectern-20260901-080000.tar --data /var/lib/lectern");
    command.add_option("--from", options->from, "The backup")->required();
    command.add_option("--data", options->folder, "The data folder")->capture_default_str();
    command.add_flag("--force", options->force, "Also where there is a school already");
    command.callback(
        [options, &line] { line.action = [options, &line] { return restore(*options, line.streams); }; });
}

} // namespace

std::vector<Command> care_commands() {
    Command backup;
    backup.name = "backup";
    backup.arguments = http::object({{"content?", http::boolean()}});
    backup.needs_organisation = false;
    backup.prepare = make_backup;
    backup.look = [](store::Read&, Services&, OrganisationId, const JsonFields& arguments) {
        return arguments.json("made");
    };
    Command doctor;
    doctor.name = "doctor";
    doctor.arguments = http::object({});
    doctor.needs_organisation = false;
    doctor.look = [](store::Read& read, Services& services, OrganisationId, const JsonFields&) {
        return Json{{"items", examine(read, services)}};
    };
    return {backup, doctor};
}

void add_care(CLI::App& root, Line& line) {
    DataCommand(root, line, "backup", "Back up the school into the data folder's backups",
                "lectern backup --content")
        .flag("--content", "Also the apps, videos and images")
        .says(say_backup);
    add_restore(root, line);
    DataCommand(root, line, "doctor", "Look whether the data is sound, and nobody changed the audit log",
                "lectern doctor")
        .says(say_examined);
}

} // namespace app
