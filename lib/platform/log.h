// The journal: one line per message on standard error, which systemd collects. Never log a PIN, a token or an
// e-mail address.
#pragma once

#include <string>
#include <string_view>

namespace platform {

enum class LogLevel { debug, info, warning, error };

void set_log_level(LogLevel level);
void log(LogLevel level, std::string_view message);
inline void log_info(std::string_view message) {
    log(LogLevel::info, message);
}
inline void log_warning(std::string_view message) {
    log(LogLevel::warning, message);
}
inline void log_error(std::string_view message) {
    log(LogLevel::error, message);
}

} // namespace platform
