// Sockets that the service manager opened for this process (sd_listen_fds(3)). With them a server without any
// privilege answers at port 80, and clients wait instead of being refused while it starts again.
#pragma once

#include <string>
#include <vector>

#include "app/config.h"

namespace app {

struct InheritedSocket {
    int descriptor = -1;
    ListenAddress at;
    bool both_families = false; // "::" that also takes IPv4
};

// Empty when nothing was handed over. Throws Error bad_request when something was that is no listening TCP
// socket. Takes the variables out of the environment, so that no child takes them for its own; call it once.
std::vector<InheritedSocket> take_inherited_sockets();

// Inherited sockets win, but never in silence: if the configuration says `wanted` and none of them answers at
// one of these, throws Error bad_request that says which drop-in makes the service manager listen there.
void require_listening_at(const std::vector<InheritedSocket>& inherited,
                          const std::vector<ListenAddress>& wanted);

// "127.0.0.1:8080", "[::1]:8080"
std::string to_string(const ListenAddress& address);

} // namespace app
