#include "app/commands/backup_target.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <regex>

#include "admin/nightly.h"
#include "app/commands/data_command.h"
#include "app/services.h"
#include "platform/error.h"
#include "platform/files.h"
#include "store/settings.h"

namespace app {

namespace {

namespace fs = std::filesystem;

struct TargetOptions {
    fs::path folder = "/var/lib/lectern", target, system = "/";
};

// Both files quote paths in their own way; a disk for backups needs none of what differs.
void require_plain(const fs::path& target) {
    static const std::regex plain(R"(/[A-Za-z0-9 ._/+:@-]+)");
    if (!std::regex_match(target.string(), plain))
        throw platform::Error(
            platform::ErrorKind::bad_request,
            "A target must be an absolute path of letters, digits, spaces and ._/+:@- : " + target.string());
}

void replace_file(const fs::path& file, const std::string& text) {
    fs::create_directories(file.parent_path());
    platform::write_file_atomically(file, text);
    fs::permissions(file, fs::perms(0644)); // systemd and AppArmor read it, and so may everybody
}

// Our lines between two marks, in a file that may have others.
void replace_rule(const fs::path& file, const std::string& rule) {
    static const std::regex ours("# lectern backup target\n[^\n]*\n[^\n]*\n");
    const std::string before = platform::read_file(file).value_or("");
    const std::string others = std::regex_replace(before, ours, "");
    replace_file(file, others + (others.empty() || others.ends_with('\n') ? "" : "\n") +
                           "# lectern backup target\n" + rule);
}

struct stat status_of(const fs::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0)
        throw platform::Error(platform::ErrorKind::not_found, platform::system_failure("use", path));
    return status;
}

// The server writes there as its own user. A disk that knows no owners is mounted for one.
void give_to_service(const fs::path& target, const struct stat& folder, std::ostream& error) {
    if (::geteuid() != 0) return;
    for (const fs::path& path : {target, target / admin::target_mark})
        if (::chown(path.c_str(), folder.st_uid, folder.st_gid) != 0) {
            error << "warning: " << platform::system_failure("give to the service's user", path)
                  << " Mount the disk with uid=" << folder.st_uid << ".\n";
            return;
        }
}

int add(const TargetOptions& options, const Streams& streams) {
    require_plain(options.target);
    const struct stat folder = status_of(options.folder), target = status_of(options.target);
    if (!S_ISDIR(target.st_mode))
        throw platform::Error(platform::ErrorKind::bad_request,
                              options.target.string() + " is not a folder.");
    platform::write_file_atomically(options.target / admin::target_mark,
                                    "Lectern copies its nightly backups here.\n");
    give_to_service(options.target, folder, streams.error);
    const bool admitted = admit_target(options.system, options.target);
    run_on_folder(options.folder, "backup target", {{"path", options.target.string()}});
    streams.out << "Nightly backups are copied to " << options.target.string() << ".\n";
    if (folder.st_dev == target.st_dev)
        streams.error
            << "warning: that is the disk with the data itself; when it dies, the copies die with it.\n";
    if (admitted)
        streams.out
            << "The service may write there after: systemctl daemon-reload && systemctl restart lectern\n";
    return 0;
}

int remove(const TargetOptions& options, const Streams& streams) {
    run_on_folder(options.folder, "backup target", {{"path", ""}});
    streams.out << "Nightly backups stay on the box's own disk. Copies that were made stay where they are.\n";
    return 0;
}

Json set_target(store::Tx& tx, Services& /*services*/, OrganisationId /*organisation_id*/,
                const JsonFields& arguments) {
    const auto path = arguments.get<std::string>("path");
    if (path.empty())
        store::remove_setting(tx, admin::target_setting);
    else
        store::set_setting(tx, admin::target_setting, path);
    return Json::object();
}

} // namespace

bool admit_target(const fs::path& system, const fs::path& target) {
    require_plain(target);
    const bool installed = fs::exists(system / "usr/lib/systemd/system/lectern.service") ||
                           fs::exists(system / "lib/systemd/system/lectern.service");
    if (!installed) return false;
    // "-": a disk that is away must not keep the server from starting.
    replace_file(
        system / "etc/systemd/system/lectern.service.d/backup-target.conf",
        "# Written by: lectern backup target add\n[Service]\nReadWritePaths=\"-" + target.string() + "\"\n");
    if (fs::exists(system / "etc/apparmor.d/lectern"))
        replace_rule(system / "etc/apparmor.d/local/lectern",
                     "\"" + target.string() + "/\" r,\n\"" + target.string() + "/**\" rwk,\n");
    return true;
}

Command backup_target_command() {
    Command command;
    command.name = "backup target";
    command.arguments = http::object({{"path", http::text(0, 4000)}});
    command.needs_organisation = false;
    command.change = set_target;
    return command;
}

void add_backup_target(CLI::App& backup, Line& line) {
    const auto options = std::make_shared<TargetOptions>();
    CLI::App& target =
        add_command(backup, "target", "The disk or share that gets a copy of each nightly backup",
                    "lectern backup target add /mnt/backups");
    target.require_subcommand(1);
    CLI::App& adding =
        add_command(target, "add", "Copy each nightly backup there; it is mounted, and stays so",
                    "lectern backup target add /mnt/backups");
    adding.add_option("path", options->target, "A folder on that disk")->type_name("FOLDER")->required();
    adding.add_option("--data", options->folder, "The data folder")->capture_default_str();
    adding.add_option("--system", options->system, "")->group(""); // hidden: where / is, for tests
    adding.callback(
        [options, &line] { line.action = [options, &line] { return add(*options, line.streams); }; });
    CLI::App& removing = add_command(target, "remove", "Copy them no more", "lectern backup target remove");
    removing.add_option("--data", options->folder, "The data folder")->capture_default_str();
    removing.callback(
        [options, &line] { line.action = [options, &line] { return remove(*options, line.streams); }; });
}

} // namespace app
