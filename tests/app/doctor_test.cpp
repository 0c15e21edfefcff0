// lectern doctor on boxes that are sick in one way or another: it lists what it finds and what to do, and changes
// nothing unless it is asked to.
#include <signal.h>
#include <sqlite3.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "app/checkup/box.h"
#include "platform/certificate.h"
#include "support/program.h"
#include "support/temporary_folder.h"

using Catch::Matchers::ContainsSubstring;
using support::Program;
using support::Ran;
using support::run;
using support::TemporaryFolder;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

std::string bytes_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// Every file of a folder with its bytes, to see that nothing was touched. The lock holds the number of whoever
// looked last.
std::map<std::string, std::string> contents(const fs::path& folder) {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file() && entry.path().filename() != "lectern.lock")
            all[entry.path().string()] = bytes_of(entry.path());
    return all;
}

void make_school(const fs::path& folder) {
    const Ran made = run({"setup", "--organisation", "North", "--admin", "ellis", "--data", folder.string()},
                         "correct horse\n");
    INFO(made.error);
    REQUIRE(made.code == 0);
}

Ran doctor(const fs::path& folder, std::vector<std::string> more = {}) {
    std::vector<std::string> line{"doctor", "--data", folder.string(), "--config", "/no/such/file"};
    line.insert(line.end(), more.begin(), more.end());
    return run(line);
}

void run_sql(const fs::path& folder, const std::string& sql) {
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open((folder / "lectern.db").c_str(), &database) == SQLITE_OK);
    REQUIRE(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_close(database) == SQLITE_OK);
}

std::size_t root_page(const fs::path& folder, const std::string& table) {
    sqlite3* database = nullptr;
    std::size_t page = 0;
    REQUIRE(sqlite3_open((folder / "lectern.db").c_str(), &database) == SQLITE_OK);
    const auto take = [](void* into, int, char** values, char**) {
        *static_cast<std::size_t*>(into) = std::stoul(values[0]);
        return 0;
    };
    const std::string sql = "SELECT rootpage FROM sqlite_schema WHERE name = '" + table + "'";
    REQUIRE(sqlite3_exec(database, sql.c_str(), take, &page, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_close(database) == SQLITE_OK);
    return page;
}

void write_at(const fs::path& file, std::size_t at, const std::string& bytes) {
    std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(static_cast<std::streamoff>(at));
    out << bytes;
}

// A box that is sick, what the doctor says of it, and a check that is good all the same: each stands alone.
struct Sick {
    const char* what;
    std::function<void(const fs::path& folder)> harm;
    const char *says, *still_good;
};

std::vector<Sick> sick_boxes() {
    return {
        {"the first page is overwritten",
         [](const fs::path& folder) { write_at(folder / "lectern.db", 0, std::string(4096, 'x')); },
         "BAD   database: cannot be opened", "good  disk:"},
        {"the first pages of two tables are overwritten",
         [](const fs::path& folder) {
             for (const char* table : {"devices", "rooms"})
                 write_at(folder / "lectern.db", (root_page(folder, table) - 1) * 4096,
                          std::string(512, '\xff'));
         },
         "BAD   database: damaged", "good  audit log:"},
        {"the database has no bytes",
         [](const fs::path& folder) { fs::resize_file(folder / "lectern.db", 0); },
         "BAD   start: The database", "good  permissions:"},
        {"the pepper is gone", [](const fs::path& folder) { fs::remove(folder / "pepper"); },
         "BAD   pepper: gone: no PIN or password can be checked", "good  database:"},
        {"the pepper is another's",
         [](const fs::path& folder) { std::ofstream(folder / "pepper") << std::string(32, 'p'); },
         "BAD   pepper: not the one of this database", "good  references:"},
        {"the audit key is gone", [](const fs::path& folder) { fs::remove(folder / "audit-key"); },
         "BAD   audit log: the audit key is gone", "good  pepper:"},
        {"the audit key is another's",
         [](const fs::path& folder) { std::ofstream(folder / "audit-key") << std::string(32, 'k'); },
         "BAD   audit log: the audit key does not belong to this log", "good  pepper:"},
        {"the audit log is cut", [](const fs::path& folder) { run_sql(folder, "DELETE FROM audit_log"); },
         "and it ends with row 0: 1 were cut off", "good  database:"},
        {"the log was taken away",
         [](const fs::path& folder) { std::ofstream(folder / "lectern.db-shm") << "x"; },
         "BAD   start: lectern.db-wal is gone", "good  audit log:"},
        {"rows refer to others that are missing",
         [](const fs::path& folder) {
             run_sql(folder, "PRAGMA foreign_keys=OFF; DELETE FROM organisations");
         },
         "BAD   references: rows refer to others that are missing", "good  database:"},
        {"a trigger of somebody else's",
         [](const fs::path& folder) {
             run_sql(folder, "CREATE TRIGGER x AFTER INSERT ON logins BEGIN DELETE FROM persons; END");
         },
         "BAD   schema: not Lectern's: the trigger 'x' is foreign", "good  database:"},
        {"others can read",
         [](const fs::path& folder) { fs::permissions(folder / "pepper", fs::perms(0644)); },
         "BAD   permissions: others can read: pepper", "good  pepper:"},
        {"others can read the audit key",
         [](const fs::path& folder) { fs::permissions(folder / "audit-key", fs::perms(0644)); },
         "BAD   permissions: others can read: audit-key", "good  audit log:"},
    };
}

} // namespace

