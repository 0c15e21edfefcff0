#pragma once

#include <filesystem>

namespace bench {

// 100 headsets whose clocks are wrong and drift, each behind bad Wi-Fi of its own, one of them very slow.
// Measures how far from the moment of a command each really acted, beside the machine's own scheduling noise,
// and how long late comers take.
void run_sync_bench(const std::filesystem::path& folder);

// 1,000 headsets come back at once: how long until all are welcome, and how long others wait meanwhile.
void run_reconnect_bench(const std::filesystem::path& folder);

} // namespace bench
