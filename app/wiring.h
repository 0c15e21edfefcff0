// Connects the hooks of modules (store/hook.h) to the modules that listen. No other place does.
#pragma once

namespace dialects::dpvr {
class Headsets;
}
namespace dialects::lms {
class Sockets;
}
namespace dialects::seats {
class Sockets;
}
namespace http {
class FrontDoor;
}

namespace app {

class Services;
class Sockets;

// The modules with one another. Done by the constructor of Services, before anything is loaded.
void connect(Services& services);
// Two dialects and the network, once there is a server.
void connect(Services& services, dialects::dpvr::Headsets& dpvr);
void connect(Services& services, dialects::lms::Sockets& lms);
void connect(Services& services, dialects::seats::Sockets& seats);
void connect(Services& services, Sockets& sockets, http::FrontDoor& front_door);

} // namespace app
