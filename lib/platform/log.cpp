#include "platform/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <memory>

namespace platform {
namespace {

// Under systemd the journal stamps each line itself and reads its priority from a leading "<6>"; elsewhere we
// write both.
struct Journal {
    Journal()
        : by_systemd(std::getenv("JOURNAL_STREAM") != nullptr),
          logger("lectern", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
        if (by_systemd)
            logger.set_pattern("%v");
        else
            logger.set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l: %v", spdlog::pattern_time_type::utc);
        logger.flush_on(spdlog::level::trace);
    }

    const bool by_systemd;
    spdlog::logger logger;
};

Journal& journal() {
    static Journal one;
    return one;
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warning:
            return spdlog::level::warn;
        case LogLevel::error:
            break;
    }
    return spdlog::level::err;
}

std::string_view syslog_prefix(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return "<7>";
        case LogLevel::info:
            return "<6>";
        case LogLevel::warning:
            return "<4>";
        case LogLevel::error:
            break;
    }
    return "<3>";
}

} // namespace

void set_log_level(LogLevel level) {
    journal().logger.set_level(spdlog_level(level));
}

void log(LogLevel level, std::string_view message) {
    Journal& to = journal();
    if (!to.logger.should_log(spdlog_level(level))) return;
    std::string line(to.by_systemd ? syslog_prefix(level) : std::string_view());
    // One line per message. A name chosen by a client must not be able to write log lines of its own.
    for (const char c : message)
        line += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    to.logger.log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
}

} // namespace platform
