// Backups that a server would not start with, or that would do harm: each is refused, says why, and leaves
// the folder as it was. A good one is taken, and can be undone.
#include <sqlite3.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "admin/archive.h"
#include "admin/restore.h"
#include "platform/crypto.h"
#include "platform/error.h"
#include "support/program.h"
#include "support/temporary_folder.h"

using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

std::string bytes_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

using Entries = std::vector<std::pair<std::string, std::string>>;

Entries entries_of(const fs::path& archive) {
    Entries entries;
    admin::read_archive(archive, [&](const std::string& name, std::uint64_t, const auto& read) {
        entries.emplace_back(name, "");
        for (std::string_view piece = read(); !piece.empty(); piece = read())
            entries.back().second += piece;
    });
    return entries;
}

std::string& entry(Entries& entries, const std::string& name) {
    for (auto& [entry_name, bytes] : entries)
        if (entry_name == name) return bytes;
    throw std::runtime_error("no entry " + name);
}

// With a manifest that fits what the entries have become: somebody who means harm writes one.
void pack(Entries entries, const fs::path& archive, bool fit_manifest = true) {
    if (fit_manifest) {
        nlohmann::json files;
        for (const auto& [name, bytes] : entries)
            if (name != "backup.json") files[name]["sha256"] = platform::sha256_hex(bytes);
        std::string& manifest = entry(entries, "backup.json");
        auto changed = nlohmann::json::parse(manifest);
        changed["files"] = files;
        manifest = changed.dump();
    }
    fs::remove(archive);
    admin::ArchiveWriter writer(archive);
    for (const auto& [name, bytes] : entries)
        writer.add(name, bytes);
    writer.finish();
}

// One school with its backup, made once: signing up hashes passwords.
class Sample {
public:
    Sample() {
        const auto made = support::run(
            {"setup", "--organisation", "North", "--admin", "ellis", "--data", school().string()},
            "correct horse\n");
        if (made.code != 0) throw std::runtime_error(made.error);
        const auto backed_up = support::run({"backup", "--data", school().string()});
        if (backed_up.code != 0) throw std::runtime_error(backed_up.error);
        for (const auto& file : fs::directory_iterator(school() / "backups"))
            archive_ = file.path();
    }
    fs::path school() const { return folder_.path() / "school"; }
    const fs::path& archive() const { return archive_; }
    fs::path path(const char* name) const { return folder_.path() / name; }

