// The part of `lectern person` that works with files.
#pragma once

#include "app/commands/command_line.h"

namespace app {

void declare_roster(CLI::App& person, Line& line);

} // namespace app
