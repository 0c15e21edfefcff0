// Restoring takes two steps, so that pulling the plug in between loses nothing: `stage` unpacks and checks
// beside the data, and `apply_staged` puts it in place at the next start, before anything is open. The data
// that it replaces stays in the folder "before-restore", from where `undo_restore` brings it back.
#pragma once

#include <filesystem>

#include "admin/inspection.h"

namespace admin {

// Unpacks an archive beside the data and runs the checks of inspection.h on it. Throws Error bad_request
// when a server would not start with it, or nobody could sign in; storage_full.
Inspected stage(const std::filesystem::path& folder, const std::filesystem::path& archive,
                const Demands& demands = {});
// Puts what was staged in place; false when nothing was. Throws Error conflict when a process has the
// folder open.
bool apply_staged(const std::filesystem::path& folder);
// Exchanges the data with what the last restore replaced, so that doing it twice changes nothing. Throws
// Error not_found when no restore is kept; conflict when a process has the folder open.
void undo_restore(const std::filesystem::path& folder);
// The same at the next start: apply_staged does it. Throws Error not_found when no restore is kept.
void stage_undo(const std::filesystem::path& folder);
bool can_undo(const std::filesystem::path& folder);

} // namespace admin
