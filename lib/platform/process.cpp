#include "platform/process.h"

#include <dirent.h>
#include <netdb.h>
#include <nss.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>

#include "platform/files.h"
#include "platform/text.h"

namespace platform {
namespace {

std::int64_t status_value(std::string_view status, std::string_view name) {
    const std::size_t at = status.find(name);
    if (at == std::string_view::npos) return 0;
    const std::size_t first = status.find_first_of("0123456789", at + name.size());
    const std::size_t last = status.find_first_not_of("0123456789", first);
    if (first == std::string_view::npos) return 0;
    return parse_integer(status.substr(first, last - first)).value_or(0);
}

std::int64_t count_open_files() {
    DIR* const folder = opendir("/proc/self/fd");
    if (folder == nullptr) return 0;
    std::int64_t count = 0;
    while (const dirent* entry = readdir(folder)) {
        if (entry->d_name[0] != '.') ++count;
    }
    closedir(folder);
    return count - 1; // without the descriptor of this very look
}

} // namespace

void use_builtin_name_service() {
    __nss_configure_lookup("hosts", "files dns");
    for (const char* database : {"passwd", "group", "services", "protocols", "networks"}) {
        __nss_configure_lookup(database, "files");
    }
}

bool notify_service_manager(std::string_view state) {
    const char* const name = std::getenv("NOTIFY_SOCKET");
    if (name == nullptr || (name[0] != '/' && name[0] != '@')) return false;
    sockaddr_un address{};
    const std::size_t length = std::strlen(name);
    if (length >= sizeof address.sun_path) return false;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name, length);
    if (name[0] == '@') address.sun_path[0] = '\0'; // Linux's abstract names
    const int datagram = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (datagram < 0) return false;
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    const ssize_t sent = sendto(datagram, state.data(), state.size(), MSG_NOSIGNAL,
                                reinterpret_cast<const sockaddr*>(&address), size);
    close(datagram);
    return sent == static_cast<ssize_t>(state.size());
}

std::optional<std::chrono::microseconds> watchdog_interval() {
    const char* const usec = std::getenv("WATCHDOG_USEC");
    if (usec == nullptr) return std::nullopt;
    const char* const pid =
        std::getenv("WATCHDOG_PID"); // the watchdog may watch another process that shares the environment
    if (pid != nullptr && parse_integer(pid) != std::int64_t{getpid()}) return std::nullopt;
    const std::optional<std::int64_t> interval = parse_integer(usec);
    if (!interval || *interval <= 0) return std::nullopt;
    return std::chrono::microseconds(*interval);
}

ProcessFigures process_figures() {
    ProcessFigures figures;
    const std::string status = read_file("/proc/self/status").value_or("");
    figures.resident_bytes = status_value(status, "VmRSS:") * 1024;
    figures.threads = status_value(status, "Threads:");
    figures.open_files = count_open_files();
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        figures.open_files_limit = static_cast<std::int64_t>(limit.rlim_cur);
    timespec cpu{};
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu) == 0) {
        figures.cpu_us = std::int64_t{cpu.tv_sec} * 1'000'000 + cpu.tv_nsec / 1000;
    }
    return figures;
}

std::int64_t raise_open_files_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    const rlimit wanted{limit.rlim_max, limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &wanted) == 0) limit = wanted;
    // "Unlimited" is the largest value of an unsigned type.
    return static_cast<std::int64_t>(
        std::min<rlim_t>(limit.rlim_cur, std::numeric_limits<std::int64_t>::max()));
}

} // namespace platform
