#pragma once

#include <filesystem>

namespace bench {

// A database of 10 million events from 2,000 runs; a server is then asked for the report of a run, of a
// class, and the debrief. Beside it the same with a tenth of the runs: a report's cost does not grow with the
// others.
void run_report_bench(const std::filesystem::path& folder);

} // namespace bench
