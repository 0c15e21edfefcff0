// A data folder without a server: this process opens the services itself, for one command.
#pragma once

#include <filesystem>
#include <functional>

#include "platform/error.h"

namespace app {

class Services;

// The folder cannot be opened now: another process holds it, or its schema is newer than this program.
class CannotOpen : public platform::Error {
public:
    explicit CannotOpen(const platform::Error& error) : platform::Error(error) {}
};

// Takes the folder's lock, runs `work` and gives the folder back.
void open_alone(const std::filesystem::path& folder, const std::function<void(Services&)>& work);

// If this process runs as root, it acts as the owner of the folder from here on, so that all files it leaves
// are the owner's.
void become_owner_of(const std::filesystem::path& folder);

} // namespace app
