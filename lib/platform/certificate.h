// A local certificate authority, and a server certificate that it signs, so that devices in the room can
// speak TLS with the box: browsers give camera, motion sensors and WebXR to secure pages only. Keys are
// P-256.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace platform {

struct KeyAndCertificate {
    std::string key, certificate; // PEM
};

// A new authority, valid for ten years. People see `name` when they trust it.
KeyAndCertificate make_authority(const std::string& name);

// A certificate for a server reached by these names ("lectern.local") and numeric addresses, signed by
// `authority`. It is valid for 825 days, the longest that phones accept. Throws Error invalid for an address
// that isn't one.
KeyAndCertificate make_server_certificate(const KeyAndCertificate& authority,
                                          const std::vector<std::string>& names,
                                          const std::vector<std::string>& addresses);

// When the first certificate in a PEM file ends and begins, in milliseconds since 1970; nullopt when there
// is none in it.
std::optional<std::int64_t> certificate_end_ms(const std::string& pem);
std::optional<std::int64_t> certificate_begin_ms(const std::string& pem);

} // namespace platform
