// Allows five login tries a minute per account or headset, right or wrong; never per address, because a class
// shares one. In memory and bounded.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace dialects::trainer {

class Tries {
public:
    static constexpr std::size_t a_minute = 5;

    // Counts one try. Error too_many_requests with the seconds to wait; a refused try does not count.
    void take(std::string_view subject, std::int64_t now_ms);

private:
    static constexpr std::size_t most_subjects = 10'000;
    using Times = std::array<std::int64_t, a_minute>; // of the newest tries, oldest first
    void make_room(std::int64_t now_ms);

    std::mutex mutex_;
    std::unordered_map<std::string, Times> times_;
};

} // namespace dialects::trainer
