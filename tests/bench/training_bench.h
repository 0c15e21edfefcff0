// What it costs when headsets of the training dialect ask for their scenario every second.
#pragma once

#include <filesystem>

namespace bench {

void run_polling_bench(const std::filesystem::path& folder);

} // namespace bench
