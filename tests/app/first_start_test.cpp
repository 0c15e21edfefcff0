// A folder that has lost its pepper or its database is never taken for a new box.
#include <signal.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "support/program.h"
#include "support/raw_client.h"
#include "support/temporary_folder.h"

using Catch::Matchers::ContainsSubstring;
using support::Program;
using support::Ran;
using support::TemporaryFolder;

namespace {

namespace fs = std::filesystem;

Ran run(std::vector<std::string> arguments, const fs::path& folder, const std::string& input = "") {
    arguments.insert(arguments.end(), {"--data", folder.string()});
    return support::run(arguments, input);
}

std::vector<std::string> serve(const fs::path& folder) {
    return {"serve", "--data", folder.string(), "--listen", "127.0.0.1:0"};
}

void make_school(const fs::path& folder) {
    const Ran made =
        run({"setup", "--organisation", "North School", "--admin", "ellis"}, folder, "correct horse\n");
    INFO(made.error);
    REQUIRE(made.code == 0);
}

// Starts a server, which must end by itself, and returns what it says.
std::string refusal(const fs::path& folder) {
    Program server(serve(folder));
    CHECK(server.wait() != 0);
    CHECK(server.out().find("listening") == std::string::npos);
    return server.error();
}

std::uint16_t port_of(Program& server) {
    return static_cast<std::uint16_t>(std::stoi(server.wait_for_out("listening on http://127.0.0.1:")));
}

int sign_in(Program& server, const std::string& password) {
    support::RawClient client(port_of(server));
    const std::string body = nlohmann::json{{"username", "ellis"}, {"password", password}}.dump();
    return client
        .ask("POST /v1/logins HTTP/1.1\r\nHost: box\r\nContent-Type: application/json\r\nContent-Length: " +
             std::to_string(body.size()) + "\r\n\r\n" + body)
        .status;
}

fs::path kept_aside(const fs::path& folder) {
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.path().filename().string().starts_with("before-anew-")) return entry.path();
    return {};
}

} // namespace

TEST_CASE("a lost pepper is not made anew unasked", "[app]") {
    const TemporaryFolder folder;
    make_school(folder.path());
    fs::rename(folder.path() / "pepper", folder.path() / "elsewhere");
    const std::string said = refusal(folder.path());
    CHECK_THAT(said, ContainsSubstring("pepper is gone"));
    CHECK_THAT(said, ContainsSubstring("lectern restore"));
    CHECK_THAT(said, ContainsSubstring("lectern begin-anew --pepper"));
    CHECK_FALSE(fs::exists(folder.path() / "pepper"));
    CHECK(run({"room", "list"}, folder.path()).code == 1); // nor by a command
    CHECK_FALSE(fs::exists(folder.path() / "pepper"));
    fs::rename(folder.path() / "elsewhere", folder.path() / "pepper");
    Program server(serve(folder.path()));
    CHECK(sign_in(server, "correct horse") == 201);
}

TEST_CASE("another box's pepper is refused", "[app]") {
    const TemporaryFolder folder;
    make_school(folder.path() / "one");
    make_school(folder.path() / "other");
    fs::copy_file(folder.path() / "other/pepper", folder.path() / "one/pepper",
                  fs::copy_options::overwrite_existing);
    CHECK_THAT(refusal(folder.path() / "one"), ContainsSubstring("does not belong to this database"));
}

TEST_CASE("an administrator may begin anew with another pepper, and keep the school", "[app]") {
    const TemporaryFolder folder;
    make_school(folder.path());
    fs::remove(folder.path() / "pepper");
    const Ran anew = run({"begin-anew", "--pepper"}, folder.path());
    INFO(anew.error);
    REQUIRE(anew.code == 0);
    REQUIRE(
        run({"person", "reset-password", "--nickname", "ellis"}, folder.path(), "battery staple\n").code ==
        0);
    Program server(serve(folder.path()));
    CHECK(sign_in(server, "battery staple") == 201);
}

TEST_CASE("a lost audit key is not made anew unasked, and an administrator may go on without", "[app]") {
    const TemporaryFolder folder;
    make_school(folder.path());
    CHECK((fs::status(folder.path() / "audit-key").permissions() & fs::perms::all) == fs::perms(0600));
    SECTION("gone") {
        fs::remove(folder.path() / "audit-key");
        CHECK_THAT(refusal(folder.path()), ContainsSubstring("audit-key is gone"));
        CHECK_FALSE(fs::exists(folder.path() / "audit-key"));
    }
    SECTION("another's") {
        std::ofstream(folder.path() / "audit-key") << std::string(32, 'x');
        CHECK_THAT(refusal(folder.path()), ContainsSubstring("does not belong to this database"));
    }
    SECTION("damaged") {
        std::ofstream(folder.path() / "audit-key") << "x";
        CHECK_THAT(refusal(folder.path()), ContainsSubstring("lectern begin-anew --audit"));
    }
    const Ran anew = run({"begin-anew", "--audit"}, folder.path());
    INFO(anew.error);
    REQUIRE(anew.code == 0);
    CHECK(fs::exists(kept_aside(folder.path()) / "audit-head"));
    Program server(serve(folder.path()));
    CHECK(sign_in(server, "correct horse") == 201);
    const Ran doctor = run({"doctor", "--config", "/no/such/file"}, folder.path());
    CHECK_THAT(doctor.out, ContainsSubstring("look  audit log: "));
    CHECK_THAT(doctor.out, ContainsSubstring("are not checked"));
}

