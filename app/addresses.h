// Where people on the LAN find the box.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace app {

// "http://192.0.2.5:8080" for each address that a listener answers on. A listener on every address gives all
// the machine's addresses, and loopback only if there is no other.
std::vector<std::string> reachable_addresses(const std::string& listen_address, std::uint16_t port, bool tls);

} // namespace app
