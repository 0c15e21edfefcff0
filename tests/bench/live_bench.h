#pragma once

#include <filesystem>

namespace bench {

// From a teacher's order to the last headset that has the command, and from a headset's picture to the last
// page, for 40, 400 and 1,000 of them, against a bare epoll hub.
void run_fan_out_bench(const std::filesystem::path& folder);

// Memory that the server has for itself at idle, and for each idle headset.
void run_memory_bench(const std::filesystem::path& folder);

} // namespace bench
