#include "platform/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <mutex>

#include "platform/log_repeats.h"

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
    std::mutex mutex; // guards repeats
    LogRepeats repeats;
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
    // One line per message. A name chosen by a client must not be able to write log lines of its own.
    std::string line;
    for (const char c : message)
        line += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    const std::lock_guard lock(to.mutex);
    for (const auto& [kept_level, text] :
         to.repeats.take(static_cast<int>(level), line, std::chrono::steady_clock::now())) {
        const auto its_level = static_cast<LogLevel>(kept_level);
        const std::string whole =
            std::string(to.by_systemd ? syslog_prefix(its_level) : std::string_view()) + text;
        to.logger.log(spdlog_level(its_level), spdlog::string_view_t(whole.data(), whole.size()));
    }
}

} // namespace platform
