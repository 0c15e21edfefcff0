// What the administrator may set about serving calls; the wire adds its own options (front_door.h).
#pragma once

#include <string>
#include <vector>

namespace http {

struct ServingOptions {
    std::vector<std::string> allowed_origins; // besides our own: "https://school.example"
    // The cookies that may carry a login; the first one that belongs to somebody counts.
    std::vector<std::string> login_cookies{"__Host-lectern", "lectern", "handshake_token"};
    // "max-age=...": browsers are told to use HTTPS only (HSTS). Only with TLS; "": they are not told.
    std::string strict_transport_security;
    int calls_per_minute = 0; // of one account, device or site key; 0: unlimited
};

} // namespace http
