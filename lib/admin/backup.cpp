#include "admin/backup.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "admin/archive.h"
#include "admin/inspection.h"
#include "audit/key.h"
#include "platform/error.h"
#include "platform/files.h"
#include "platform/text.h"
#include "platform/version.h"
#include "store/migrate.h"

namespace admin {

namespace {

using platform::Error;
using platform::ErrorKind;

constexpr const char* prefixes[] = {"lectern-", "nightly-"}; // in the order of Occasion
constexpr std::size_t prefix_bytes = 8;

// "lectern-20260901-080000.tar"
std::string name_at(std::int64_t now_ms, Occasion occasion) {
    std::string digits;
    for (const char c : platform::iso8601(now_ms).substr(0, 19)) {
        if (c >= '0' && c <= '9') digits += c;
        if (c == 'T') digits += '-';
    }
    return prefixes[static_cast<std::size_t>(occasion)] + digits + ".tar";
}

std::optional<std::int64_t> time_of(const std::string& name) {
    const bool is_ours =
        std::ranges::any_of(prefixes, [&](const char* prefix) { return name.starts_with(prefix); });
    if (name.size() != 27 || !is_ours || !name.ends_with(".tar")) return std::nullopt;
    const auto part = [&](std::size_t at, std::size_t size) { return name.substr(at, size); };
    const std::size_t at = prefix_bytes;
    return platform::parse_iso8601(part(at, 4) + "-" + part(at + 4, 2) + "-" + part(at + 6, 2) + "T" +
                                   part(at + 9, 2) + ":" + part(at + 11, 2) + ":" + part(at + 13, 2) + "Z");
}

std::int64_t size_of(const std::filesystem::path& file) {
    std::error_code none;
    const auto size = std::filesystem::file_size(file, none);
    return none ? 0 : static_cast<std::int64_t>(size);
}

class TemporaryFile {
public:
    explicit TemporaryFile(std::filesystem::path path) : path_(std::move(path)) { remove(); }
    ~TemporaryFile() { remove(); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    const std::filesystem::path& path() const { return path_; }

private:
    void remove() const {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
    std::filesystem::path path_;
};

void refuse_without_room(const std::filesystem::path& folder, std::int64_t bytes) {
    std::error_code unknown;
    const auto space = std::filesystem::space(folder, unknown);
    constexpr std::int64_t reserve = 64LL << 20;
    if (!unknown && static_cast<std::int64_t>(space.available) < bytes + reserve)
        throw Error(ErrorKind::storage_full, "The disk has no room for this.");
}

// The content files that the copied database knows; any others are still arriving or belong to nobody.
std::vector<std::string> content_files(const std::filesystem::path& database) {
    store::Connection copy(database, store::Connection::Mode::read_only);
    auto rows = copy.prepare_once("SELECT file_name FROM contents");
    std::vector<std::string> names;
    while (rows.step())
        names.push_back(rows.values<std::string>());
    return names;
}

} // namespace

std::vector<Backup> backups_in(const std::filesystem::path& folder) {
    std::vector<Backup> found;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
        const std::string name = entry.path().filename();
        if (const auto made = time_of(name)) found.push_back({name, size_of(entry.path()), *made});
    }
    std::ranges::sort(found, std::greater{},
                      [](const Backup& one) { return std::pair(one.created_ms, one.name); });
    return found;
}

std::vector<Backup> superseded(const std::vector<Backup>& backups, const Keep& keep) {
    constexpr std::int64_t day_ms = 86'400'000;
    std::set<std::int64_t> days, weeks; // those that have their backup already
    std::vector<Backup> gone;
    for (const Backup& backup : backups) {
        if (!backup.is_nightly()) continue;
        const std::int64_t day = backup.created_ms / day_ms;
        const std::int64_t week = (day + 3) / 7; // 1970 began on a Thursday, weeks begin on Mondays
        const bool of_its_day = days.size() < static_cast<std::size_t>(keep.days) && days.insert(day).second;
        const bool of_its_week =
            weeks.size() < static_cast<std::size_t>(keep.weeks) && weeks.insert(week).second;
        if (!of_its_day && !of_its_week) gone.push_back(backup);
    }
    return gone;
}

Backup Backups::make(bool with_content, Occasion occasion) {
    const std::unique_lock lock(making_, std::try_to_lock);
    if (!lock.owns_lock()) platform::throw_conflict("A backup is being made just now.");
    const std::filesystem::path backups = folder_ / "backups";
    platform::make_private_folder(backups);
    refuse_without_room(backups, 2 * size_of(folder_ / database_name));
    const TemporaryFile copy(backups / "making.db");
    store_.back_up(copy.path());
    std::int64_t now_ms = clock_.now_ms();
    while (std::filesystem::exists(backups / name_at(now_ms, occasion)))
        now_ms += 1000;
    Backup backup{name_at(now_ms, occasion), 0, now_ms / 1000 * 1000};
    const std::filesystem::path file = backups / backup.name;
    const TemporaryFile part(backups / "making.tar");
    write_archive(part.path(), copy.path(), with_content, now_ms);
    verify(part.path(), {.manifest = true, .administrator = false});
    std::filesystem::rename(part.path(), file);
    platform::sync_folder(backups);
    backup.size = size_of(file);
    return backup;
}

// The manifest comes last: an archive that was cut off has none.
void Backups::write_archive(const std::filesystem::path& part, const std::filesystem::path& copy,
                            bool with_content, std::int64_t now_ms) const {
    ArchiveWriter archive(part);
    nlohmann::json files = nlohmann::json::object(), missing = nlohmann::json::array();
    files[database_name]["sha256"] = archive.add_file(database_name, copy);
    files[pepper_name]["sha256"] =
        archive.add(pepper_name, platform::read_file(folder_ / pepper_name).value_or(""));
    if (const auto key = platform::read_file(folder_ / audit::key_name))
        files[audit::key_name]["sha256"] = archive.add(audit::key_name, *key);
    if (with_content)
        for (const std::string& file_name : content_files(copy)) {
            const std::filesystem::path file = folder_ / content_folder / file_name;
            const std::string name = std::string(content_folder) + "/" + file_name;
            if (std::filesystem::exists(file)) {
                refuse_without_room(folder_ / "backups", size_of(file));
                files[name]["sha256"] = archive.add_file(name, file);
            } else {
                missing.push_back(name);
            }
        }
    const Holdings holdings = holdings_of(copy);
    const nlohmann::json manifest{{"version", platform::version()},
                                  {"schema", store::embedded_schema().version()},
                                  {"created_at", platform::iso8601(now_ms)},
                                  {"content", with_content},
                                  {"missing", missing},
                                  {"counts",
                                   {{"organisations", holdings.organisations},
                                    {"people", holdings.persons},
                                    {"headsets", holdings.headsets},
                                    {"contents", holdings.contents}}},
                                  {"files", files}};
    archive.add(manifest_name, manifest.dump());
    archive.finish();
}

std::filesystem::path Backups::path_of(const std::string& name) const {
    std::filesystem::path file = folder_ / "backups" / name;
    if (!time_of(name) || !std::filesystem::exists(file)) platform::throw_not_found("backup");
    return file;
}

void Backups::remove(const std::string& name) {
    std::filesystem::remove(path_of(name));
}

nlohmann::json json_of(const Backup& backup) {
    return {{"name", backup.name},
            {"size", backup.size},
            {"created_at", platform::iso8601(backup.created_ms)},
            {"nightly", backup.is_nightly()}};
}

} // namespace admin
