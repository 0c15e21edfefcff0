// Figures of the box in the text format of Prometheus.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "http/serving/call.h"
#include "live/hub.h"

namespace app {

class Appliance;

struct DiskFigures {
    std::int64_t total_bytes = 0, free_bytes = 0, database_bytes = 0;
};
DiskFigures disk_figures(const std::filesystem::path& folder);

// They belong to the io thread. From any other: it is waited for at most 5 s, then Error unavailable.
live::Hub::Figures hub_figures(live::Hub& hub);

// Not on the io thread: see hub_figures.
std::string metrics_text(Appliance& appliance);

// Error unauthorized or forbidden unless the caller is on this machine, holds a site key, or runs the box.
// Being on this machine does not count for what a proxy here seems to pass on for others, nor for anything
// where the configuration says that there is one (behind_proxy).
http::Answer metrics_answer(const http::Call& call, Appliance& appliance);

} // namespace app
