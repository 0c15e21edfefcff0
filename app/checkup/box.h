// Checks of the box around the data: its clock, its configuration and certificate, the age of the program.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "app/checkup/finding.h"

namespace app {

// `config`: the server's configuration file; a missing one is no finding. `server_ms`: the time of the server on
// this folder.
Findings examine_box(const std::filesystem::path& config, std::int64_t server_ms);

// Judges a certificate at this time: soon or already expired, or well.
Finding examine_certificate(const std::string& pem, std::int64_t now_ms);

// Whether browsers are told to know the box by HTTPS only for so many days (hsts.h); warns a month ahead.
Finding examine_hsts(std::int64_t days, const std::string& pem, std::int64_t now_ms);

} // namespace app
