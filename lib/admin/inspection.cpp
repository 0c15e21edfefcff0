#include "admin/inspection.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "admin/archive.h"
#include "audit/chain.h"
#include "platform/crypto.h"
#include "platform/error.h"
#include "platform/files.h"
#include "platform/sha256.h"
#include "platform/text.h"
#include "store/migrate.h"
#include "store/schema_check.h"

namespace admin {

namespace {

namespace fs = std::filesystem;
using platform::Error;
using platform::ErrorKind;

constexpr std::uint64_t largest_manifest = 32 << 20, largest_pepper = 4096;

[[noreturn]] void refuse(const std::string& why) {
    throw Error(ErrorKind::bad_request, "This backup cannot be used: " + why + ".");
}

bool is_content(const std::string& name) {
    return name.starts_with("content/") && name.find('/', 8) == name.npos;
}

struct Unpacked {
    std::map<std::string, std::string> hashes; // of every file but the manifest, by its name
    std::string manifest;
    std::string unknown; // the first name that no backup of this version has
};

// One entry: to `file`, or nowhere. Returns its hash.
std::string unpack_entry(const std::optional<fs::path>& file, const std::function<std::string_view()>& read) {
    std::ofstream out;
    if (file) {
        platform::make_private_folder(file->parent_path());
        out.open(*file, std::ios::binary);
    }
    platform::Sha256 hash;
    for (std::string_view piece = read(); !piece.empty(); piece = read()) {
        hash.add(piece);
        if (file) out.write(piece.data(), static_cast<std::streamsize>(piece.size()));
    }
    if (!file) return hash.hex();
    out.close();
    if (!out) throw Error(ErrorKind::storage_full, "The disk has no room for what is in the backup.");
    fs::permissions(*file, fs::perms::owner_read | fs::perms::owner_write);
    return hash.hex();
}

Unpacked unpack(const fs::path& archive, const fs::path& into, bool with_content) {
    Unpacked unpacked;
    read_archive(archive, [&](const std::string& name, std::uint64_t size, const auto& read) {
        if (name == manifest_name) {
            if (size > largest_manifest) refuse("its backup.json is too large");
            for (std::string_view piece = read(); !piece.empty(); piece = read())
                unpacked.manifest += piece;
            return;
        }
        if (name == pepper_name && size > largest_pepper) refuse("its pepper is too large");
        if (name == audit::key_name && size > largest_pepper) refuse("its audit key is too large");
        const bool wanted = name == database_name || name == pepper_name || name == audit::key_name;
        if (!wanted && !is_content(name) && unpacked.unknown.empty()) unpacked.unknown = name;
        const bool kept = wanted || (with_content && is_content(name));
        unpacked.hashes[name] = unpack_entry(kept ? std::optional(into / name) : std::nullopt, read);
    });
    return unpacked;
}

std::string text_of(const nlohmann::json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

void refuse_newer(std::int64_t schema) {
    const int ours = store::embedded_schema().version();
    if (schema > ours)
        refuse("it was made by a newer version of Lectern (its schema is " + std::to_string(schema) +
               ", this one knows up to " + std::to_string(ours) + "): update this box first");
}

void compare_hashes(const nlohmann::json& files, const std::map<std::string, std::string>& hashes) {
    for (const auto& [name, file] : files.items()) {
        const auto found = hashes.find(name);
        if (found == hashes.end()) refuse("'" + name + "' is missing, which its backup.json lists");
        if (!file.is_object() || text_of(file, "sha256") != found->second)
            refuse("'" + name + "' is not as it was backed up: its SHA-256 differs");
    }
    for (const auto& [name, hash] : hashes)
        if (!files.contains(name)) refuse("'" + name + "' was added to it: its backup.json does not list it");
}

void read_manifest(const Unpacked& unpacked, const Demands& demands, Inspected& inspected) {
    const auto manifest = nlohmann::json::parse(unpacked.manifest, nullptr, false);
    const bool readable = manifest.is_object();
    if (readable) {
        inspected.made_by = text_of(manifest, "version");
        inspected.made_at = text_of(manifest, "created_at");
        const auto schema = manifest.find("schema");
        if (schema != manifest.end() && schema->is_number_integer())
            refuse_newer(schema->get<std::int64_t>());
    }
    if (demands.manifest) {
        if (unpacked.manifest.empty()) refuse("it has no backup.json, which lists its files");
        if (!readable) refuse("its backup.json cannot be read");
        const auto files = manifest.find("files");
        if (files == manifest.end() || !files->is_object() || files->empty())
            refuse("its backup.json lists no files with their SHA-256");
        compare_hashes(*files, unpacked.hashes);
    }
    if (!unpacked.unknown.empty()) refuse("'" + unpacked.unknown + "' belongs in no backup");
}

Holdings count(store::Connection& database) {
    Holdings holdings;
    holdings.organisations = database.integer("SELECT count(*) FROM organisations");
    holdings.persons = database.integer("SELECT count(*) FROM persons WHERE erased_ms IS NULL");
    holdings.headsets = database.integer("SELECT count(*) FROM devices");
    holdings.contents = database.integer("SELECT count(*) FROM contents");
    holdings.first_organisation = database.text("SELECT name FROM organisations ORDER BY id LIMIT 1");
    return holdings;
}

void check_version(store::Connection& database) {
    const std::int64_t version = database.integer("PRAGMA user_version");
    if (version <= 0)
        refuse("its database has the schema version " + std::to_string(version) + ", which no Lectern makes");
    refuse_newer(version);
}

// In this order: write nothing before we know that no foreign trigger runs, and believe no row before its page
// is sound.
void check_database(store::Connection& database, const fs::path& file) {
    const store::Schema schema = store::embedded_schema();
    check_version(database);
    if (const auto foreign = store::foreign_code(database, schema); !foreign.empty())
        refuse("its database has " + foreign + ", which no Lectern makes");
    if (const auto fault = database.text("PRAGMA integrity_check(1)"); fault != "ok")
        refuse("its database is damaged (" + fault + ")");
    if (const auto table = database.text("PRAGMA foreign_key_check"); !table.empty())
        refuse("rows of " + table + " in its database refer to rows that are gone");
    const fs::path before = file.parent_path() / "before-upgrade";
    store::bring_up_to_date(database, schema, file, before, 0);
    fs::remove_all(before);
    if (const auto difference = store::schema_difference(database, schema); !difference.empty())
        refuse("the schema of its database is not Lectern's: " + difference);
}

void check_pepper(store::Connection& database, const fs::path& file) {
    const std::optional<std::int64_t> check = platform::pepper_check(platform::read_file(file).value_or(""));
    if (!check) refuse("its pepper is damaged: it has another size than any Lectern's");
    auto kept = database.prepare_once("SELECT value FROM settings WHERE name = ?");
    kept.bind(1, pepper_check_setting);
    // A database from before there was a check value has none.
    if (kept.step() && platform::parse_integer(kept.values<std::string>()) != check)
        refuse("its pepper does not belong to its database: no PIN or password would be right");
}

// A backup from before there was an audit key has none, and its log no seal.
void check_audit_key(store::Connection& database, const fs::path& folder) {
    store::Read read(database, 0);
    const bool sealed = audit::seal(read).has_value();
    if (!fs::exists(folder / audit::key_name)) {
        if (sealed) refuse("it has no audit-key, with which its audit log was sealed");
        return;
    }
    std::optional<audit::Key> key;
    try {
        key = audit::read_key(folder);
    } catch (const Error&) {
        refuse("its audit key is damaged: it has another size than any Lectern's");
    }
    if (sealed && !audit::seal_fits(read, *key))
        refuse("its audit key does not belong to its database: nobody could check the audit log");
}

void check_administrator(store::Connection& database) {
    if (database.integer("SELECT count(*) FROM organisations") == 0) refuse("there is no organisation in it");
    if (database.integer("SELECT count(*) FROM persons WHERE role = 'administrator' AND active = 1"
                         " AND erased_ms IS NULL AND password_hash IS NOT NULL") == 0)
        refuse("there is no administrator in it who could sign in");
}

} // namespace

Inspected inspect(const fs::path& archive, const fs::path& into, const Demands& demands) {
    const Unpacked unpacked = unpack(archive, into, demands.content);
    Inspected inspected;
    read_manifest(unpacked, demands, inspected);
    for (const char* name : {database_name, pepper_name})
        if (!unpacked.hashes.contains(name)) refuse(std::string("it has no ") + name);
    inspected.content_files =
        std::ranges::count_if(unpacked.hashes, [](const auto& file) { return is_content(file.first); });
    try {
        store::Connection database(into / database_name, store::Connection::Mode::read_write);
        check_database(database, into / database_name);
        check_pepper(database, into / pepper_name);
        check_audit_key(database, into);
        if (demands.administrator) check_administrator(database);
        inspected.holdings = count(database);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::bad_request || error.kind() == ErrorKind::storage_full) throw;
        refuse(std::string("its database is damaged (") + error.what() + ")");
    }
    return inspected;
}

Inspected verify(const fs::path& archive, Demands demands) {
    fs::path scratch = archive;
    scratch += ".verifying";
    struct Removed {
        const fs::path& folder;
        ~Removed() {
            std::error_code ignored;
            fs::remove_all(folder, ignored);
        }
    } const removed{scratch};
    fs::remove_all(scratch);
    platform::make_private_folder(scratch);
    demands.content = false;
    return inspect(archive, scratch, demands);
}

Holdings holdings_of(const fs::path& database) {
    store::Connection connection(database, store::Connection::Mode::read_only);
    return count(connection);
}

nlohmann::json json_of(const Holdings& holdings) {
    return {{"organisations", holdings.organisations},
            {"first_organisation", holdings.first_organisation},
            {"people", holdings.persons},
            {"headsets", holdings.headsets},
            {"contents", holdings.contents}};
}

std::string to_string(const Holdings& holdings) {
    const auto counted = [](std::int64_t number, const char* one, const char* several) {
        return std::to_string(number) + " " + (number == 1 ? one : several);
    };
    std::string text = counted(holdings.organisations, "organisation", "organisations");
    if (!holdings.first_organisation.empty())
        text += " (" + holdings.first_organisation + (holdings.organisations > 1 ? ", ..." : "") + ")";
    return text + ", " + counted(holdings.persons, "person", "people") + ", " +
           counted(holdings.headsets, "headset", "headsets") + ", " +
           counted(holdings.contents, "item of content", "items of content");
}

} // namespace admin
