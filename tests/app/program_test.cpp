// The program as IT and systemd see it: a process with arguments, streams and signals.
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>

#include "support/program.h"
#include "support/raw_client.h"
#include "support/temporary_folder.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::Matches;
using support::Program;
using support::TemporaryFolder;

namespace {

std::vector<std::string> serve(const std::filesystem::path& folder, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"serve", "--data", folder.string(), "--listen", "127.0.0.1:0"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

std::uint16_t port_of(Program& server) {
    const std::string address = server.wait_for_out("listening on http://127.0.0.1:");
    return static_cast<std::uint16_t>(std::stoi(address));
}

int ask(const std::filesystem::path& folder, std::vector<std::string> arguments, const std::string& input,
        std::string* out) {
    arguments.insert(arguments.end(), {"--data", folder.string()});
    Program command(arguments);
    command.type(input);
    const int code = command.wait();
    INFO(command.error());
    if (out != nullptr) *out = command.out();
    return code;
}

// Receives what a service manager would be told.
class NotifySocket {
public:
    explicit NotifySocket(const std::filesystem::path& folder) : path_((folder / "notify").string()) {
        descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path_.copy(address.sun_path, sizeof address.sun_path - 1);
        REQUIRE(::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        const timeval patience{20, 0};
        ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    ~NotifySocket() { ::close(descriptor_); }
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;

    std::string variable() const { return "NOTIFY_SOCKET=" + path_; }
    bool hears(const std::string& state) const {
        char bytes[512];
        for (ssize_t got; (got = ::recv(descriptor_, bytes, sizeof bytes, 0)) > 0;)
            if (std::string_view(bytes, static_cast<std::size_t>(got)).find(state) != std::string_view::npos)
                return true;
        return false;
    }

private:
    std::string path_;
    int descriptor_;
};

} // namespace

TEST_CASE("a server says where it listens, shows the setup code once, and ends when told", "[app]") {
    const TemporaryFolder folder;
    Program server(serve(folder.path() / "data"));
    const std::uint16_t port = port_of(server);
    CHECK_THAT(server.wait_for_error("setup code: "), Matches("[A-Z0-9]{4}-[A-Z0-9]{4}"));
    support::RawClient client(port);
    CHECK(client.ask("GET /health HTTP/1.1\r\nHost: box\r\n\r\n").status == 200);
    CHECK(std::filesystem::exists(folder.path() / "data/admin.sock"));
    server.signal(SIGTERM);
    CHECK(server.wait() == 0);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "data/admin.sock"));
    CHECK(server.out().find("setup code") == std::string::npos);
}

TEST_CASE("commands reach a running server, and a folder without one alike", "[app]") {
    const TemporaryFolder folder;
    std::string out;
    CHECK(ask(folder.path(), {"setup", "--organisation", "North School", "--admin", "ellis"},
              "correct horse\n", nullptr) == 0);
    {
        Program server(serve(folder.path()));
        const std::uint16_t port = port_of(server);
        CHECK(server.error().find("setup code") == std::string::npos);
        CHECK(ask(folder.path(),
                  {"person", "add", "--role", "teacher", "--nickname", "rossi", "--pin", "2468"}, "",
                  nullptr) == 0);
        support::RawClient client(port);
        const std::string body = R"({"nickname":"rossi","pin":"2468"})";
        CHECK(client
                  .ask("POST /v1/logins HTTP/1.1\r\nHost: box\r\nContent-Type: "
                       "application/json\r\nContent-Length: " +
                       std::to_string(body.size()) + "\r\n\r\n" + body)
                  .status == 201);
        CHECK(ask(folder.path(),
                  {"person", "add", "--role", "teacher", "--nickname", "rossi", "--pin", "2468"}, "",
                  nullptr) == 1);
        server.signal(SIGINT);
        CHECK(server.wait() == 0);
    }
    CHECK(ask(folder.path(), {"person", "list", "--role", "teacher"}, "", &out) == 0);
    CHECK_THAT(out, ContainsSubstring("rossi"));
}

TEST_CASE("two servers do not share a folder", "[app]") {
    const TemporaryFolder folder;
    Program server(serve(folder.path()));
    port_of(server);
    Program second(serve(folder.path()));
    CHECK(second.wait() == 75); // EX_TEMPFAIL
    CHECK_THAT(second.error(), ContainsSubstring(folder.path().string()));
}

TEST_CASE("faults of the configuration stop the start", "[app]") {
    const TemporaryFolder folder;
    const auto config = folder.path() / "lectern.toml";
    const auto error_with = [&](const std::string& text, const std::vector<std::string>& more) {
        std::ofstream(config) << text;
        std::vector<std::string> arguments{"--config", config.string()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        Program server(serve(folder.path() / "data", arguments));
        CHECK(server.wait() == 78); // EX_CONFIG
        CHECK_FALSE(std::filesystem::exists(folder.path() / "data"));
        return server.error();
    };
    CHECK_THAT(error_with("\nlisen = 1\n", {}),
               ContainsSubstring(config.string() + ":2:1: unknown key 'lisen'"));
    CHECK_THAT(error_with("", {"--tls-cert", "cert.pem"}), ContainsSubstring("key"));
}

TEST_CASE("the demo school is made once, in an empty folder", "[app]") {
    const TemporaryFolder folder;
    {
        Program server(serve(folder.path(), {"--demo", "--demo-session"}));
        port_of(server);
        CHECK_THAT(server.out(), ContainsSubstring("administrator demo with password demo-demo"));
        std::string out;
        CHECK(ask(folder.path(), {"person", "list", "--class", "6B", "--json"}, "", &out) == 0);
        server.signal(SIGTERM);
        CHECK(server.wait() == 0);
    }
    Program again(serve(folder.path(), {"--demo"}));
    port_of(again);
    CHECK(again.out().find("demo school") == std::string::npos);
    CHECK_THAT(again.error(), ContainsSubstring("--demo changes nothing"));
}

TEST_CASE("a service manager hears that the server is ready, alive and stopping", "[app]") {
    const TemporaryFolder folder;
    const NotifySocket manager(folder.path());
    Program::Options options;
    options.environment = {manager.variable(), "WATCHDOG_USEC=300000"};
    Program server(serve(folder.path() / "data"), options);
    CHECK(manager.hears("EXTEND_TIMEOUT_USEC=60000000")); // an upgrade may take long
    CHECK(manager.hears("READY=1"));
    CHECK(manager.hears("WATCHDOG=1"));
    CHECK(manager.hears("WATCHDOG=1"));
    server.signal(SIGTERM);
    CHECK(manager.hears("STOPPING=1"));
    CHECK(server.wait() == 0);
}

TEST_CASE("process 1 of a container ends when told", "[app]") {
    if (::geteuid() != 0) SKIP("needs root");
    const TemporaryFolder folder;
    Program::Options options;
    options.as_process_1 = true;
    Program server(serve(folder.path()), options);
    try {
        port_of(server);
    } catch (const std::runtime_error&) {
        SKIP("no PID namespaces here");
    }
    server.signal(SIGTERM);
    CHECK(server.wait() == 0);
}

TEST_CASE("commands run as root leave files that belong to the folder's owner", "[app]") {
    if (::geteuid() != 0) SKIP("needs root");
    const TemporaryFolder folder;
    const auto data = folder.path() / "data";
    constexpr uid_t owner = 41234;
    std::filesystem::permissions(folder.path(), std::filesystem::perms::others_exec,
                                 std::filesystem::perm_options::add);
    std::filesystem::create_directory(data);
    REQUIRE(::chown(data.c_str(), owner, owner) == 0);
    const auto check_owner = [&] {
        std::size_t files = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(data)) {
            struct stat status {};
            REQUIRE(::lstat(entry.path().c_str(), &status) == 0);
            INFO(entry.path());
            CHECK(status.st_uid == owner);
            CHECK((status.st_mode & 077) == 0);
            ++files;
        }
        CHECK(files > 0);
    };
    CHECK(ask(data, {"setup", "--organisation", "North School", "--admin", "ellis"}, "correct horse\n",
              nullptr) == 0);
    check_owner();
    Program server(serve(data));
    port_of(server);
    CHECK(ask(data, {"room", "add", "--name", "Room 2", "--rows", "5", "--places", "6"}, "", nullptr) == 0);
    check_owner();
}
