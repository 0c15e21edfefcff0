#pragma once

#include <filesystem>

namespace bench {

// Batches of 100 events from 64 clients, on a disk that takes 10 ms more for each flush. Then half of the
// rate that a quick disk takes, while commands go out on the sockets of 100 headsets.
void run_ingest_bench(const std::filesystem::path& folder);

} // namespace bench