TEST_CASE("a first start that was killed before it had its audit key is gone on with", "[app]") {
    const TemporaryFolder folder;
    std::ofstream(folder.path() / "audit-head") << "a new head is to begin here mac=of-a-key-that-was-lost\n";
    make_school(folder.path());
    const Ran doctor = run({"doctor", "--config", "/no/such/file"}, folder.path());
    CHECK_THAT(doctor.out, ContainsSubstring("good  audit log: "));
    CHECK_THAT(doctor.out, ContainsSubstring("the head is among them"));
}

TEST_CASE("a server that was killed has a whole audit log, and after begin-anew --log a new head", "[app]") {
    const TemporaryFolder folder;
    make_school(folder.path());
    {
        Program server(serve(folder.path()));
        CHECK(sign_in(server, "correct horse") == 201);
        server.signal(SIGKILL);
        CHECK(server.wait() == 128 + SIGKILL);
    }
    const auto doctor = [&] { return run({"doctor", "--config", "/no/such/file"}, folder.path()).out; };
    CHECK_THAT(doctor(), ContainsSubstring("good  audit log: "));
    fs::remove(folder.path() / "lectern.db-wal");
    REQUIRE(run({"begin-anew", "--log"}, folder.path()).code == 0);
    {
        Program server(serve(folder.path()));
        CHECK(sign_in(server, "correct horse") == 201);
    }
    CHECK_THAT(doctor(), ContainsSubstring("good  audit log: "));
}

TEST_CASE("a database that is empty or gone, beside other data, is no new box", "[app]") {
    const TemporaryFolder folder;
    make_school(folder.path());
    const fs::path database = folder.path() / "lectern.db";
    SECTION("gone") {
        fs::remove(database);
    }
    SECTION("of 0 bytes") {
        fs::resize_file(database, 0);
    }
    SECTION("of 0 bytes, with its log alone") {
        fs::resize_file(database, 0);
        fs::remove(folder.path() / "pepper");
        std::ofstream(folder.path() / "lectern.db-wal") << "what the log held";
    }
    SECTION("with content alone") {
        fs::remove(database);
        fs::remove(folder.path() / "pepper");
        fs::create_directories(folder.path() / "content");
        std::ofstream(folder.path() / "content" / "a-video") << "bytes";
    }
    const std::string said = refusal(folder.path());
    CHECK_THAT(said, ContainsSubstring("this is not a new box"));
    CHECK_THAT(said, ContainsSubstring("lectern restore"));
    CHECK((!fs::exists(database) || fs::file_size(database) == 0));
    const Ran anew = run({"begin-anew", "--school"}, folder.path());
    INFO(anew.error);
    REQUIRE(anew.code == 0);
    const fs::path aside = kept_aside(folder.path());
    CHECK((fs::exists(aside / "pepper") || fs::exists(aside / "content/a-video") ||
           fs::exists(aside / "lectern.db-wal")));
    Program server(serve(folder.path()));
    port_of(server);
    CHECK_FALSE(server.wait_for_error("setup code: ").empty());
}

TEST_CASE("a log that was taken away after a kill is missed", "[app]") {
    const TemporaryFolder folder;
    make_school(folder.path());
    {
        Program server(serve(folder.path()));
        port_of(server);
        server.signal(SIGKILL);
        CHECK(server.wait() == 128 + SIGKILL);
    }
    REQUIRE(fs::exists(folder.path() / "lectern.db-wal"));
    fs::remove(folder.path() / "lectern.db-wal");
    CHECK_THAT(refusal(folder.path()), ContainsSubstring("lectern.db-wal is gone"));
    REQUIRE(run({"begin-anew", "--log"}, folder.path()).code == 0);
    Program server(serve(folder.path()));
    CHECK(sign_in(server, "correct horse") == 201);
}

TEST_CASE("a school that cannot be opened makes way for a backup with --force", "[app]") {
    const TemporaryFolder folder;
    make_school(folder.path());
    REQUIRE(run({"backup"}, folder.path()).code == 0);
    fs::path backup;
    for (const auto& entry : fs::directory_iterator(folder.path() / "backups"))
        backup = entry.path();
    fs::remove(folder.path() / "pepper");
    const Ran refused = run({"restore", "--from", backup.string()}, folder.path());
    CHECK(refused.code == 1);
    CHECK_THAT(refused.error, ContainsSubstring("cannot be opened"));
    const Ran restored = run({"restore", "--force", "--from", backup.string()}, folder.path());
    INFO(restored.error);
    CHECK(restored.code == 0);
    Program server(serve(folder.path()));
    CHECK(sign_in(server, "correct horse") == 201);
}
