#pragma once

#include <filesystem>

namespace bench {

// Durable events in batches of 100, over HTTP and over the live socket, against SQLite's C interface that
// inserts the same events, a row each, in transactions of the same size, and against one that inserts them as
// Lectern does, a row a batch: the two layouts side by side.
void run_events_bench(const std::filesystem::path& folder);

} // namespace bench
