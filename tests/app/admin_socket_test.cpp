#include "app/admin_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <fstream>

#include "platform/error.h"
#include "support/temporary_folder.h"

namespace {

using app::Json;
using support::TemporaryFolder;

Json echo(const std::string& command, const Json& arguments) {
    return {{"command", command}, {"arguments", arguments}};
}

// A client that follows no rules: sends these bytes and returns what comes back before the end.
std::string raw_exchange(const std::filesystem::path& folder, const std::string& bytes) {
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    (folder / "admin.sock").string().copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const ssize_t took = ::send(descriptor, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (took < 0) break;
        sent += static_cast<std::size_t>(took);
    }
    std::string answer;
    char piece[4096];
    for (ssize_t got; (got = ::recv(descriptor, piece, sizeof piece, 0)) > 0;)
        answer.append(piece, static_cast<std::size_t>(got));
    ::close(descriptor);
    return answer;
}

} // namespace

TEST_CASE("a command goes to the server that holds the folder and its result comes back", "[app]") {
    const TemporaryFolder folder;
    CHECK_FALSE(app::ask_server(folder.path(), "pair", {})); // nobody is there yet
    {
        const app::AdminServer server(folder.path(), echo);
        for (int i = 0; i < 3; ++i)
            CHECK(app::ask_server(folder.path(), "pair", {{"organisation", "Śkoła\n6"}}) ==
                  Json{{"command", "pair"}, {"arguments", {{"organisation", "Śkoła\n6"}}}});
    }
    CHECK_FALSE(app::ask_server(folder.path(), "pair", {}));
    CHECK_FALSE(std::filesystem::exists(folder.path() / "admin.sock"));
    CHECK_FALSE(app::ask_server("/nowhere", "pair", {}));
}

TEST_CASE("the admin socket is for its owner alone", "[app]") {
    const TemporaryFolder folder;
    const app::AdminServer server(folder.path(), echo);
    struct stat status {};
    REQUIRE(::stat((folder.path() / "admin.sock").c_str(), &status) == 0);
    CHECK(S_ISSOCK(status.st_mode));
    CHECK((status.st_mode & 0777) == 0600);

    struct {
        uid_t peer, server, owner;
        bool may;
    } const table[] = {
        {0, 990, 990, true},     {990, 990, 990, true},   {990, 990, 0, true},
        {1000, 990, 1000, true}, {1000, 990, 990, false}, {65534, 0, 0, false},
    };
    for (const auto& [peer, runs_as, owner, may] : table)
        CHECK(app::may_command(peer, runs_as, owner) == may);
}

TEST_CASE("a socket left by a dead server is replaced", "[app]") {
    const TemporaryFolder folder;
    const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    (folder.path() / "admin.sock").string().copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(dead, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    ::close(dead);
    CHECK_FALSE(app::ask_server(folder.path(), "pair", {}));
    const app::AdminServer server(folder.path(), echo);
    CHECK(app::ask_server(folder.path(), "pair", {}));
}

TEST_CASE("a data folder whose path is longer than a socket's may be", "[app]") {
    const TemporaryFolder folder;
    const auto deep = folder.path() / std::string(120, 'd');
    std::filesystem::create_directory(deep);
    const app::AdminServer server(deep, echo);
    CHECK(std::filesystem::is_socket(deep / "admin.sock"));
    CHECK(app::ask_server(deep, "pair", {}));
}

TEST_CASE("an error that a command throws reaches the caller: kind, message and fields", "[app]") {
    const TemporaryFolder folder;
    const app::AdminServer server(
        folder.path(), [](const std::string& command, const Json& arguments) -> Json {
            if (command == "conflict") platform::throw_conflict("There is a room \"Room 2\" already.");
            if (command == "invalid")
                throw platform::Error({{"pin", "must be 4 digits"}, {"nickname", "must not be empty"}});
            if (command == "arguments") return arguments.at("nickname").get<int>();
            throw std::runtime_error("a defect");
        });
    const auto thrown = [&](const std::string& command) {
        try {
            app::ask_server(folder.path(), command, {{"nickname", "anna"}});
        } catch (const platform::Error& error) {
            return error;
        }
        return platform::Error(platform::ErrorKind::internal, "nothing was thrown");
    };
    CHECK(thrown("conflict").kind() == platform::ErrorKind::conflict);
    CHECK(std::string(thrown("conflict").what()) == "There is a room \"Room 2\" already.");
    REQUIRE(thrown("invalid").fields().size() == 2);
    CHECK(thrown("invalid").fields()[0].field == "pin");
    CHECK(thrown("invalid").fields()[1].message == "must not be empty");
    CHECK(thrown("arguments").kind() == platform::ErrorKind::bad_request);
    CHECK(std::string(thrown("defect").what()) == "a defect");
}

TEST_CASE("the admin socket bounds what it reads and survives clients that misuse it", "[app]") {
    const TemporaryFolder folder;
    app::AdminLimits limits;
    limits.question_bytes = 200;
    limits.to_ask = std::chrono::milliseconds(50);
    std::atomic<int> commands = 0;
    const app::AdminServer server(
        folder.path(),
        [&](const std::string&, const Json&) {
            ++commands;
            return Json();
        },
        limits);
    CHECK(raw_exchange(folder.path(), std::string(500, 'x') + "\n").empty());
    CHECK(raw_exchange(folder.path(), std::string(1 << 20, 'x')).empty()); // no end of line at all
    CHECK(raw_exchange(folder.path(), "{\"command\":").empty());           // late: the rest never comes
    CHECK(commands == 0);
    for (const char* line : {"\n", "nonsense\n", "[]\n", "{}\n", "{\"command\":7,\"arguments\":{}}\n",
                             "{\"command\":\"pair\"}\n"}) {
        INFO(line);
        CHECK(raw_exchange(folder.path(), line).find("{\"error\":{") == 0);
    }
    CHECK(commands == 0);
    CHECK(raw_exchange(folder.path(), "{\"command\":\"pair\",\"arguments\":{}}\nmore") ==
          "{\"result\":null}\n");
    CHECK(commands == 1);
}
