#pragma once

#include <filesystem>

namespace bench {

// Durable jobs a second through the store with 64 clients, against a bare loop over SQLite's C interface that
// inserts the same rows in transactions of the same size. Files go below `folder`, which should be on the
// disk to be measured.
void run_store_bench(const std::filesystem::path& folder);

} // namespace bench
