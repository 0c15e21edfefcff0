#include "app/addresses.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <array>
#include <memory>

namespace app {

namespace {

std::string url_of(const std::string& address, std::uint16_t port, bool tls) {
    const bool is_v6 = address.find(':') != std::string::npos;
    return std::string(tls ? "https://" : "http://") + (is_v6 ? "[" + address + "]" : address) + ":" +
           std::to_string(port);
}

// Only version 4 addresses that are up: people type them.
std::vector<std::string> addresses_of_machine(bool loopback) {
    std::vector<std::string> found;
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) return found;
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owned(list, freeifaddrs);
    for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
        if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET) continue;
        if ((entry->ifa_flags & IFF_UP) == 0 || ((entry->ifa_flags & IFF_LOOPBACK) != 0) != loopback)
            continue;
        std::array<char, INET_ADDRSTRLEN> text{};
        const auto* address = reinterpret_cast<const sockaddr_in*>(entry->ifa_addr);
        if (inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size()) != nullptr)
            found.emplace_back(text.data());
    }
    return found;
}

} // namespace

std::vector<std::string> reachable_addresses(const std::string& listen_address, std::uint16_t port,
                                             bool tls) {
    if (listen_address != "0.0.0.0" && listen_address != "::") return {url_of(listen_address, port, tls)};
    std::vector<std::string> addresses = addresses_of_machine(false);
    if (addresses.empty()) addresses = addresses_of_machine(true);
    std::vector<std::string> urls;
    for (const std::string& address : addresses)
        urls.push_back(url_of(address, port, tls));
    return urls;
}

} // namespace app
