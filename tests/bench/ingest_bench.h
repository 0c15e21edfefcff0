#pragma once

#include <filesystem>

namespace bench {

// Batches of 100 events from 64 clients where a flush of the disk takes 10 ms more; then half of the rate
// that a quick disk takes, with 100 headsets' sockets on which commands go out meanwhile.
void run_ingest_bench(const std::filesystem::path& folder);

} // namespace bench
