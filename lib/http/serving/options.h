// What the administrator may set about serving calls; the wire's own options (front_door.h) add to it.
#pragma once

#include <string>
#include <vector>

namespace http {

struct ServingOptions {
    std::vector<std::string> allowed_origins; // beside our own: "https://school.example"
    // Cookies that carry a login; the first that is somebody's counts.
    std::vector<std::string> login_cookies{"__Host-lectern", "lectern", "handshake_token"};
    int calls_per_minute = 0; // of one account, device or site key; 0: unlimited
};

} // namespace http
