// Files of the data folder. They are private to the folder's owner: when the command line runs as root on a
// folder that the service's user owns, what it makes belongs to that user, or the service could not open it
// afterwards.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace platform {

// The whole file, or nothing when there is none. Throws Error internal when it cannot be read.
std::optional<std::string> read_file(const std::filesystem::path& file);

// Readers see the old bytes or the new ones, also after a power cut: written beside, synced, renamed. Mode
// 0600.
void write_file_atomically(const std::filesystem::path& file, std::string_view bytes);

// Makes the folder (0700, and its parents) when it is missing.
void make_private_folder(const std::filesystem::path& folder);

// As root in somebody else's folder: gives `file` to that folder's owner. Otherwise, and on a link, does
// nothing.
void give_to_folder_owner(const std::filesystem::path& file);

// Makes a rename, a new file or a removal in `folder` last through a power cut.
void sync_folder(const std::filesystem::path& folder);

} // namespace platform
