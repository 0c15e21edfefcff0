// Checks of the box around the data: its clock, its configuration and certificate, the age of the program.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "app/checkup/finding.h"

namespace app {

// `config`: the server's configuration file; where there is none, nothing is said of it. `server_ms`: the time
// of the server on this folder.
Findings examine_box(const std::filesystem::path& config, std::int64_t server_ms);

// What is to be said of a certificate at this time.
Finding examine_certificate(const std::string& pem, std::int64_t now_ms);

} // namespace app
