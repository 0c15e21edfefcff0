// How a server starts under a service manager: with sockets that it was handed, and with an exit code that says
// whether trying again can help.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>

#include "store/connection.h"
#include "support/program.h"
#include "support/raw_client.h"
#include "support/temporary_folder.h"

using Catch::Matchers::ContainsSubstring;
using support::Program;
using support::TemporaryFolder;

namespace {

// What a service manager opens: a listening socket on the loopback, or one on all addresses of both families.
class ListeningSocket {
public:
    enum class Family { v4, both };
    explicit ListeningSocket(Family family) {
        const bool both = family == Family::both;
        descriptor_ = ::socket(both ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const int no = 0;
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        usable_ = descriptor_ >= 0;
        if (!usable_) return;
        if (both) ::setsockopt(descriptor_, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
        usable_ = (both ? ::bind(descriptor_, reinterpret_cast<sockaddr*>(&v6), sizeof v6)
                        : ::bind(descriptor_, reinterpret_cast<sockaddr*>(&v4), sizeof v4)) == 0 &&
                  ::listen(descriptor_, 16) == 0;
        sockaddr_in6 bound{}; // the port stands at the same place in both
        socklen_t size = sizeof bound;
        ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&bound), &size);
        port_ = ntohs(bound.sin6_port);
    }
    ~ListeningSocket() { ::close(descriptor_); }
    ListeningSocket(const ListeningSocket&) = delete;
    ListeningSocket& operator=(const ListeningSocket&) = delete;

    bool usable() const { return usable_; } // not every machine has IPv6
    int descriptor() const { return descriptor_; }
    std::uint16_t port() const { return port_; }

private:
    int descriptor_ = -1;
    std::uint16_t port_ = 0;
    bool usable_ = false;
};

Program::Options handing_over(int descriptor) {
    Program::Options options;
    options.sockets = {descriptor};
    return options;
}

std::string get(std::uint16_t port, const std::string& path) {
    support::RawClient client(port);
    const auto answer = client.ask("GET " + path + " HTTP/1.1\r\nHost: box\r\n\r\n");
    CHECK(answer.status == 200);
    return answer.body;
}

struct End {
    int code;
    std::string error;
};

End end_of(const std::vector<std::string>& arguments, const Program::Options& options = {}) {
    Program server(arguments, options);
    const int code = server.wait();
    return {code, server.error()};
}

} // namespace

TEST_CASE("a server answers at the socket that the service manager opened, across its own restart too",
          "[app]") {
    const TemporaryFolder folder;
    const ListeningSocket socket(ListeningSocket::Family::v4);
    REQUIRE(socket.usable());
    Program server({"serve", "--data", folder.path().string()}, handing_over(socket.descriptor()));
    CHECK(server.wait_for_out("listening on http://127.0.0.1:") == std::to_string(socket.port()));
    get(socket.port(), "/health");
    server.signal(SIGUSR1);
    server.wait_for_error("starting again");
    get(socket.port(), "/health"); // who comes in between waits, and is not refused
    server.signal(SIGTERM);
    CHECK(server.wait() == 0);
}

TEST_CASE("a client of a socket for both families is known by its IPv4 address", "[app]") {
    const TemporaryFolder folder;
    const ListeningSocket socket(ListeningSocket::Family::both);
    if (!socket.usable()) SKIP("no IPv6 here");
    Program server({"serve", "--data", folder.path().string()}, handing_over(socket.descriptor()));
    CHECK(server.wait_for_out("listening on http://[::]:") == std::to_string(socket.port()));
    CHECK_THAT(get(socket.port(), "/metrics"), ContainsSubstring("lectern_")); // 127.0.0.1 alone may ask
}

TEST_CASE("where a proxy stands before the box, figures are for nobody without a key", "[app]") {
    const TemporaryFolder folder;
    const std::string config = (folder.path() / "lectern.toml").string();
    std::ofstream(config) << "data = \"data\"\nlisten = \"127.0.0.1:0\"\nbehind_proxy = true\n";
    Program server({"serve", "--config", config});
    const int port = std::stoi(server.wait_for_out("listening on http://127.0.0.1:"));
    support::RawClient client(static_cast<std::uint16_t>(port));
    CHECK(client.ask("GET /metrics HTTP/1.1\r\nHost: box\r\n\r\n").status == 401);
    CHECK(client.ask("GET /healthz HTTP/1.1\r\nHost: box\r\n\r\n").status == 200);
}

