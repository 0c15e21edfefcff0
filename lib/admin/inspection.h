// Opens a backup and finds out whether a server would start with it, before anything depends on the answer.
// A restore, `lectern backup verify` and the making of a backup itself all ask here.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace admin {

inline constexpr const char *database_name = "lectern.db", *pepper_name = "pepper",
                            *manifest_name = "backup.json", *content_folder = "content";

// The setting that holds platform::pepper_check of the pepper with which the database's secrets were
// hashed.
inline constexpr const char* pepper_check_setting = "pepper_check";

// How much a database holds.
struct Holdings {
    std::int64_t organisations = 0, persons = 0, headsets = 0, contents = 0;
    std::string first_organisation;
};

struct Inspected {
    std::string made_by, made_at; // as the manifest says; "" without one
    std::int64_t content_files = 0;
    Holdings holdings;
};

struct Demands {
    bool manifest = true;      // refuse an archive whose files cannot be compared with their SHA-256
    bool administrator = true; // refuse a school into which nobody could sign in
    bool content = true;       // unpack the files of content as well, instead of only reading them
};

// Unpacks the archive into the folder, which must be empty, and brings its database up to date there.
// Throws Error bad_request, which says what does not fit: the archive, a file's hash, the database's
// version, schema, pages or references, the pepper, the audit key; storage_full. Nothing is flushed to the
// disk yet.
Inspected inspect(const std::filesystem::path& archive, const std::filesystem::path& into,
                  const Demands& demands);

// The same in a folder beside the archive, which is removed again.
Inspected verify(const std::filesystem::path& archive, Demands demands);

Holdings holdings_of(const std::filesystem::path& database);

nlohmann::json json_of(const Holdings& holdings);

// "2 organisations (Riverside, ...), 34 people, 12 headsets, 3 items of content"
std::string to_string(const Holdings& holdings);

} // namespace admin
