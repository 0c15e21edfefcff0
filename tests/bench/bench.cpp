#include "bench/bench.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace bench {
namespace {

double cpu_seconds() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

} // namespace

double percentile(std::vector<double> values, double percent) {
    if (values.empty()) return 0;
    const double rank = percent / 100 * static_cast<double>(values.size() - 1);
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(std::lround(rank));
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

double median(std::vector<double> values) {
    return percentile(std::move(values), 50);
}

Cost measure(const std::function<void()>& work) {
    const auto wall = std::chrono::steady_clock::now();
    const double cpu = cpu_seconds();
    work();
    return {std::chrono::duration<double>(std::chrono::steady_clock::now() - wall).count(),
            cpu_seconds() - cpu};
}

std::string number(double value, int decimals) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    std::string grouped = text;
    const std::size_t point = std::min(grouped.find('.'), grouped.size());
    const std::size_t first = grouped[0] == '-' ? 1 : 0;
    for (std::size_t at = point; at > first + 3;)
        grouped.insert(at -= 3, 1, ',');
    return grouped;
}

void Table::print() const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], row[i].size());
    }
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            const int width = static_cast<int>(widths[i]);
            std::printf("%s%*s", i == 0 ? "" : "  ", i == 0 ? -width : width, row[i].c_str());
        }
        std::printf("\n");
    }
    std::fflush(stdout);
}

} // namespace bench