TEST_CASE("the doctor lists what is wrong with a sick box and what to do, and touches nothing", "[app]") {
    const TemporaryFolder folder;
    make_school(folder.path() / "well");
    const Ran well = doctor(folder.path() / "well");
    INFO(well.out << well.error);
    CHECK(well.code != 1);
    CHECK_THAT(well.out, !ContainsSubstring("BAD"));
    for (const Sick& sick : sick_boxes()) {
        INFO(sick.what);
        const fs::path box = folder.path() / "box";
        fs::remove_all(box);
        fs::copy(folder.path() / "well", box, fs::copy_options::recursive);
        fs::permissions(box, fs::perms::owner_all);
        sick.harm(box);
        const auto before = contents(box);
        const Ran ran = doctor(box);
        INFO(ran.out << ran.error);
        CHECK(ran.code == 1);
        CHECK_THAT(ran.out, ContainsSubstring(sick.says));
        CHECK_THAT(ran.out, ContainsSubstring(sick.still_good));
        CHECK((contents(box) == before));
    }
}

TEST_CASE("the doctor mends what is safe to mend, when it is asked to", "[app]") {
    const TemporaryFolder folder;
    make_school(folder.path());
    fs::permissions(folder.path() / "pepper", fs::perms(0644));
    // An index that lacks a row: made without it, then declared whole.
    run_sql(
        folder.path(),
        "CREATE INDEX scratch ON settings(value) WHERE name = 'nobody'; PRAGMA writable_schema=ON;"
        "UPDATE sqlite_schema SET sql = 'CREATE INDEX scratch ON settings(value)' WHERE name = 'scratch'");
    const Ran before = doctor(folder.path());
    CHECK_THAT(before.out, ContainsSubstring("BAD   indexes: damaged: scratch"));
    CHECK_THAT(before.out, ContainsSubstring("'lectern doctor --fix'"));
    const Ran mended = doctor(folder.path(), {"--fix"});
    INFO(mended.out << mended.error);
    CHECK_THAT(mended.out, ContainsSubstring("good  mended: only the owner may read again"));
    CHECK_THAT(mended.out, ContainsSubstring("good  mended: the indexes of the database were built again"));
    CHECK_THAT(mended.out, ContainsSubstring("good  permissions"));
    CHECK_THAT(mended.out, ContainsSubstring("good  indexes"));
}

TEST_CASE("the doctor asks a server that runs, and answers scripts in JSON", "[app]") {
    const TemporaryFolder folder;
    make_school(folder.path());
    Program server({"serve", "--data", folder.path().string(), "--listen", "127.0.0.1:0"});
    server.wait_for_out("listening on ");
    const auto find = [&](const std::string& check) {
        for (const json& item : json::parse(doctor(folder.path(), {"--json", "--hashes"}).out))
            if (item["check"] == check) return item;
        return json();
    };
    CHECK(find("server")["says"] == "it runs and writes");
    CHECK(find("database")["health"] == "good");
    CHECK(find("clock")["health"] == "good");
    fs::permissions(folder.path() / "content", fs::perms(0755));
    const json open = find("permissions");
    CHECK(open["health"] == "bad");
    CHECK_THAT(open["advice"].get<std::string>(), ContainsSubstring("--fix"));
    CHECK(run({"doctor", "--data", (folder.path() / "nowhere").string()}).code == 1);
    CHECK_FALSE(fs::exists(folder.path() / "nowhere"));
}

TEST_CASE("a certificate is called good, near its end, or expired", "[app]") {
    const auto authority = platform::make_authority("North");
    const std::string pem = platform::make_server_certificate(authority, {"lectern.local"}, {}).certificate;
    const std::int64_t end_ms = platform::certificate_end_ms(pem).value(), day_ms = 86'400'000;
    CHECK(app::examine_certificate(pem, end_ms - 100 * day_ms).health == app::Health::good);
    CHECK(app::examine_certificate(pem, end_ms - 10 * day_ms).health == app::Health::warning);
    CHECK_THAT(app::examine_certificate(pem, end_ms + 1).says, ContainsSubstring("has expired on"));
    CHECK(app::examine_certificate("nonsense", 0).health == app::Health::bad);
}
