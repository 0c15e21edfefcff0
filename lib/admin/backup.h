// Backups: one archive each, in the folder "backups" of the data folder, made while the box works, by hand
// or every night (nightly.h). A backup holds the database, the pepper without which none of its passwords
// can be checked, the key without which nobody can check its audit log, and, on request, the files of
// content. So it is as secret as the box itself: only a box administrator gets one, and its file is 0600. A
// finished archive has been opened, checked and counted (inspection.h). Restoring one: restore.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "platform/clock.h"
#include "store/store.h"

namespace admin {

struct Backup {
    std::string name; // "lectern-20260901-080000.tar", or "nightly-..." for one that the box makes by itself
    std::int64_t size = 0, created_ms = 0;

    bool is_nightly() const { return name.starts_with("nightly"); }
};

enum class Occasion { by_hand, nightly };

// The backups in a folder, newest first; none when there is no such folder.
std::vector<Backup> backups_in(const std::filesystem::path& folder);

// How many of the nightly backups are kept: the newest of each of the last `days` days that have one, and of
// each of the last `weeks` weeks. So a box that was off all summer keeps what it had.
struct Keep {
    int days = 7, weeks = 4;
};
// Those that go. Backups made by hand stay until somebody removes them. `backups`: newest first.
std::vector<Backup> superseded(const std::vector<Backup>& backups, const Keep& keep);

class Backups {
public:
    Backups(store::Store& store, std::filesystem::path folder, const platform::Clock& clock)
        : store_(store), folder_(std::move(folder)), clock_(clock) {}

    // Runs on this thread, which may wait. Throws Error conflict while another one is being made,
    // storage_full when there is no room, bad_request when what was made does not pass the checks of a
    // restore.
    Backup make(bool with_content, Occasion occasion = Occasion::by_hand);
    std::vector<Backup> list() const { return backups_in(folder()); } // newest first
    std::filesystem::path folder() const { return folder_ / "backups"; }
    // Throws Error not_found also for a name that cannot be a backup's.
    std::filesystem::path path_of(const std::string& name) const;
    void remove(const std::string& name);

private:
    void write_archive(const std::filesystem::path& part, const std::filesystem::path& copy,
                       bool with_content, std::int64_t now_ms) const;

    store::Store& store_;
    std::filesystem::path folder_;
    const platform::Clock& clock_;
    std::mutex making_;
};

nlohmann::json json_of(const Backup& backup);

} // namespace admin
