#include "app/commands/support_bundle.h"

#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstring>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <sstream>

#include "app/admin_socket.h"
#include "app/alone.h"
#include "app/checkup/cleaner.h"
#include "app/checkup/holdings.h"
#include "app/checkup/journal.h"
#include "app/checkup/shown_config.h"
#include "app/commands/command_line.h"
#include "app/commands/doctor.h"
#include "app/commands/version.h"
#include "app/metrics.h"
#include "app/services.h"
#include "platform/error.h"
#include "platform/files.h"
#include "platform/text.h"
#include "store/folder.h"

namespace app {

namespace {

namespace fs = std::filesystem;

struct BundleOptions {
    fs::path folder = "/var/lib/lectern", config = "/etc/lectern/lectern.toml", out = "lectern-support.json";
};

// ---- what goes in ----

// The bundle is opened first: as root on a service's folder, this process becomes the service's user later on.
class OutputFile {
public:
    explicit OutputFile(const fs::path& path)
        : path_(path), file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {
        if (file_ < 0)
            throw platform::Error(platform::ErrorKind::conflict, platform::system_failure("make", path));
    }
    ~OutputFile() { ::close(file_); }
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;

    void write(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t wrote = ::write(file_, bytes.data(), bytes.size());
            if (wrote < 0 && errno == EINTR) continue;
            if (wrote < 0)
                throw platform::Error(platform::ErrorKind::unavailable,
                                      platform::system_failure("write", path_));
            bytes.remove_prefix(static_cast<std::size_t>(wrote));
        }
    }

private:
    fs::path path_;
    int file_;
};

std::string value_in(const std::string& text, const std::string& name) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(name)) return std::string(platform::trimmed(line.substr(name.size())));
    return "";
}

// Without its name, which is often that of the school or of somebody.
Json machine(const fs::path& folder) {
    utsname system{};
    ::uname(&system);
    const DiskFigures disk = disk_figures(folder);
    const std::string release = platform::read_file("/etc/os-release").value_or(""),
                      memory = platform::read_file("/proc/meminfo").value_or(""),
                      up = platform::read_file("/proc/uptime").value_or("");
    return {{"system", value_in(release, "PRETTY_NAME=")},
            {"kernel", system.release},
            {"architecture", system.machine},
            {"memory", value_in(memory, "MemTotal:")},
            {"memory_available", value_in(memory, "MemAvailable:")},
            {"uptime_s", platform::parse_integer(up.substr(0, up.find('.'))).value_or(0)},
            {"disk_total_bytes", disk.total_bytes},
            {"disk_free_bytes", disk.free_bytes},
            {"database_bytes", disk.database_bytes}};
}

Json server(const fs::path& folder) {
    try {
        if (const auto answer = ask_server(folder, "metrics", Json::object())) {
            const JsonFields fields(*answer);
            return {{"runs", true},
                    {"uptime_s", fields.get<std::int64_t>("uptime_s")},
                    {"metrics", fields.get<std::string>("text")}};
        }
        return {{"runs", false}};
    } catch (const platform::Error&) {
        return {{"runs", "does not answer"}};
    }
}

Json collect(const BundleOptions& options) {
    const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                            std::chrono::system_clock::now().time_since_epoch())
                            .count();
    const Journal journal = journal_of_last_day();
    Json collected = {{"made_at", platform::iso8601(now_ms)},
                      {"version", described_version()},
                      {"configuration", shown_config(options.config)},
                      {"machine", machine(options.folder)},
                      {"server", server(options.folder)},
                      {"journal", {{"lines", journal.lines}, {"left_out", journal.fault}}}};
    DoctorOptions doctor;
    doctor.folder = options.folder;
    doctor.config = options.config;
    collected["doctor"] = examined(doctor);
    return collected;
}

// ---- cleaning ----

void clean_text(const Cleaner& cleaner, Json& object, const char* name, Cleaner::Numbers numbers) {
    if (object.contains(name) && object[name].is_string())
        object[name] = cleaner.clean(object[name].get_ref<const std::string&>(), numbers);
}

// Where the names in the database are not known, nothing stays that may have one.
Json cleaned(Json bundle, const Cleaner& cleaner, bool names_known) {
    for (Json& finding : bundle["doctor"]) {
        clean_text(cleaner, finding, "says", Cleaner::Numbers::kept);
        if (!names_known && finding["check"] == "content") finding["says"] = "[left out]";
    }
    Json& journal = bundle["journal"];
    if (!names_known)
        journal = {{"lines", Json::array()}, {"left_out", "the names to cut from it cannot be read"}};
    for (Json& line : journal["lines"])
        clean_text(cleaner, line, "message", Cleaner::Numbers::cut);
    return bundle;
}

Json finished(store::Read& read, Json bundle) {
    Cleaner cleaner;
    add_names(read, cleaner);
    bundle = cleaned(std::move(bundle), cleaner, true);
    bundle["database"] = holdings(read);
    return bundle;
}

// Whatever the folder is like, this returns.
Json finished_alone(const fs::path& path, const Json& collected) {
    try {
        become_owner_of(path);
        const store::Folder folder(path, "");
        const auto database = open_unchanged(folder);
        store::Read read(*database, 0);
        return finished(read, collected);
    } catch (const std::exception& error) {
        Json bundle = cleaned(collected, Cleaner(), false);
        bundle["database"] = {{"cannot_be_read", Cleaner().clean(error.what(), Cleaner::Numbers::cut)}};
        return bundle;
    }
}

Json finished_by_owner(const fs::path& folder, const Json& collected) {
    try {
        if (auto bundle = ask_server(folder, "support-bundle", {{"collected", collected}})) return *bundle;
    } catch (const platform::Error&) {
        // A server that hangs holds the folder, and so does one that is older than this command: its names stay unread.
    }
    return finished_alone(folder, collected);
}

int make_bundle(const BundleOptions& options, const Streams& streams) {
    if (!fs::is_directory(options.folder))
        throw platform::Error(platform::ErrorKind::not_found,
                              "There is no folder " + options.folder.string() + ".");
    const OutputFile file(options.out);
    const Json bundle = finished_by_owner(options.folder, collect(options));
    file.write(bundle.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
    streams.out
        << options.out.string()
        << " has no names, addresses, PINs or keys that Lectern knows of. Read it before you send it.\n";
    return 0;
}

} // namespace

Command support_bundle_command() {
    Command command;
    command.name = "support-bundle";
    command.arguments = http::object({{"collected", http::anything()}});
    command.needs_organisation = false;
    command.even_unlogged = true;
    command.look = [](store::Read& read, Services&, OrganisationId, const JsonFields& arguments) {
        return finished(read, arguments.json("collected"));
    };
    return command;
}

void add_support_bundle(CLI::App& root, Line& line) {
    const auto options = std::make_shared<BundleOptions>();
    CLI::App& command =
        add_command(root, "support-bundle",
                    "Write what somebody who helps has to know into a file, without personal data",
                    "lectern support-bundle --out lectern-support.json");
    command.add_option("--data", options->folder, "The data folder")->capture_default_str();
    command.add_option("--config", options->config, "The server's configuration")->capture_default_str();
    command.add_option("--out", options->out, "The file, which must not be there yet")->capture_default_str();
    command.callback(
        [options, &line] { line.action = [options, &line] { return make_bundle(*options, line.streams); }; });
}

} // namespace app
