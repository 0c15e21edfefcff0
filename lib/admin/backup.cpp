#include "admin/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "admin/archive.h"
#include "platform/error.h"
#include "platform/files.h"
#include "platform/log.h"
#include "platform/text.h"
#include "platform/version.h"
#include "store/folder.h"
#include "store/migrate.h"

namespace admin {

namespace {

using platform::Error;
using platform::ErrorKind;

constexpr const char *database_name = "lectern.db", *pepper_name = "pepper", *manifest_name = "backup.json",
                     *content_folder = "content";

// "lectern-20260901-080000.tar"
std::string name_at(std::int64_t now_ms) {
    std::string digits;
    for (const char c : platform::iso8601(now_ms).substr(0, 19)) {
        if (c >= '0' && c <= '9') digits += c;
        if (c == 'T') digits += '-';
    }
    return "lectern-" + digits + ".tar";
}

std::optional<std::int64_t> time_of(const std::string& name) {
    if (name.size() != 27 || !name.starts_with("lectern-") || !name.ends_with(".tar")) return std::nullopt;
    const auto part = [&](std::size_t at, std::size_t size) { return name.substr(at, size); };
    return platform::parse_iso8601(part(8, 4) + "-" + part(12, 2) + "-" + part(14, 2) + "T" + part(17, 2) +
                                   ":" + part(19, 2) + ":" + part(21, 2) + "Z");
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

void check_database(const std::filesystem::path& file) {
    std::int64_t version = 0;
    bool sound = false, ours = false;
    try {
        store::Connection database(file, store::Connection::Mode::read_write);
        sound = database.text("PRAGMA quick_check(1)") == "ok";
        version = database.integer("PRAGMA user_version");
        ours = database.integer(
                   "SELECT count(*) FROM sqlite_schema WHERE name IN ('organisations', 'persons')") == 2;
    } catch (const Error&) {
        sound = false;
    }
    if (!sound || !ours) throw Error(ErrorKind::bad_request, "The backup's database is damaged.");
    if (version > store::embedded_schema().version())
        throw Error(ErrorKind::bad_request,
                    "The backup was made by a newer version of Lectern: update this box first.");
}

// On disk, not only written: otherwise pulling the plug after the restore leaves an empty database.
void sync_file(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
    if (descriptor >= 0) ::close(descriptor);
    if (!synced) throw Error(ErrorKind::storage_full, "The disk could not store the content of the backup.");
}

void unpack(const std::filesystem::path& archive, const std::filesystem::path& into) {
    read_archive(archive, [&](const std::string& name, std::uint64_t, const auto& read) {
        const bool known = name == database_name || name == pepper_name || name == manifest_name ||
                           (name.starts_with("content/") && name.find('/', 8) == name.npos);
        if (!known) return;
        platform::make_private_folder((into / name).parent_path());
        std::ofstream out(into / name, std::ios::binary);
        for (std::string_view piece = read(); !piece.empty(); piece = read())
            out.write(piece.data(), static_cast<std::streamsize>(piece.size()));
        out.close();
        if (!out) throw Error(ErrorKind::storage_full, "The disk has no room for the content of the backup.");
        std::filesystem::permissions(
            into / name, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
        sync_file(into / name);
    });
    if (std::filesystem::exists(into / content_folder)) platform::sync_folder(into / content_folder);
}

void move_into(const std::filesystem::path& from, const std::filesystem::path& to) {
    if (!std::filesystem::exists(from)) return;
    std::filesystem::rename(from, to);
}

} // namespace

Backup Backups::make(bool with_content) {
    const std::unique_lock lock(making_, std::try_to_lock);
    if (!lock.owns_lock()) platform::throw_conflict("A backup is being made just now.");
    const std::filesystem::path backups = folder_ / "backups";
    platform::make_private_folder(backups);
    refuse_without_room(backups, 2 * size_of(folder_ / database_name));
    const TemporaryFile copy(backups / "making.db");
    store_.back_up(copy.path());
    std::int64_t now_ms = clock_.now_ms();
    while (std::filesystem::exists(backups / name_at(now_ms)))
        now_ms += 1000;
    Backup backup{name_at(now_ms), 0, now_ms / 1000 * 1000};
    const std::filesystem::path file = backups / backup.name;
    const TemporaryFile part(backups / "making.tar");
    {
        ArchiveWriter archive(part.path());
        const nlohmann::json manifest{{"version", platform::version()},
                                      {"schema", store::embedded_schema().version()},
                                      {"created_at", platform::iso8601(now_ms)},
                                      {"content", with_content}};
        archive.add(manifest_name, manifest.dump());
        archive.add_file(database_name, copy.path());
        archive.add(pepper_name, platform::read_file(folder_ / pepper_name).value_or(""));
        if (with_content)
            for (const std::string& name : content_files(copy.path()))
                if (std::filesystem::exists(folder_ / content_folder / name)) {
                    refuse_without_room(backups, size_of(folder_ / content_folder / name));
                    archive.add_file(std::string(content_folder) + "/" + name,
                                     folder_ / content_folder / name);
                }
        archive.finish();
    }
    std::filesystem::rename(part.path(), file);
    platform::sync_folder(backups);
    backup.size = size_of(file);
    return backup;
}

std::vector<Backup> Backups::list() const {
    std::vector<Backup> found;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "backups", none)) {
        const std::string name = entry.path().filename();
        if (const auto made = time_of(name)) found.push_back({name, size_of(entry.path()), *made});
    }
    std::ranges::sort(found, std::greater{}, &Backup::name);
    return found;
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
    return {
        {"name", backup.name}, {"size", backup.size}, {"created_at", platform::iso8601(backup.created_ms)}};
}

void stage(const std::filesystem::path& folder, const std::filesystem::path& archive) {
    const std::filesystem::path part = folder / "restore.part", staged = folder / "restore";
    refuse_without_room(folder, size_of(archive));
    std::filesystem::remove_all(part);
    std::filesystem::remove_all(staged);
    platform::make_private_folder(part);
    try {
        unpack(archive, part);
        if (!std::filesystem::exists(part / database_name) || size_of(part / pepper_name) == 0)
            throw Error(ErrorKind::bad_request, "This is not a backup: it has no database or no pepper.");
        check_database(part / database_name);
        sync_file(part / database_name);
        platform::sync_folder(part);
        std::filesystem::rename(part, staged);
        platform::sync_folder(folder);
    } catch (...) {
        std::error_code ignored;
        std::filesystem::remove_all(part, ignored);
        throw;
    }
}

// The plug may be pulled after any step. The next start goes on from there, because a file that has been
// moved is not staged any more, and the database moves last.
bool apply_staged(const std::filesystem::path& folder) {
    const std::filesystem::path staged = folder / "restore";
    if (!std::filesystem::exists(staged)) return false;
    const store::Folder lock(folder, "");
    if (std::filesystem::exists(staged / database_name)) {
        const std::filesystem::path before = folder / "before-restore";
        if (std::filesystem::exists(folder / database_name)) std::filesystem::remove_all(before);
        platform::make_private_folder(before);
        // The database first: as long as it is here, whatever lies in `before` is from an older restore.
        for (const char* name : {database_name, "lectern.db-wal", "lectern.db-shm"}) {
            move_into(folder / name, before / name);
            platform::sync_folder(before);
            platform::sync_folder(folder);
        }
        if (std::filesystem::exists(staged / pepper_name))
            move_into(folder / pepper_name, before / pepper_name);
        move_into(staged / pepper_name, folder / pepper_name);
        platform::make_private_folder(folder / content_folder);
        std::error_code none;
        for (const auto& entry : std::filesystem::directory_iterator(staged / content_folder, none))
            std::filesystem::rename(entry.path(), folder / content_folder / entry.path().filename());
        platform::sync_folder(folder / content_folder);
        move_into(staged / "lectern.db-wal", folder / "lectern.db-wal");
        platform::sync_folder(folder);
        move_into(staged / database_name, folder / database_name);
        platform::sync_folder(folder);
    }
    std::filesystem::remove_all(staged);
    platform::log_info("a backup was restored; what was here before is in " +
                       (folder / "before-restore").string());
    return true;
}

} // namespace admin
