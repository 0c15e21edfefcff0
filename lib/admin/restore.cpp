#include "admin/restore.h"

#include <fcntl.h>
#include <unistd.h>

#include "audit/head.h"
#include "audit/verify.h"
#include "platform/error.h"
#include "platform/files.h"
#include "platform/log.h"
#include "store/epoch.h"
#include "store/folder.h"

namespace admin {

namespace {

using platform::Error;
using platform::ErrorKind;

constexpr const char *staged_name = "restore", *kept_name = "before-restore", *undo_name = "undo-restore";

void refuse_without_room(const std::filesystem::path& folder, const std::filesystem::path& archive) {
    std::error_code unknown;
    const std::uint64_t bytes = std::filesystem::file_size(archive, unknown);
    if (unknown) throw Error(ErrorKind::not_found, "Cannot read " + archive.string() + ".");
    const auto space = std::filesystem::space(folder, unknown);
    constexpr std::uint64_t reserve = 64 << 20;
    if (!unknown && space.available < bytes + reserve)
        throw Error(ErrorKind::storage_full, "The disk has no room for what is in the backup.");
}

// On disk, not only written: otherwise pulling the plug after the restore leaves an empty database. One flush
// of the file system, because an archive may hold many thousand small files.
void flush(const std::filesystem::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    const bool flushed = descriptor >= 0 && ::syncfs(descriptor) == 0;
    if (descriptor >= 0) ::close(descriptor);
    if (!flushed) throw Error(ErrorKind::storage_full, "The disk could not store what is in the backup.");
}

void move_into(const std::filesystem::path& from, const std::filesystem::path& to) {
    if (!std::filesystem::exists(from)) return;
    std::filesystem::rename(from, to);
}

// The plug may be pulled after any step. The next start goes on from there, because a file that has been
// moved is not staged any more, and the database moves last.
void put_in_place(const std::filesystem::path& folder) {
    const std::filesystem::path staged = folder / "restore";
    if (std::filesystem::exists(staged / database_name)) {
        const std::filesystem::path before = folder / "before-restore";
        if (std::filesystem::exists(folder / database_name)) std::filesystem::remove_all(before);
        platform::make_private_folder(before);
        store::forget_epoch(folder);
        // Signed with the key that will lie here: what is staged may be from before there were keys.
        const bool brings_key = std::filesystem::exists(staged / audit::key_name);
        audit::forget_head(folder, audit::evidence_in(brings_key ? staged : folder).key);
        // The database first: as long as it is here, whatever lies in `before` is from an older restore.
        for (const char* name : {database_name, "lectern.db-wal", "lectern.db-shm"}) {
            move_into(folder / name, before / name);
            platform::sync_folder(before);
            platform::sync_folder(folder);
        }
        for (const char* name : {pepper_name, audit::key_name}) {
            if (std::filesystem::exists(staged / name)) move_into(folder / name, before / name);
            move_into(staged / name, folder / name);
        }
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
}

} // namespace

Inspected stage(const std::filesystem::path& folder, const std::filesystem::path& archive,
                const Demands& demands) {
    const std::filesystem::path part = folder / "restore.part", staged = folder / staged_name;
    refuse_without_room(folder, archive);
    std::filesystem::remove_all(part);
    std::filesystem::remove_all(staged);
    platform::make_private_folder(part);
    try {
        Inspected inspected = inspect(archive, part, demands);
        for (const auto& entry : std::filesystem::recursive_directory_iterator(part))
            platform::give_to_folder_owner(entry.path());
        flush(part);
        std::filesystem::rename(part, staged);
        platform::sync_folder(folder);
        return inspected;
    } catch (...) {
        std::error_code ignored;
        std::filesystem::remove_all(part, ignored);
        throw;
    }
}

bool apply_staged(const std::filesystem::path& folder) {
    const std::filesystem::path undo = folder / undo_name, staged = folder / staged_name;
    if (!std::filesystem::exists(staged) && !std::filesystem::exists(undo)) return false;
    const store::Folder lock(folder, "");
    if (std::filesystem::exists(undo)) {
        // Cut off after any step, the next start goes on as after a restore.
        if (can_undo(folder)) {
            std::filesystem::remove_all(staged);
            std::filesystem::rename(folder / kept_name, staged);
            platform::sync_folder(folder);
        }
        std::filesystem::remove(undo);
        platform::sync_folder(folder);
    }
    put_in_place(folder);
    platform::log_info("a backup was restored; what was here before is in " + (folder / kept_name).string());
    return true;
}

bool can_undo(const std::filesystem::path& folder) {
    return std::filesystem::exists(folder / kept_name / database_name);
}

void stage_undo(const std::filesystem::path& folder) {
    if (!can_undo(folder))
        throw Error(ErrorKind::not_found, "No restore is kept in " + (folder / kept_name).string() + ".");
    platform::write_file_atomically(folder / undo_name, "");
}

void undo_restore(const std::filesystem::path& folder) {
    {
        const store::Folder lock(folder,
                                 ""); // a server that holds the folder would do it at some later start
        stage_undo(folder);
    }
    apply_staged(folder);
}

} // namespace admin
