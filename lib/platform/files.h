// Files of the data folder. They are private to the folder's owner. When the command line runs as root on a
// folder that belongs to the service's user, that user also gets the files it makes: the service could not
// open them otherwise.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace platform {

// The whole file, or nullopt when it does not exist. Throws Error internal when it cannot be read.
std::optional<std::string> read_file(const std::filesystem::path& file);

// Readers see either the old bytes or the new ones, even after a power cut: the file is written beside the
// old one, synced and renamed. Mode 0600.
void write_file_atomically(const std::filesystem::path& file, std::string_view bytes);

// What failed and why, from errno: "Cannot open /x/y: Permission denied." Call it before anything else can
// fail.
std::string system_failure(const char* what, const std::filesystem::path& file);

// Makes the folder (0700) and its parents if they are missing.
void make_private_folder(const std::filesystem::path& folder);

// As root in another user's folder: gives `file` to the owner of the folder. Otherwise, or for a link, does
// nothing.
void give_to_folder_owner(const std::filesystem::path& file);

// Makes a rename, a new file or a removal in `folder` survive a power cut.
void sync_folder(const std::filesystem::path& folder);

} // namespace platform
