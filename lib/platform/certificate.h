// A local certificate authority and a server certificate made by it, so that devices in the room can speak
// TLS with the box: a browser gives camera, motion sensors and WebXR to secure pages only. Keys are P-256.
#pragma once

#include <string>
#include <vector>

namespace platform {

struct KeyAndCertificate {
    std::string key, certificate; // PEM
};

// A new authority, for ten years. `name`: what people see when they trust it.
KeyAndCertificate make_authority(const std::string& name);

// A certificate for a server that is reached by these names ("lectern.local") and numeric addresses, signed
// by `authority`; valid for 825 days, the longest that phones accept. Error invalid when an address is none.
KeyAndCertificate make_server_certificate(const KeyAndCertificate& authority,
                                          const std::vector<std::string>& names,
                                          const std::vector<std::string>& addresses);

} // namespace platform
