#include "app/inherited_sockets.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

#include "platform/error.h"
#include "platform/text.h"

namespace app {

namespace {

constexpr int first_descriptor = 3; // SD_LISTEN_FDS_START

[[noreturn]] void refuse(int descriptor) {
    throw platform::Error(platform::ErrorKind::bad_request,
                          "The service manager handed over descriptor " + std::to_string(descriptor) +
                              ", which is no TCP socket that listens (ListenStream= in lectern.socket).");
}

int option_of(int descriptor, int level, int name) {
    int value = 0;
    socklen_t size = sizeof value;
    if (::getsockopt(descriptor, level, name, &value, &size) != 0) refuse(descriptor);
    return value;
}

template <class Address>
std::string text_of(int family, const Address& bytes) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    return ::inet_ntop(family, &bytes, text.data(), text.size()) == nullptr ? "" : text.data();
}

InheritedSocket described(int descriptor) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) refuse(descriptor);
    if (option_of(descriptor, SOL_SOCKET, SO_TYPE) != SOCK_STREAM ||
        option_of(descriptor, SOL_SOCKET, SO_ACCEPTCONN) == 0)
        refuse(descriptor);
    InheritedSocket socket;
    socket.descriptor = descriptor;
    if (address.ss_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &address, sizeof v4);
        socket.at = {text_of(AF_INET, v4.sin_addr), ntohs(v4.sin_port)};
    } else if (address.ss_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &address, sizeof v6);
        socket.at = {text_of(AF_INET6, v6.sin6_addr), ntohs(v6.sin6_port)};
        socket.both_families =
            socket.at.address == "::" && option_of(descriptor, IPPROTO_IPV6, IPV6_V6ONLY) == 0;
    } else {
        refuse(descriptor);
    }
    return socket;
}

bool answers_at(const InheritedSocket& socket, const ListenAddress& wanted) {
    if (socket.at.port != wanted.port) return false;
    return socket.at.address == wanted.address || (socket.both_families && wanted.address == "0.0.0.0");
}

} // namespace

std::vector<InheritedSocket> take_inherited_sockets() {
    const char* const process = std::getenv("LISTEN_PID");
    const char* const count = std::getenv("LISTEN_FDS");
    const bool ours = process != nullptr && count != nullptr &&
                      platform::parse_integer(process) == std::int64_t{::getpid()};
    const std::int64_t sockets = ours ? platform::parse_integer(count).value_or(0) : 0;
    for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"})
        ::unsetenv(name);
    std::vector<InheritedSocket> inherited;
    for (int descriptor = first_descriptor; descriptor < first_descriptor + sockets; ++descriptor) {
        if (::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) refuse(descriptor);
        inherited.push_back(described(descriptor));
    }
    return inherited;
}

void require_listening_at(const std::vector<InheritedSocket>& inherited,
                          const std::vector<ListenAddress>& wanted) {
    const auto answered = [&](const ListenAddress& address) {
        return std::ranges::any_of(inherited,
                                   [&](const auto& socket) { return answers_at(socket, address); });
    };
    if (inherited.empty() || std::ranges::all_of(wanted, answered)) return;
    std::string there, asked, lines;
    for (const InheritedSocket& socket : inherited)
        there += (there.empty() ? "" : ", ") + to_string(socket.at);
    for (const ListenAddress& address : wanted) {
        asked += (asked.empty() ? "" : ", ") + to_string(address);
        lines += "\n  ListenStream=" + to_string(address);
    }
    throw platform::Error(
        platform::ErrorKind::bad_request,
        "listen is " + asked + ", but the service manager listens at " + there +
            " for this server. Take listen out of the configuration; or, to listen there, write into "
            "/etc/systemd/system/lectern.socket.d/listen.conf\n\n  [Socket]\n  ListenStream=" +
            lines + "\n\nand run: systemctl daemon-reload && systemctl restart lectern");
}

std::string to_string(const ListenAddress& address) {
    const bool v6 = address.address.find(':') != std::string::npos;
    return (v6 ? "[" + address.address + "]" : address.address) + ":" + std::to_string(address.port);
}

} // namespace app
