// HSTS: browsers remember for so long that they know the box by HTTPS only. While they do, nobody can click
// a bad certificate away, so they are never told to remember longer than the certificate lasts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace app {

// Why browsers are not told so, or not for so long, with this certificate, for the doctor. "": they are.
std::string why_no_hsts(std::int64_t days, const std::string& pem, std::int64_t now_ms);

// Throws Error bad_request without TLS, and with a certificate that is short-lived by design. One that ends
// soon is no reason: a box that doesn't start again after a power cut helps nobody. `days` 0: nothing is
// looked at.
void check_hsts(std::int64_t days, const std::filesystem::path& certificate);

// The value of the header Strict-Transport-Security: `days`, or as many as the certificate has left. "": none.
std::string strict_transport_security(std::int64_t days, const std::string& pem, std::int64_t now_ms);

} // namespace app
