// The image of the process: what it tells the service manager, and what the system says of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace platform {

// First thing in main. A static glibc binary would load the host's name service modules, which dies with
// SIGFPE where nsswitch.conf names mdns or resolve: only the built-in ones are used.
void use_builtin_name_service();

// The protocol of sd_notify(3): "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=...". Does nothing, and says
// false, when no service manager listens.
bool notify_service_manager(std::string_view state);

// How often the service manager wants to hear WATCHDOG=1 at the latest; none when it does not watch this
// process.
std::optional<std::chrono::microseconds> watchdog_interval();

struct ProcessFigures {
    std::int64_t resident_bytes = 0;
    std::int64_t threads = 0;
    std::int64_t open_files = 0;
    std::int64_t open_files_limit = 0;
    std::int64_t cpu_us = 0; // of the whole process since it started
};
ProcessFigures process_figures();

// Takes as many open files as the system lets this process have, where a shell gives it 1,024 to begin with.
// What it has then; a connection costs one.
std::int64_t raise_open_files_limit();

} // namespace platform
