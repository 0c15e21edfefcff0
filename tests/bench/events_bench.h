#pragma once

#include <filesystem>

namespace bench {

// Durable events in batches of 100, over HTTP and over the live socket. They are compared with plain use of
// SQLite's C interface in transactions of the same size, in both layouts: a row per event, and a row per
// batch as Lectern does it.
void run_events_bench(const std::filesystem::path& folder);

} // namespace bench
