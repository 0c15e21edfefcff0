#pragma once

#include <filesystem>

namespace bench {

// Commands to 40 headsets, from the teacher's call to the last headset that has it: while nothing else
// happens, and while all of them fetch a video of 200 MB.
void run_content_bench(const std::filesystem::path& folder);

// A file of 4 GiB goes up and comes down: how fast, and how much memory the server takes for it at most.
void run_large_file_bench(const std::filesystem::path& folder);

} // namespace bench
