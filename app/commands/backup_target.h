// lectern backup target: the disk or share that gets a copy of each nightly backup.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>

#include "app/commands/command_line.h"
#include "app/commands/commands.h"

namespace app {

// Lets the packaged service write there: a drop-in for its unit, and a rule for its AppArmor profile. `system` is
// "/", or a folder in its place. False, and nothing is written, where no such service is installed. Throws
// Error bad_request for a path that neither file could hold.
bool admit_target(const std::filesystem::path& system, const std::filesystem::path& target);

Command backup_target_command();
void add_backup_target(CLI::App& backup, Line& line);

} // namespace app
