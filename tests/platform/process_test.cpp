#include "platform/process.h"

#include <catch2/catch_test_macros.hpp>

#include <netdb.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

#include "support/temporary_folder.h"

namespace {

// Sets an environment variable for the length of a test.
class Variable {
public:
    Variable(const char* name, const std::string& value) : name_(name) { setenv(name, value.c_str(), 1); }
    ~Variable() { unsetenv(name_); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    const char* name_;
};

// The service manager's side: a datagram socket. A name that begins with '@' is abstract.
class Manager {
public:
    explicit Manager(const std::string& name) : socket_(socket(AF_UNIX, SOCK_DGRAM, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, name.data(), name.size());
        if (name[0] == '@') address.sun_path[0] = '\0';
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
        REQUIRE(bind(socket_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    }
    ~Manager() { close(socket_); }
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;

    std::string received() const {
        char text[256];
        const ssize_t size = recv(socket_, text, sizeof text, MSG_DONTWAIT);
        return size < 0 ? "nothing" : std::string(text, static_cast<std::size_t>(size));
    }

private:
    int socket_;
};

} // namespace

TEST_CASE("the service manager is told, by a path or by an abstract name", "[platform]") {
    support::TemporaryFolder folder;
    for (const std::string& name :
         {(folder.path() / "notify").string(), "@lectern-test-" + std::to_string(getpid())}) {
        INFO(name);
        const Manager manager(name);
        const Variable variable("NOTIFY_SOCKET", name);
        CHECK(platform::notify_service_manager("READY=1"));
        CHECK(manager.received() == "READY=1");
    }
}

TEST_CASE("without a service manager nothing is told and nothing breaks", "[platform]") {
    CHECK_FALSE(platform::notify_service_manager("READY=1"));
    for (const std::string name : {"", "relative", "/nonexistent/notify", "@nobody-listens-here"}) {
        INFO(name);
        const Variable variable("NOTIFY_SOCKET", name);
        CHECK_FALSE(platform::notify_service_manager("READY=1"));
    }
    const Variable variable("NOTIFY_SOCKET", "/" + std::string(200, 'x'));
    CHECK_FALSE(platform::notify_service_manager("READY=1"));
}

TEST_CASE("the watchdog's interval is read if it is meant for this process", "[platform]") {
    CHECK_FALSE(platform::watchdog_interval().has_value());
    const Variable interval("WATCHDOG_USEC", "30000000");
    CHECK(platform::watchdog_interval() == std::chrono::seconds(30));
    {
        const Variable pid("WATCHDOG_PID", std::to_string(getpid()));
        CHECK(platform::watchdog_interval() == std::chrono::seconds(30));
    }
    const Variable pid("WATCHDOG_PID", "1");
    CHECK_FALSE(platform::watchdog_interval().has_value());
}

TEST_CASE("a process may open as many files as the system allows it", "[platform]") {
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit low{256, before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_NOFILE, &low) == 0);
    CHECK(platform::raise_open_files_limit() == static_cast<std::int64_t>(before.rlim_max));
    CHECK(platform::process_figures().open_files_limit == static_cast<std::int64_t>(before.rlim_max));
    setrlimit(RLIMIT_NOFILE, &before);
}

TEST_CASE("the process knows what it costs", "[platform]") {
    const platform::ProcessFigures before = platform::process_figures();
    CHECK(before.resident_bytes > 1'000'000);
    CHECK(before.threads >= 1);
    CHECK(before.open_files >= 3);
    CHECK(before.open_files_limit >= before.open_files);
    CHECK(before.cpu_us > 0);
    const int file = dup(2);
    CHECK(platform::process_figures().open_files == before.open_files + 1);
    close(file);
}

TEST_CASE("names are still resolved with the built-in name service", "[platform]") {
    platform::use_builtin_name_service();
    addrinfo* found = nullptr;
    CHECK(getaddrinfo("localhost", "80", nullptr, &found) == 0);
    if (found != nullptr) freeaddrinfo(found);
}
