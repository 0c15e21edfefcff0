// lectern backup, restore and doctor, as an IT department uses them.
#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <fstream>

#include "support/program.h"
#include "support/raw_client.h"
#include "support/temporary_folder.h"

using Catch::Matchers::ContainsSubstring;
using support::Program;
using support::Ran;
using support::run;
using support::TemporaryFolder;

namespace {

namespace fs = std::filesystem;

void make_school(const fs::path& folder) {
    const Ran made =
        run({"setup", "--organisation", "North School", "--admin", "ellis", "--data", folder.string()},
            "correct horse\n");
    INFO(made.error);
    REQUIRE(made.code == 0);
    REQUIRE(
        run({"room", "add", "--name", "Room 2", "--rows", "2", "--places", "2", "--data", folder.string()})
            .code == 0);
}

fs::path back_up(const fs::path& folder) {
    const Ran made = run({"backup", "--data", folder.string()});
    INFO(made.error);
    REQUIRE(made.code == 0);
    for (const auto& entry : fs::directory_iterator(folder / "backups"))
        if (entry.path().extension() == ".tar") return entry.path();
    FAIL("no backup");
    return {};
}

std::string read_whole(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// A port that nobody listens on just now.
std::uint16_t free_port() {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(descriptor, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    ::close(descriptor);
    return ntohs(address.sin_port);
}

std::string setup_of(std::uint16_t port) {
    return support::RawClient(port).ask("GET /v1/setup HTTP/1.1\r\nHost: box\r\n\r\n").body;
}

} // namespace

TEST_CASE("a backup restores a school into another folder, and never over an existing one unasked", "[app]") {
    const TemporaryFolder folder;
    const fs::path school = folder.path() / "school", other = folder.path() / "other";
    make_school(school);
    const fs::path backup = back_up(school);
    CHECK((fs::status(backup).permissions() & (fs::perms::group_all | fs::perms::others_all)) ==
          fs::perms::none);
    const Ran restored = run({"restore", "--from", backup.string(), "--data", other.string()});
    INFO(restored.error);
    REQUIRE(restored.code == 0);
    CHECK_THAT(run({"room", "list", "--data", other.string()}).out, ContainsSubstring("Room 2"));
    CHECK(run({"doctor", "--data", other.string()}).code == 0);
    CHECK(run({"restore", "--from", backup.string(), "--data", school.string()}).code == 1);
    CHECK(run({"restore", "--from", backup.string(), "--data", school.string(), "--force"}).code == 0);
    CHECK(fs::exists(school / "before-restore" / "lectern.db"));
    std::ofstream(folder.path() / "nonsense.tar") << "nonsense";
    const Ran refused = run({"restore", "--from", (folder.path() / "nonsense.tar").string(), "--data",
                             other.string(), "--force"});
    CHECK(refused.code == 1);
    CHECK_THAT(refused.error, ContainsSubstring("not a backup"));
    CHECK_THAT(run({"room", "list", "--data", other.string()}).out, ContainsSubstring("Room 2"));
}

TEST_CASE("the doctor says what is wrong, and ends with 1", "[app]") {
    const TemporaryFolder folder;
    make_school(folder.path());
    const Ran good = run({"doctor", "--data", folder.path().string()});
    INFO(good.out);
    CHECK(good.code == 0);
    for (const char* check :
         {"database", "references", "audit log", "content", "disk", "permissions", "clock"})
        CHECK_THAT(good.out, ContainsSubstring(std::string("good  ") + check));
    fs::permissions(folder.path() / "pepper", fs::perms::others_read, fs::perm_options::add);
    const Ran bad = run({"doctor", "--data", folder.path().string()});
    CHECK(bad.code == 1);
    CHECK_THAT(bad.out, ContainsSubstring("BAD   permissions: others can read: pepper"));
}

TEST_CASE("an empty box restores a backup instead of making a school, and starts again with it", "[app]") {
    const TemporaryFolder folder;
    make_school(folder.path() / "school");
    const std::string bytes = read_whole(back_up(folder.path() / "school"));
    const std::uint16_t port = free_port();
    const std::string address = "127.0.0.1:" + std::to_string(port);
    Program server({"serve", "--data", (folder.path() / "empty").string(), "--listen", address});
    server.wait_for_out("listening on ");
    const std::string code = server.wait_for_error("setup code: ");
    {
        support::RawClient client(port);
        const auto answer =
            client.ask("POST /v1/setup/restore?code=" + code + " HTTP/1.1\r\nHost: box\r\nContent-Length: " +
                       std::to_string(bytes.size()) + "\r\n\r\n" + bytes);
        INFO(answer.body);
        CHECK(answer.status == 202);
    }
    // Its second line. Nobody may try the port before: a client that connects to a free port of the range it is
    // itself given ports from can meet itself there, and then the server finds the port taken.
    server.wait_for_out("\nlistening on ");
    CHECK_THAT(setup_of(port), ContainsSubstring("false"));
    server.signal(SIGTERM);
    CHECK(server.wait() == 0);
}
