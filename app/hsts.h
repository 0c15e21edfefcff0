// HSTS: browsers remember for so long that they know the box by HTTPS only. While they do, nobody can click
// a bad certificate away, so the certificate must outlast it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace app {

// Why browsers must not be told so with this certificate. "": they may be.
std::string why_no_hsts(std::int64_t days, const std::string& pem, std::int64_t now_ms);

// Throws Error bad_request that says why; `days` 0: nothing is looked at. Reads the file; "" for plain HTTP.
void check_hsts(std::int64_t days, const std::filesystem::path& certificate);

// The value of the header Strict-Transport-Security; "" for 0 days.
std::string strict_transport_security(std::int64_t days);

} // namespace app
