// The process itself: what it tells the service manager, and what the system says about it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace platform {

// Call this first in main. Where nsswitch.conf names mdns or resolve, a static glibc binary would load the
// host's name service modules and die with SIGFPE, so only the built-in ones are used.
void use_builtin_name_service();

// The protocol of sd_notify(3): "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=...". Does nothing and returns
// false when no service manager listens.
bool notify_service_manager(std::string_view state);

// The longest time the service manager waits for WATCHDOG=1; nullopt when it does not watch this process.
std::optional<std::chrono::microseconds> watchdog_interval();

struct ProcessFigures {
    std::int64_t resident_bytes = 0;
    std::int64_t threads = 0;
    std::int64_t open_files = 0;
    std::int64_t open_files_limit = 0;
    std::int64_t cpu_us = 0; // of the whole process since it started
};
ProcessFigures process_figures();

// Raises the limit of open files as far as the system allows, because a shell starts us with 1,024. Returns
// the new limit; each connection takes one.
std::int64_t raise_open_files_limit();

} // namespace platform
