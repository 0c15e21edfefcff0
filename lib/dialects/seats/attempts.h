// Limits wrong codes: after too many in a period, no further code is looked at. Kept in memory, by the user
// name of somebody who exists, so it is bounded by the number of people. On the writer thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

namespace dialects::seats {

class Attempts {
public:
    Attempts(std::size_t most, std::int64_t within_ms) : most_(most), within_ms_(within_ms) {}

    bool used_up(const std::string& name, std::int64_t now_ms) {
        auto& failures = failures_[name];
        while (!failures.empty() && (now_ms - failures.front() >= within_ms_ || failures.front() > now_ms))
            failures.pop_front();
        const bool full = failures.size() >= most_;
        if (failures.empty()) failures_.erase(name);
        return full;
    }
    void count(const std::string& name, std::int64_t now_ms) { failures_[name].push_back(now_ms); }
    void forget(const std::string& name) { failures_.erase(name); }

private:
    std::size_t most_;
    std::int64_t within_ms_;
    std::map<std::string, std::deque<std::int64_t>> failures_; // times of the failures
};

} // namespace dialects::seats