TEST_CASE("a listen that differs from the inherited socket is refused with the drop-in to write", "[app]") {
    const TemporaryFolder folder;
    const ListeningSocket socket(ListeningSocket::Family::v4);
    REQUIRE(socket.usable());
    const std::string data = (folder.path() / "data").string();
    const std::string config = (folder.path() / "lectern.toml").string();
    std::ofstream(config) << "listen = \"192.0.2.7:8080\"\n";
    const End end = end_of({"serve", "--data", data, "--config", config}, handing_over(socket.descriptor()));
    CHECK(end.code == 78);
    CHECK_THAT(end.error, ContainsSubstring("listens at 127.0.0.1:" + std::to_string(socket.port())));
    CHECK_THAT(end.error, ContainsSubstring("/etc/systemd/system/lectern.socket.d/listen.conf\n\n  [Socket]\n"
                                            "  ListenStream=\n  ListenStream=192.0.2.7:8080\n"));
    CHECK_FALSE(std::filesystem::exists(data));

    Program same({"serve", "--data", data, "--listen", "127.0.0.1:" + std::to_string(socket.port())},
                 handing_over(socket.descriptor()));
    same.wait_for_out("listening on ");
    get(socket.port(), "/health");
}

TEST_CASE("an exit code says what kind of fault stopped the start", "[app]") {
    const TemporaryFolder folder;
    const std::string data = (folder.path() / "data").string();

    SECTION("called wrongly: 2") {
        CHECK(end_of({"serve", "--listen", "nowhere"}).code == 2);
    }
    SECTION("a faulty configuration: 78") {
        CHECK(end_of({"serve", "--data", data, "--config", "/nonexistent.toml"}).code == 78);
        CHECK(end_of({"serve", "--data", data, "--listen", "127.0.0.1:0", "--tls-cert", "/nonexistent",
                      "--tls-key", "/nonexistent"})
                  .code == 78);
        const int no_socket = ::dup(STDERR_FILENO);
        const End end = end_of({"serve", "--data", data}, handing_over(no_socket));
        ::close(no_socket);
        CHECK(end.code == 78);
        CHECK_THAT(end.error, ContainsSubstring("no TCP socket that listens"));
    }
    SECTION("a folder that cannot be made: 77") {
        CHECK(end_of({"serve", "--data", "/proc/lectern", "--listen", "127.0.0.1:0"}).code == 77);
    }
    SECTION("a database that is newer: 65") {
        std::filesystem::create_directory(data);
        {
            store::Connection newer(data + "/lectern.db", store::Connection::Mode::create);
            newer.execute("CREATE TABLE t (a); PRAGMA user_version=9999; PRAGMA application_id=0x4c454354");
        }
        CHECK(end_of({"serve", "--data", data, "--listen", "127.0.0.1:0"}).code == 65);
    }
    SECTION("a port that is taken: 75") {
        const ListeningSocket taken(ListeningSocket::Family::v4);
        CHECK(
            end_of({"serve", "--data", data, "--listen", "127.0.0.1:" + std::to_string(taken.port())}).code ==
            75);
    }
}

TEST_CASE("a refused sign-in leaves its address in the journal, and no name", "[app]") {
    const TemporaryFolder folder;
    Program server({"serve", "--data", folder.path().string(), "--listen", "127.0.0.1:0"});
    const int port = std::stoi(server.wait_for_out("listening on http://127.0.0.1:"));
    support::RawClient client(static_cast<std::uint16_t>(port));
    const std::string body = R"({"nickname":"rossi","pin":"2468"})";
    CHECK(
        client
            .ask(
                "POST /v1/logins HTTP/1.1\r\nHost: box\r\nContent-Type: application/json\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body)
            .status == 401);
    CHECK(server.wait_for_error("sign-in refused from ") == "127.0.0.1"); // packaging/fail2ban reads it
    CHECK_THAT(server.error(), !ContainsSubstring("rossi"));
}

TEST_CASE("in root's folder the service's group may read the certificate and its key, and no other key",
          "[app]") {
    if (::geteuid() != 0) SKIP("needs root");
    const TemporaryFolder folder;
    const auto tls = folder.path() / "tls";
    constexpr gid_t group = 41234;
    std::filesystem::create_directory(tls);
    REQUIRE(::chown(tls.c_str(), 0, group) == 0);
    REQUIRE(::chmod(tls.c_str(), 02750) == 0);
    const auto mode_and_group = [&](const char* name) {
        struct stat status {};
        REQUIRE(::stat((tls / name).c_str(), &status) == 0);
        return std::pair(status.st_mode & 07777, status.st_gid == group);
    };
    for (int made = 0; made < 2; ++made) { // the second time the authority is there already
        Program command({"certificate", "--out", tls.string(), "--name", "lectern.local"});
        CHECK(command.wait() == 0);
        for (const char* name : {"server.pem", "server-key.pem", "authority.pem"}) {
            INFO(name);
            CHECK(mode_and_group(name) == std::pair<mode_t, bool>(0640, true));
        }
        CHECK(mode_and_group("authority-key.pem").first == 0600);
    }
}
