// A server whose disk is slow to flush: the appliance in a child process, over a file layer that waits before
// each sync. Everything else is the product.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include "bench/process.h"

namespace bench {

// On a data folder that has already been set up.
std::unique_ptr<Process> fork_appliance(const std::filesystem::path& folder, std::chrono::milliseconds flush);

} // namespace bench
