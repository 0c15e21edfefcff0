#pragma once

#include <filesystem>

namespace bench {

// A database of 10 million events from 2,000 runs; then, asked of a server: the report of a run, of a class,
// the debrief. Beside it the same with a tenth of the runs: what a report costs does not grow with the
// others.
void run_report_bench(const std::filesystem::path& folder);

} // namespace bench
