// Backups: one archive each, in the folder "backups" of the data folder, made while the box works. A backup
// holds the database, the pepper without which none of its passwords can be checked, and, on request, the
// files of content. So it is as secret as the box itself: only a box administrator gets one, and its file
// is 0600. A finished archive has been opened, checked and counted (inspection.h). Restoring one:
// restore.h.
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
    std::string name; // "lectern-20260901-080000.tar"
    std::int64_t size = 0, created_ms = 0;
};

class Backups {
public:
    Backups(store::Store& store, std::filesystem::path folder, const platform::Clock& clock)
        : store_(store), folder_(std::move(folder)), clock_(clock) {}

    // Runs on this thread, which may wait. Throws Error conflict while another one is being made,
    // storage_full when there is no room, bad_request when what was made does not pass the checks of a
    // restore.
    Backup make(bool with_content);
    std::vector<Backup> list() const; // newest first
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
