// Lists of ten thousand, by page and by search, beside a bare query of the same rows.
#pragma once

#include <filesystem>

namespace bench {

void run_lists_bench(const std::filesystem::path& folder);

} // namespace bench
