#include "app/commands/doctor.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>

#include "app/admin_socket.h"
#include "app/alone.h"
#include "app/checkup/box.h"
#include "app/checkup/data.h"
#include "app/services.h"
#include "platform/error.h"
#include "store/folder.h"
#include "store/mend.h"

namespace app {

namespace {

namespace fs = std::filesystem;

constexpr int needs_attention = 3; // exit code: warnings only

std::int64_t wall_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

void add_all(Findings& findings, Findings more) {
    std::ranges::move(more, std::back_inserter(findings));
}

// Takes away from others the right to read. Returns what was done, "" when nothing was.
std::string mend_permissions(const fs::path& folder) {
    constexpr auto others = fs::perms::group_all | fs::perms::others_all;
    std::string done;
    for (const char* name :
         {"", "lectern.db", "lectern.db-wal", "pepper", "audit-key", "content", "backups"}) {
        const fs::path path = *name ? folder / name : folder;
        std::error_code none;
        const auto status = fs::status(path, none);
        if (none || !fs::exists(status) || (status.permissions() & others) == fs::perms::none) continue;
        fs::permissions(path, others, fs::perm_options::remove);
        done += (done.empty() ? "" : ", ") + path.string();
    }
    return done.empty() ? "" : "only the owner may read again: " + done;
}

void note_mended(Findings& findings, const std::string& done) {
    if (!done.empty()) findings.push_back({"mended", Health::good, done, ""});
}

// ---- in the server ----

std::optional<Finding> target_of(const Services& services) {
    const auto known = services.nightly.known();
    if (!known || known->target.empty()) return std::nullopt;
    if (!known->target_fault.empty())
        return Finding{"backup target", Health::warning, known->target_fault,
                       "Mount that disk, or name another: 'lectern backup target add'."};
    return Finding{"backup target", Health::good, known->target, ""};
}

Json examine_served(Services& services, OrganisationId /*organisation_id*/, const JsonFields& arguments) {
    Findings findings;
    if (arguments.get_or("fix", false)) note_mended(findings, mend_permissions(services.folder));
    const audit::Evidence evidence = services.audit.evidence();
    services.store.read([&](store::Read& read) {
        add_all(findings, examine_data(read, services.folder, evidence, arguments.get_or("hashes", false)));
    });
    add_all(findings, examine_folder(services.folder, services.clock.now_ms()));
    if (auto target = target_of(services)) findings.push_back(std::move(*target));
    const auto figures = services.store.figures();
    if (figures.storage_full)
        findings.push_back({"server", Health::bad, "the disk is full: nothing is saved",
                            "Remove content or backups in the page, or other files on the disk."});
    else if (figures.in_doubt)
        findings.push_back({"server", Health::bad,
                            "the disk failed or the database is damaged: nothing is written",
                            "The journal says why (journalctl -u lectern)."});
    else
        findings.push_back({"server", Health::good, "it runs and writes", ""});
    return {{"items", json_of(findings)}, {"now_ms", services.clock.now_ms()}};
}

// ---- where no server runs ----

// Without a log SQLite needs no shared memory either.
std::string unchanged(const fs::path& database, const fs::path& log) {
    std::error_code none;
    const auto size = fs::file_size(log, none);
    if (!none && size > 0) return database.string();
    std::string uri = "file:";
    for (const char c : fs::absolute(database).string()) {
        if (c == '%' || c == '?' || c == '#')
            uri += c == '%' ? "%25" : c == '?' ? "%3f" : "%23";
        else
            uri += c;
    }
    return uri + "?immutable=1";
}

void mend_data(Findings& findings, const store::Folder& folder) {
    store::Connection database(folder.database(), store::Connection::Mode::read_write);
    const store::Damage damage = store::damage_of(database);
    if (damage.none()) return;
    if (store::mend_indexes(database))
        note_mended(findings, "the indexes of the database were built again, and it is whole");
    else
        findings.push_back({"mending", Health::bad,
                            "building the indexes again does not make the database whole",
                            "Restore the newest backup ('lectern restore')."});
}

void examine_alone(Findings& findings, const DoctorOptions& options) {
    become_owner_of(options.folder);
    const store::Folder folder(options.folder, "");
    findings.push_back(examine_start(options.folder));
    std::error_code none;
    const auto size = fs::file_size(folder.database(), none);
    if (none || size == 0) return;
    if (options.fix && findings.back().health == Health::good) mend_data(findings, folder);
    const auto database = open_unchanged(folder);
    store::Read read(*database, wall_ms());
    add_all(findings, examine_data(read, options.folder, audit::evidence_in(options.folder), options.hashes));
}

// Whatever the folder is like, this returns.
Findings examine_without_server(const DoctorOptions& options) {
    Findings findings;
    if (options.fix) note_mended(findings, mend_permissions(options.folder));
    try {
        examine_alone(findings, options);
    } catch (const store::FolderInUse& error) {
        findings.push_back({"server", Health::bad,
                            std::string(error.what()) + " It does not answer on its socket there.",
                            "It starts or stops just now, or it hangs: systemctl status lectern."});
    } catch (const std::exception& error) {
        findings.push_back(
            {"database", Health::bad, std::string("cannot be opened: ") + error.what(),
             "Restore the newest backup ('lectern restore'); keep a copy of the folder first."});
    }
    add_all(findings, examine_folder(options.folder, wall_ms()));
    return findings;
}

// ---- the command ----

void say(const Json& items, std::ostream& out) {
    for (const Json& item : items) {
        const JsonFields finding(item);
        const auto health = finding.get<std::string>("health"), advice = finding.get<std::string>("advice");
        out << (health == "good"  ? "good  "
                : health == "bad" ? "BAD   "
                                  : "look  ")
            << finding.get<std::string>("check") << ": " << finding.get<std::string>("says") << "\n";
        if (!advice.empty()) out << "      -> " << advice << "\n";
    }
}

int exit_code_of(const Json& items) {
    int code = 0;
    for (const Json& item : items) {
        const auto health = JsonFields(item).get<std::string>("health");
        if (health == "bad") return 1;
        if (health == "warning") code = needs_attention;
    }
    return code;
}

// nullopt: no server answers.
std::optional<Json> ask(const DoctorOptions& options, Findings& findings) {
    try {
        return ask_server(options.folder, "doctor", {{"hashes", options.hashes}, {"fix", options.fix}});
    } catch (const platform::Error& error) {
        findings.push_back({"server", Health::bad, error.what(), "systemctl status lectern"});
        return std::nullopt;
    }
}

int doctor(const DoctorOptions& options, const Streams& streams) {
    const Json items = examined(options);
    if (options.json)
        streams.out << items.dump(2) << "\n";
    else
        say(items, streams.out);
    return exit_code_of(items);
}

} // namespace

std::unique_ptr<store::Connection> open_unchanged(const store::Folder& folder) {
    return std::make_unique<store::Connection>(unchanged(folder.database(), folder.log()),
                                               store::Connection::Mode::read_only);
}

Json examined(const DoctorOptions& options) {
    if (!fs::is_directory(options.folder))
        throw platform::Error(platform::ErrorKind::not_found,
                              "There is no folder " + options.folder.string() + ".");
    Findings own;
    std::int64_t server_ms = wall_ms();
    Json items;
    if (const auto answer = ask(options, own)) {
        const JsonFields fields(*answer);
        items = fields.json("items");
        server_ms = fields.get<std::int64_t>("now_ms");
    } else {
        if (own.empty()) add_all(own, examine_without_server(options));
        items = json_of(own);
    }
    for (const Json& item : json_of(examine_box(options.config, server_ms)))
        items.push_back(item);
    return items;
}

Command doctor_command() {
    Command command;
    command.name = "doctor";
    command.arguments = http::object({{"hashes?", http::boolean()}, {"fix?", http::boolean()}});
    command.needs_organisation = false;
    command.even_unlogged = true;
    command.work = examine_served;
    return command;
}

void add_doctor(CLI::App& root, Line& line) {
    const auto options = std::make_shared<DoctorOptions>();
    CLI::App& command = add_command(
        root, "doctor",
        "Look whether the box is well: 0 it is, 3 something needs attention, 1 something is wrong",
        "lectern doctor --json");
    command.add_option("--data", options->folder, "The data folder")->capture_default_str();
    command.add_option("--config", options->config, "The server's configuration")->capture_default_str();
    command.add_flag("--hashes", options->hashes, "Read every file of content and compare its SHA-256");
    command.add_flag("--fix", options->fix,
                     "Mend what is safe to: permissions; with the server stopped, indexes");
    command.add_flag("--json", options->json, "Print JSON");
    command.callback(
        [options, &line] { line.action = [options, &line] { return doctor(*options, line.streams); }; });
}

} // namespace app
