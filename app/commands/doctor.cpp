#include "app/commands/doctor.h"

#include <chrono>
#include <filesystem>

#include "app/metrics.h"
#include "app/services.h"
#include "platform/text.h"

namespace app {

namespace {

using nlohmann::json;
namespace fs = std::filesystem;

json found(const char* check, bool good, const std::string& says) {
    return {{"check", check}, {"good", good}, {"says", says}};
}

json database(store::Read& read) {
    auto rows = read.query_text("PRAGMA integrity_check(10)");
    std::string says;
    while (rows.step())
        says += (says.empty() ? "" : "; ") + rows.values<std::string>();
    return found("database", says == "ok", says == "ok" ? "every page of it is sound" : says);
}

json references(store::Read& read) {
    auto rows = read.query_text("PRAGMA foreign_key_check");
    std::size_t faults = 0;
    while (rows.step())
        ++faults;
    return found("references", faults == 0,
                 faults == 0 ? "no row refers to one that is missing"
                             : std::to_string(faults) + " rows refer to others that are missing");
}

json audit_chain(store::Read& read) {
    const auto verified = audit::Log::verify(read);
    return found("audit log", verified.intact,
                 verified.intact
                     ? std::to_string(verified.rows) + " rows, each following from the one before"
                     : "row " + std::to_string(verified.first_bad_id) +
                           " does not follow from the one before: it was changed, or rows were taken out");
}

json disk(const fs::path& folder) {
    constexpr std::int64_t enough = 1LL << 30;
    const auto figures = disk_figures(folder);
    return found("disk", figures.free_bytes >= enough,
                 std::to_string(figures.free_bytes >> 20) + " MiB free of " +
                     std::to_string(figures.total_bytes >> 20) +
                     (figures.free_bytes >= enough ? "" : ": too little"));
}

json permissions(const fs::path& folder) {
    constexpr auto others = fs::perms::group_all | fs::perms::others_all;
    std::string open;
    for (const char* name : {"", "lectern.db", "pepper", "content", "backups"}) {
        std::error_code none;
        const auto status = fs::status(*name ? folder / name : folder, none);
        if (!none && fs::exists(status) && (status.permissions() & others) != fs::perms::none)
            open += std::string(open.empty() ? "" : ", ") + (*name ? name : "the data folder");
    }
    return found("permissions", open.empty(),
                 open.empty() ? "nobody else can read the data" : "others can read: " + open);
}

json content(store::Read& read, const Services& services) {
    auto rows = read.query("SELECT file_name, size, title FROM contents");
    std::size_t files = 0, bad = 0;
    std::string titles;
    while (rows.step()) {
        ++files;
        const auto [file_name, kept_size, title] = rows.values<std::string, std::int64_t, std::string>();
        std::error_code none;
        const auto size = fs::file_size(services.content_files.path_of(file_name), none);
        if (!none && static_cast<std::int64_t>(size) == kept_size) continue;
        if (++bad <= 5) titles += (titles.empty() ? "" : ", ") + title;
    }
    return found("content", bad == 0,
                 bad == 0 ? std::to_string(files) + " files, all there"
                          : std::to_string(bad) + " files are missing or of another size: " + titles);
}

json box_clock(const Services& services) {
    const auto wall_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                             std::chrono::system_clock::now().time_since_epoch())
                             .count();
    const std::int64_t apart_s = (services.clock.now_ms() - wall_ms) / 1000;
    return found("clock", apart_s > -60 && apart_s < 60,
                 platform::iso8601(services.clock.now_ms()) + ", " + std::to_string(apart_s) +
                     " s ahead of the machine's own");
}

} // namespace

json examine(store::Read& read, Services& services) {
    return json::array({database(read), references(read), audit_chain(read), content(read, services),
                        disk(services.folder), permissions(services.folder), box_clock(services)});
}

} // namespace app
