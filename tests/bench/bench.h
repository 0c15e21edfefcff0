// What every measurement needs: the median of runs, wall and CPU time, a table. Compared things run in turn
// (A, B, A, B, ...), because a machine's speed drifts, and a figure is the median of its runs.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

double median(std::vector<double> values);
double percentile(std::vector<double> values, double percent); // 99 for p99

struct Cost {
    double wall_s = 0;
    double cpu_s = 0; // of all threads of this process
};
Cost measure(const std::function<void()>& work);

std::string number(double value, int decimals = 0); // "36,120", "25.1"

// Columns as wide as their widest cell; the first is text, the others are figures.
class Table {
public:
    explicit Table(std::vector<std::string> head) : rows_{std::move(head)} {}
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    void print() const; // on standard output

private:
    std::vector<std::vector<std::string>> rows_;
};

} // namespace bench
