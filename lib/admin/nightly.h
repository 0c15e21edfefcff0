// The backups that the box makes by itself, once a day: each is verified as any other (backup.h), copied to
// the target if there is one, and then those go that are not kept any more.
//
// A target is a folder on another disk or on a share, where a copy survives the box's own disk. `lectern backup
// target add` leaves a mark in it. A disk that is not mounted has no mark, so nothing is ever written under its
// mount point instead: the copy fails, and page, metrics and doctor say so until it succeeds.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "admin/backup.h"
#include "store/transaction.h"

namespace admin {

struct NightlyOptions {
    bool wanted = true;
    bool with_content = false;
    Keep keep;
};

inline constexpr const char *target_mark = ".lectern-backups", *target_setting = "backup_target";

struct NightlyState {
    std::optional<std::int64_t> last_ms; // of the newest nightly backup on the box's own disk
    std::string fault;                   // why the last one could not be made; "": it could
    std::string target;                  // ""  : there is none
    std::optional<std::int64_t> target_last_ms;
    std::string target_fault; // why the last copy could not be made, or why the next could not
};

class Nightly {
public:
    Nightly(store::Store& store, Backups& backups, NightlyOptions options)
        : store_(store), backups_(backups), options_(options) {}

    // A backup: a day after the last one, two days while a lesson is on; not in a box without a school. A copy:
    // when the target lacks the newest one, as far as we know. What failed is tried again after an hour.
    struct Due {
        bool backup = false, copy = false;
    };
    Due due(store::Read& read, bool lesson_on) const;
    // Does it on this thread, which may wait. What fails is kept for `state`, and logged.
    void run(Due due);
    // Looks at both disks, on this thread, which may wait.
    NightlyState state();
    // As it was the last time that somebody looked; housekeeping does every minute.
    std::optional<NightlyState> known() const;
    const NightlyOptions& options() const { return options_; }

private:
    void make();
    void copy_newest();
    void note(std::string& fault, const char* what, const std::string& why);

    store::Store& store_;
    Backups& backups_;
    NightlyOptions options_;
    mutable std::mutex mutex_; // guards what follows
    std::string fault_, target_fault_;
    std::optional<NightlyState> known_;
    bool copy_owed_ = true; // after a start we don't know
    std::int64_t failed_ms_ = 0;
};

// Throws Error conflict, in words, when the target is not there or has no mark.
void require_target(const std::filesystem::path& target);

// Copies the file into the target, has the disk write it, reads it back from there and compares. Throws Error
// storage_full, unavailable, conflict; nothing half done is left.
void copy_to(const std::filesystem::path& target, const std::filesystem::path& file);

nlohmann::json json_of(const NightlyState& state, const NightlyOptions& options);

} // namespace admin
