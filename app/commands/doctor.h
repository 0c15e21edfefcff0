// lectern doctor: whether a box is well. Each check stands by itself, and nothing is changed without --fix.
#pragma once

#include <CLI/CLI.hpp>

#include "app/commands/command_line.h"
#include "app/commands/commands.h"

namespace app {

// The half that a running server answers.
Command doctor_command();
void add_doctor(CLI::App& root, Line& line);

} // namespace app
