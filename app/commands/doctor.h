// lectern doctor: whether a box is well. Each check stands by itself, and nothing is changed without --fix.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "app/commands/command_line.h"
#include "app/commands/commands.h"
#include "store/connection.h"
#include "store/folder.h"

namespace app {

struct DoctorOptions {
    std::filesystem::path folder = "/var/lib/lectern", config = "/etc/lectern/lectern.toml";
    bool json = false, fix = false, hashes = false;
};

// Every finding, of the server that holds the folder or else of the folder itself. As root it leaves this process
// acting as the folder's owner where no server runs.
Json examined(const DoctorOptions& options);

// A connection to a database that no server holds. It leaves no trace.
std::unique_ptr<store::Connection> open_unchanged(const store::Folder& folder);

// The half that a running server answers.
Command doctor_command();
void add_doctor(CLI::App& root, Line& line);

} // namespace app