    // The archive with this done to its database.
    void with_sql(const fs::path& archive, const std::string& sql) const {
        Entries entries = entries_of(archive_);
        const fs::path file = path("changed.db");
        write(file, entry(entries, "lectern.db"));
        sqlite3* database = nullptr;
        REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
        INFO(sql);
        REQUIRE(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
        REQUIRE(sqlite3_close(database) == SQLITE_OK);
        entry(entries, "lectern.db") = bytes_of(file);
        fs::remove(file);
        pack(entries, archive);
    }

private:
    support::TemporaryFolder folder_;
    fs::path archive_;
};

std::string why_refused(const fs::path& folder, const fs::path& archive) {
    try {
        admin::stage(folder, archive);
        return "";
    } catch (const platform::Error& error) {
        CHECK(error.kind() == platform::ErrorKind::bad_request);
        return error.what();
    }
}

// A head of one entry in its simplest form, for names that ArchiveWriter does not write.
std::string raw_entry(const std::string& name, char type) {
    std::string head(512, '\0');
    head.replace(0, name.size(), name);
    head.replace(124, 11, "00000000000");
    head[156] = type;
    head.replace(148, 8, "        ");
    unsigned sum = 0;
    for (const char c : head)
        sum += static_cast<unsigned char>(c);
    char text[8];
    std::snprintf(text, sizeof text, "%06o", sum);
    head.replace(148, 7, std::string(text, 6) + '\0');
    return head;
}

struct Row {
    const char* what;
    std::function<void(const Sample&, const fs::path& archive)> make;
    const char* says;
};

Row of_sql(const char* what, const char* sql, const char* says) {
    return {what, [sql](const Sample& sample, const fs::path& archive) { sample.with_sql(archive, sql); },
            says};
}

Row of_entries(const char* what, const std::function<void(Entries&)>& change, const char* says,
               bool fit_manifest = true) {
    return {what,
            [=](const Sample& sample, const fs::path& archive) {
                Entries entries = entries_of(sample.archive());
                change(entries);
                pack(entries, archive, fit_manifest);
            },
            says};
}

Row of_bytes(const char* what, const std::function<std::string(std::string)>& change, const char* says) {
    return {what,
            [=](const Sample& sample, const fs::path& archive) {
                write(archive, change(bytes_of(sample.archive())));
            },
            says};
}

std::vector<Row> archive_rows() {
    return {
        of_bytes(
            "nothing", [](const std::string&) { return std::string(); }, "too short"),
        of_bytes(
            "an archive of no entries", [](const std::string&) { return std::string(1024, '\0'); },
            "it is empty"),
        of_bytes(
            "torn in the middle", [](std::string all) { return all.substr(0, all.size() / 2); },
            "cut off within 'lectern.db'"),
        of_bytes(
            "torn before its end", [](std::string all) { return all.substr(0, all.size() - 1024); },
            "its end is missing"),
        of_bytes(
            "a byte flipped in the database",
            [](std::string all) {
                all[512 + 4096 * 3 + 777] ^= 0x10;
                return all;
            },
            "'lectern.db' is not as it was backed up"),
        of_bytes(
            "a byte flipped in a head",
            [](std::string all) {
                all[3] ^= 0x01;
                return all;
            },
            "head is broken"),
        of_bytes(
            "a folder's entry", [](const std::string& all) { return raw_entry("content/", '5') + all; },
            "'content/' is the entry of a folder"),
        of_bytes(
            "a folder's entry that claims to be a file",
            [](const std::string& all) { return raw_entry("content/", '0') + all; },
            "'content/' is the entry of a folder"),
        of_bytes(
            "an entry without a name", [](const std::string& all) { return raw_entry("", '0') + all; },
            "no name"),
        of_bytes(
            "a name that climbs", [](const std::string& all) { return raw_entry("../x", '0') + all; },
            "no backup has an entry '../x'"),
        of_bytes(
            "a link", [](const std::string& all) { return raw_entry("pepper", '2') + all; },
            "'pepper' is not the entry of a file"),
    };
}

std::vector<Row> entry_rows() {
    return {
        of_entries(
            "a second pepper", [](Entries& all) { all.emplace_back("pepper", std::string(32, 'x')); },
            "'pepper' is in it twice"),
        of_entries(
            "a file that belongs in no backup", [](Entries& all) { all.emplace_back("lectern.toml", "x"); },
            "'lectern.toml' belongs in no backup"),
        of_entries(
            "a file that was added", [](Entries& all) { all.emplace_back("content/x", "x"); },
            "'content/x' was added", false),
        of_entries(
            "no manifest",
            [](Entries& all) { std::erase_if(all, [](auto& e) { return e.first == "backup.json"; }); },
            "no backup.json", false),
        of_entries(
            "a manifest without files", [](Entries& all) { entry(all, "backup.json") = "{}"; },
            "lists no files", false),
        of_entries(
            "a manifest that is no JSON", [](Entries& all) { entry(all, "backup.json") = "{"; },
            "cannot be read", false),
        of_entries(
            "no pepper",
            [](Entries& all) { std::erase_if(all, [](auto& e) { return e.first == "pepper"; }); },
            "it has no pepper"),
        of_entries(
            "a pepper of one byte", [](Entries& all) { entry(all, "pepper") = "x"; },
            "its pepper is damaged"),
        of_entries(
            "no audit key",
            [](Entries& all) { std::erase_if(all, [](auto& e) { return e.first == "audit-key"; }); },
            "it has no audit-key"),
        of_entries(
            "an audit key of one byte", [](Entries& all) { entry(all, "audit-key") = "x"; },
            "its audit key is damaged"),
        of_entries(
            "another box's audit key", [](Entries& all) { entry(all, "audit-key") = std::string(32, 'x'); },
            "its audit key does not belong to its database"),
        of_entries(
            "another box's pepper", [](Entries& all) { entry(all, "pepper") = std::string(32, 'x'); },
            "does not belong to its database"),
        of_entries(
            "a database of no bytes", [](Entries& all) { entry(all, "lectern.db") = ""; },
            "schema version 0"),
        of_entries(
            "a database that is none",
            [](Entries& all) { entry(all, "lectern.db") = std::string(8192, 'x'); },
            "its database is damaged"),
    };
}

std::vector<Row> database_rows() {
    return {
        of_sql("no version", "PRAGMA user_version = 0", "schema version 0"),
        of_sql("a negative version", "PRAGMA user_version = -5", "schema version -5"),
        of_sql("a newer version", "PRAGMA user_version = 999", "a newer version of Lectern"),
        of_sql("another program's database", "PRAGMA application_id = 7", "is not a database of Lectern"),
        of_sql("a trigger that empties the school",
               "CREATE TRIGGER boom AFTER INSERT ON logins BEGIN DELETE FROM organisations; END",
               "the trigger 'boom', which no Lectern makes"),
        of_sql("a foreign view", "CREATE VIEW spy AS SELECT * FROM persons", "the view 'spy'"),
        of_sql("our view with other text",
               "DROP VIEW vr_sessions; CREATE VIEW vr_sessions AS SELECT * FROM persons",
               "the view 'vr_sessions' was changed"),
        of_sql("a foreign table", "CREATE TABLE extra (id INTEGER)", "the table 'extra' is foreign"),
        of_sql("a lost index", "DROP INDEX persons_by_name_key",
               "the index 'persons_by_name_key' is missing"),
        of_sql("a column more", "ALTER TABLE rooms ADD COLUMN spare TEXT", "the table 'rooms' was changed"),
        of_sql("rows that refer to nothing",
               "PRAGMA foreign_keys = OFF; UPDATE persons SET organisation_id = 4711",
               "rows of persons in its database refer to rows that are gone"),
        of_sql("no organisation", "PRAGMA foreign_keys = ON; DELETE FROM organisations", "no organisation"),
        of_sql("no administrator", "UPDATE persons SET role = 'teacher'", "no administrator"),
        of_sql("an administrator who has left", "UPDATE persons SET active = 0", "no administrator"),
    };
}

} // namespace

