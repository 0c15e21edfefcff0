#include "http/wire/io_watch.h"

#include <algorithm>
#include <ctime>

namespace http {

std::int64_t IoWatch::thread_us() {
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return std::int64_t{used.tv_sec} * 1'000'000 + used.tv_nsec / 1'000;
}

void IoWatch::took_longest(const char* name, std::int64_t took) {
    const std::int64_t used = thread_us();
    took = std::min(took, used - used_us_);
    used_us_ = used;
    if (took <= longest_us_) return;
    longest_us_ = took;
    longest_ = name;
}

} // namespace http
