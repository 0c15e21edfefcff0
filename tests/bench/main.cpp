// lectern_bench [--folder FOLDER] [NAME...]: runs the measurements with these names, or all of them.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <vector>

#include "bench/content_bench.h"
#include "bench/events_bench.h"
#include "bench/http_bench.h"
#include "bench/ingest_bench.h"
#include "bench/lists_bench.h"
#include "bench/live_bench.h"
#include "bench/report_bench.h"
#include "bench/store_bench.h"
#include "bench/sync_bench.h"
#include "bench/training_bench.h"

namespace {

struct Bench {
    std::string_view name;
    void (*run)(const std::filesystem::path& folder);
};

constexpr Bench benches[] = {
    {"store", bench::run_store_bench},
    {"http", bench::run_http_bench},
    {"events", bench::run_events_bench},
    {"ingest", bench::run_ingest_bench},
    {"reports", bench::run_report_bench},
    {"fan-out", bench::run_fan_out_bench},
    {"memory", bench::run_memory_bench},
    {"polling", bench::run_polling_bench},
    {"sync", bench::run_sync_bench},
    {"reconnect", bench::run_reconnect_bench},
    {"content", bench::run_content_bench},
    {"lists", bench::run_lists_bench},
    {"large-file", bench::run_large_file_bench},
};

} // namespace

int main(int argc, char** argv) {
    std::filesystem::path folder = std::filesystem::temp_directory_path() / "lectern-bench";
    std::vector<std::string_view> names(argv + 1, argv + argc);
    if (names.size() >= 2 && names[0] == "--folder") {
        folder = names[1];
        names.erase(names.begin(), names.begin() + 2);
    }
    int ran = 0;
    for (const Bench& bench : benches) {
        if (!names.empty() && std::find(names.begin(), names.end(), bench.name) == names.end()) continue;
        bench.run(folder / bench.name);
        ++ran;
    }
    if (ran == 0) std::fputs("lectern_bench: no such measurement\n", stderr);
    return ran == 0 ? 2 : 0;
}