TEST_CASE("a backup that a server would not start with is refused in words, and touches nothing", "[admin]") {
    const Sample sample;
    const support::TemporaryFolder folder;
    const fs::path archive = sample.path("bad.tar");
    write(folder.path() / "lectern.db", "what is there");
    const std::string why = why_refused(folder.path(), sample.archive());
    INFO(why);
    CHECK(why.empty());
    fs::remove_all(folder.path() / "restore");
    for (const auto& rows : {archive_rows(), entry_rows(), database_rows()})
        for (const Row& row : rows) {
            INFO(row.what);
            row.make(sample, archive);
            CHECK_THAT(why_refused(folder.path(), archive), ContainsSubstring(row.says));
            CHECK_FALSE(fs::exists(folder.path() / "restore"));
            CHECK_FALSE(fs::exists(folder.path() / "restore.part"));
            CHECK(bytes_of(folder.path() / "lectern.db") == "what is there");
        }
}

TEST_CASE("a backup without checksums is taken only on request, and then all other checks stay", "[admin]") {
    const Sample sample;
    const fs::path archive = sample.path("old.tar"), box = sample.path("box");
    Entries entries = entries_of(sample.archive());
    entry(entries, "backup.json") = R"({"version": "0.9", "schema": 1})";
    pack(entries, archive, false);
    const std::vector<std::string> line{"restore", "--from", archive.string(), "--data", box.string()};
    CHECK_THAT(support::run(line).error, ContainsSubstring("lists no files"));
    auto asked = line;
    asked.emplace_back("--without-checksums");
    CHECK(support::run(asked).code == 0);
    entry(entries, "pepper") = "x";
    pack(entries, archive, false);
    asked.emplace_back("--force");
    CHECK_THAT(support::run(asked).error, ContainsSubstring("its pepper is damaged"));
}

TEST_CASE("a restore says what it replaces, and can be undone, and that again", "[admin]") {
    const Sample sample;
    const fs::path box = sample.path("box");
    const auto organisations = [&] {
        return support::run({"organisation", "list", "--data", box.string()}).out;
    };
    REQUIRE(support::run({"setup", "--organisation", "South", "--admin", "sam", "--data", box.string()},
                         "correct horse\n")
                .code == 0);
    const std::vector<std::string> undo{"restore", "--undo", "--data", box.string()};
    CHECK_THAT(support::run(undo).error, ContainsSubstring("No restore is kept"));
    std::vector<std::string> restore{"restore", "--from", sample.archive().string(), "--data", box.string()};
    CHECK_THAT(support::run(restore).error, ContainsSubstring("1 organisation (South), 1 person"));
    restore.emplace_back("--force");
    const auto restored = support::run(restore);
    INFO(restored.error);
    CHECK_THAT(restored.out, ContainsSubstring("1 organisation (North)"));
    CHECK_THAT(restored.out, ContainsSubstring("It replaced 1 organisation (South)"));
    CHECK_THAT(organisations(), ContainsSubstring("North"));
    CHECK(support::run(undo).code == 0);
    CHECK_THAT(organisations(), ContainsSubstring("South"));
    CHECK(support::run(undo).code == 0);
    CHECK_THAT(organisations(), ContainsSubstring("North"));
}

TEST_CASE("verifying a backup needs no data folder, and leaves nothing behind", "[admin]") {
    const Sample sample;
    const auto good = support::run({"backup", "verify", sample.archive().string()});
    INFO(good.error);
    CHECK(good.code == 0);
    CHECK_THAT(good.out, ContainsSubstring("is good: 1 organisation (North)"));
    std::string bytes = bytes_of(sample.archive());
    bytes[512 + 5000] ^= 1;
    write(sample.path("flipped.tar"), bytes);
    const auto bad = support::run({"backup", "verify", sample.path("flipped.tar").string()});
    CHECK(bad.code == 1);
    CHECK_THAT(bad.error, ContainsSubstring("SHA-256 differs"));
    CHECK_FALSE(fs::exists(sample.path("flipped.tar.verifying")));
}
