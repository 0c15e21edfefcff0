// A data folder without a server: this process opens the services itself, for one command.
#pragma once

#include <filesystem>
#include <functional>

namespace app {

class Services;

// Takes the folder's lock, runs `work` and gives the folder back. Throws store::FolderInUse when another
// process holds it.
void open_alone(const std::filesystem::path& folder, const std::function<void(Services&)>& work);

// If this process runs as root, it acts as the owner of the folder from here on, so that all files it leaves
// are the owner's.
void become_owner_of(const std::filesystem::path& folder);

} // namespace app
