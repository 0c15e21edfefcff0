// Applies a changed configuration to a running server.
#pragma once

#include <string>
#include <vector>

#include "app/certificate_watch.h"
#include "app/config.h"

namespace app {

class Services;

// Applies log level, certificate and shares of the Wi-Fi at once, and makes `config` what is in effect. Returns the
// keys that have changed and are not applied before the server starts again. Throws Error bad_request, and nothing
// has changed, when the new certificate cannot be used.
std::vector<std::string> reload(Config& config, Config now, Services& services,
                                CertificateWatch& certificate);

// Of the classroom's Wi-Fi, as `wifi_mbit` and the percentages say.
std::int64_t pictures_bytes_per_s(const Config& config);
std::int64_t content_bytes_per_s(const Config& config);

} // namespace app
