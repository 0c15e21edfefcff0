#include "platform/clock.h"

#include <time.h>

#include <string>

#include "platform/error.h"
#include "platform/files.h"
#include "platform/text.h"

namespace platform {
namespace {

std::int64_t read_us(clockid_t id) {
    timespec time{};
    if (clock_gettime(id, &time) != 0) throw Error(ErrorKind::internal, "The system has no usable clock.");
    return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1000;
}

std::string boot_id() {
    return std::string(trimmed(read_file("/proc/sys/kernel/random/boot_id").value_or("unknown")));
}

// The file is one line: "BOOT_ID OFFSET_US".
std::optional<std::int64_t> kept_offset(const std::filesystem::path& file, const std::string& boot) {
    const std::optional<std::string> bytes = read_file(file);
    if (!bytes) return std::nullopt;
    const std::string_view line = trimmed(*bytes);
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || line.substr(0, space) != boot) return std::nullopt;
    return parse_integer(line.substr(space + 1));
}

} // namespace

BoxClock::BoxClock(const std::filesystem::path& folder) : file_(folder / "clock") {
    if (const auto kept = kept_offset(file_, boot_id())) {
        offset_us_ = *kept;
        return;
    }
    offset_us_ = read_us(CLOCK_REALTIME) - read_us(CLOCK_BOOTTIME);
    keep();
}

std::int64_t BoxClock::now_us() const {
    return read_us(CLOCK_BOOTTIME) + offset_us_.load(std::memory_order_relaxed);
}

void BoxClock::set_now_us(std::int64_t now_us) {
    offset_us_ = now_us - read_us(CLOCK_BOOTTIME);
    keep();
}

void BoxClock::keep() const {
    write_file_atomically(file_, boot_id() + ' ' + std::to_string(offset_us_.load()) + '\n');
}

} // namespace platform
