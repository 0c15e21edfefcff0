// What it costs that headsets of dialect A ask for their scenario each second.
#pragma once

#include <filesystem>

namespace bench {

void run_polling_bench(const std::filesystem::path& folder);

} // namespace bench
