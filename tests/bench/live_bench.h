#pragma once

#include <filesystem>

namespace bench {

// From a teacher's command to the last headset that has it, and from a headset's picture to the last page,
// for 40, 400 and 1,000 of them, against a bare epoll hub.
void run_fan_out_bench(const std::filesystem::path& folder);

// The server's own memory at idle, and what each idle headset adds.
void run_memory_bench(const std::filesystem::path& folder);

} // namespace bench
