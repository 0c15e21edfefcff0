// lectern backup, restore and doctor.
#include <CLI/CLI.hpp>

#include "admin/backup.h"
#include "admin/restore.h"
#include "app/alone.h"
#include "app/commands/backup_target.h"
#include "app/commands/commands.h"
#include "app/commands/data_command.h"
#include "app/commands/doctor.h"
#include "app/commands/support_bundle.h"
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

struct RestoreOptions {
    std::filesystem::path folder = "/var/lib/lectern", from;
    bool force = false, undo = false, without_checksums = false;
};

// Describes the school in the folder; "" where the folder has no school. Throws where a server holds it.
std::string school_in(const std::filesystem::path& folder) {
    try {
        bool any = false;
        open_alone(folder, [&](Services& services) {
            any = services.store.read([&](store::Read& read) { return services.people.any(read); });
        });
        return any ? to_string(admin::holdings_of(folder / admin::database_name)) : "";
    } catch (const store::FolderInUse&) {
        throw;
    } catch (const platform::Error& error) {
        return std::string("a school that cannot be opened: ") + error.what();
    }
}

std::string told(const admin::Inspected& inspected) {
    std::string text =
        to_string(inspected.holdings) + "; files of content: " + std::to_string(inspected.content_files);
    if (!inspected.made_at.empty())
        text += "; made at " + inspected.made_at + " by Lectern " + inspected.made_by;
    return text;
}

int undo(const RestoreOptions& options, const Streams& streams) {
    become_owner_of(options.folder);
    admin::undo_restore(options.folder);
    streams.out << "What the last restore had replaced is back in " << options.folder.string()
                << "; what it had restored is kept in before-restore.\n";
    return 0;
}

int restore(const RestoreOptions& options, const Streams& streams) {
    platform::make_private_folder(options.folder);
    become_owner_of(options.folder);
    const std::string replaced =
        std::filesystem::exists(options.folder / admin::database_name) ? school_in(options.folder) : "";
    if (!replaced.empty() && !options.force)
        platform::throw_conflict("There is a school in " + options.folder.string() + " already (" + replaced +
                                 "): with --force it makes way, and is kept in before-restore.");
    const auto inspected =
        admin::stage(options.folder, options.from, {.manifest = !options.without_checksums});
    admin::apply_staged(options.folder);
    streams.out << "Restored " << options.from.string() << " into " << options.folder.string() << ": "
                << told(inspected) << ".\n";
    if (!replaced.empty())
        streams.out << "It replaced " << replaced
                    << ".\nThat is kept in before-restore; 'lectern restore --undo' brings it back.\n";
    return 0;
}

void add_restore(CLI::App& root, Line& line) {
    const auto options = std::make_shared<RestoreOptions>();
    CLI::App& command =
        add_command(root, "restore", "Restore a backup into a data folder that no server holds",
                    "lectern restore --from lectern-20260901-080000.tar --data /var/lib/lectern");
    auto* const from = command.add_option("--from", options->from, "The backup");
    command.add_option("--data", options->folder, "The data folder")->capture_default_str();
    command.add_flag("--force", options->force, "Also where there is a school already");
    command.add_flag("--without-checksums", options->without_checksums,
                     "Also a backup that has no list of its files with their SHA-256");
    command.add_flag("--undo", options->undo, "Bring back what the last restore replaced")->excludes(from);
    command.callback([options, &line] {
        if (options->from.empty() && !options->undo) throw CLI::RequiredError("--from");
        line.action = [options, &line] {
            return options->undo ? undo(*options, line.streams) : restore(*options, line.streams);
        };
    });
}

void add_verify(CLI::App& backup, Line& line) {
    const auto file = std::make_shared<std::filesystem::path>();
    CLI::App& command = add_command(backup, "verify", "Check that a backup could be restored",
                                    "lectern backup verify lectern-20260901-080000.tar");
    command.add_option("file", *file, "The backup")->type_name("FILE")->required();
    command.callback([file, &line] {
        line.action = [file, &line] {
            line.streams.out << file->string() << " is good: " << told(admin::verify(*file, {})) << ".\n";
            return 0;
        };
    });
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
    return {backup, doctor_command(), backup_target_command(), support_bundle_command()};
}

void add_care(CLI::App& root, Line& line) {
    DataCommand(root, line, "backup", "Back up the school into the data folder's backups",
                "lectern backup --content")
        .flag("--content", "Also the apps, videos and images")
        .says(say_backup);
    add_verify(*root.get_subcommand("backup"), line);
    add_backup_target(*root.get_subcommand("backup"), line);
    add_restore(root, line);
    add_doctor(root, line);
}

} // namespace app
