#include "app/checkup/journal.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>

#include "platform/json_fields.h"
#include "platform/text.h"

namespace app {

namespace {

using Json = nlohmann::json;

constexpr std::size_t most_bytes = 8u << 20;
constexpr std::chrono::seconds patience{20};

class JournalReader {
public:
    // Throws nothing: a machine without systemd has no journal, which is a fault of nobody.
    std::string read(std::string& output) {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::string("no pipe: ") + std::strerror(errno);
        const int failed = start(ends[1]);
        ::close(ends[1]);
        if (failed != 0) {
            ::close(ends[0]);
            return std::string("journalctl: ") + std::strerror(failed);
        }
        const bool whole = take(ends[0], output);
        ::close(ends[0]);
        if (!whole) ::kill(process_, SIGKILL);
        int status = 0;
        while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
        }
        if (!whole) return "journalctl did not end in time, or says too much";
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return "journalctl failed";
        return "";
    }

private:
    int start(int output) {
        const char* const arguments[] = {"journalctl",   "--unit=lectern", "--since=-24h",
                                         "--lines=5000", "--output=json",  "--output-fields=MESSAGE,PRIORITY",
                                         "--no-pager",   "--quiet",        nullptr};
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
        ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        const int failed = ::posix_spawnp(&process_, arguments[0], &actions, nullptr,
                                          const_cast<char* const*>(arguments), environ);
        ::posix_spawn_file_actions_destroy(&actions);
        return failed;
    }

    // False when it takes too long or is too much.
    static bool take(int input, std::string& output) {
        const auto until = std::chrono::steady_clock::now() + patience;
        std::array<char, 16384> bytes{};
        for (;;) {
            const auto left =
                std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
            pollfd polled{input, POLLIN, 0};
            if (left.count() <= 0 || output.size() > most_bytes) return false;
            if (::poll(&polled, 1, static_cast<int>(left.count())) < 0 && errno != EINTR) return false;
            if (polled.revents == 0) continue;
            const ssize_t got = ::read(input, bytes.data(), bytes.size());
            if (got == 0) return true;
            if (got > 0) output.append(bytes.data(), static_cast<std::size_t>(got));
            if (got < 0 && errno != EINTR) return false;
        }
    }

    pid_t process_ = -1;
};

// One line of `journalctl --output=json`. A message that is no text is a list of bytes there: nobody's to read.
std::optional<Json> line_of(const std::string& text) {
    const Json entry = Json::parse(text, nullptr, false);
    if (!entry.is_object()) return std::nullopt;
    const platform::JsonFields fields(entry);
    const Json &message = fields.json("MESSAGE"), &at = fields.json("__REALTIME_TIMESTAMP"),
               &priority = fields.json("PRIORITY");
    if (!message.is_string() || !at.is_string()) return std::nullopt;
    const auto at_us = platform::parse_integer(at.get_ref<const std::string&>());
    if (!at_us) return std::nullopt;
    return Json{{"at", platform::iso8601(*at_us / 1000)}, {"priority", priority}, {"message", message}};
}

} // namespace

Journal journal_of_last_day() {
    Journal journal;
    std::string output;
    journal.fault = JournalReader().read(output);
    for (std::size_t at = 0; journal.fault.empty() && at < output.size();) {
        const std::size_t end = std::min(output.find('\n', at), output.size());
        if (auto line = line_of(output.substr(at, end - at))) journal.lines.push_back(std::move(*line));
        at = end + 1;
    }
    return journal;
}

} // namespace app
