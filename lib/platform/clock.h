// Server time. A classroom box may have no clock battery and no internet, so server time is CLOCK_BOOTTIME
// plus an offset, kept with the boot id in the data folder. It never jumps while the box is up, even when the
// server restarts, and takes the wall clock only after a reboot. Everything is UTC.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>

namespace platform {

class Clock {
public:
    virtual ~Clock() = default;
    // Microseconds since 1970-01-01 UTC. Never goes back while the box is up, unless an administrator sets it
    // back.
    virtual std::int64_t now_us() const = 0;
    std::int64_t now_ms() const { return now_us() / 1000; }
};

// The clock of the product. It keeps its offset and the boot id in the file "clock" in `folder`; see the
// preface.
class BoxClock final : public Clock {
public:
    explicit BoxClock(const std::filesystem::path& folder);
    std::int64_t now_us() const override;
    // An administrator sets the time: moves the offset and stores it.
    void set_now_us(std::int64_t now_us);

private:
    void keep() const;
    std::filesystem::path file_;
    std::atomic<std::int64_t> offset_us_{0};
};

} // namespace platform
