// kill -9 in the middle of everything: a child process writes with 64 threads and reports on a pipe what was
// acknowledged.
#include <catch2/catch_test_macros.hpp>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "platform/clock.h"
#include "store/notes.h"
#include "support/manual_clock.h"
#include "support/temporary_folder.h"

extern char** environ;

namespace {

constexpr int said_on = 3; // the child's end of the pipe
constexpr const char* folder_variable = "LECTERN_TEST_KILL_FOLDER";
constexpr const char* round_variable = "LECTERN_TEST_KILL_ROUND";
const std::string filler(1000, 'x');

class Child {
public:
    Child(const std::filesystem::path& folder, int round) {
        setenv(folder_variable, folder.c_str(), 1);
        setenv(round_variable, std::to_string(round).c_str(), 1);
        int ends[2];
        REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[1], said_on);
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        std::string program = "/proc/self/exe", name = "a child of the kill test";
        char* arguments[] = {program.data(), name.data(), nullptr};
        REQUIRE(posix_spawn(&process_, program.c_str(), &actions, nullptr, arguments, environ) == 0);
        posix_spawn_file_actions_destroy(&actions);
        close(ends[1]);
        said_ = ends[0];
        unsetenv(folder_variable);
        unsetenv(round_variable);
    }
    ~Child() {
        kill_now();
        close(said_);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    // Everything that the child has reported, up to `lines` more lines or its end.
    void listen(std::set<std::string>& heard, std::size_t lines) {
        char part[4096];
        while (lines > 0) {
            const ssize_t got = read(said_, part, sizeof part);
            if (got <= 0) return;
            for (const char c : std::string_view(part, static_cast<std::size_t>(got))) {
                if (c != '\n') {
                    line_ += c;
                    continue;
                }
                heard.insert(std::exchange(line_, "") + filler);
                if (lines > 0) --lines;
            }
        }
    }
    void kill_now() {
        if (process_ <= 0) return;
        kill(process_, SIGKILL);
        waitpid(process_, nullptr, 0);
        process_ = -1;
    }

private:
    pid_t process_ = -1;
    int said_ = -1;
    std::string line_;
};

} // namespace

TEST_CASE("a child of the kill test", "[.child]") {
    const char* const folder = std::getenv(folder_variable);
    const char* const round = std::getenv(round_variable);
    if (folder == nullptr || round == nullptr) SKIP("started by another test only");
    platform::BoxClock clock(folder);
    store::Store store(notes::options(folder), clock);
    std::vector<std::jthread> threads;
    for (int t = 0; t < 64; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0;; ++i) {
                const std::string text =
                    std::string(round) + "/" + std::to_string(t) + "/" + std::to_string(i);
                notes::add(store, text + filler);
                const std::string line = text + "\n";
                if (write(said_on, line.data(), line.size()) < 0) return; // one write, so lines do not mix
            }
        });
    }
}

TEST_CASE("kill -9 loses nothing that was acknowledged", "[store]") {
    support::TemporaryFolder folder;
    support::ManualClock clock;
    std::set<std::string> acknowledged;
    for (int round = 0; round < 5; ++round) {
        INFO("round " << round);
        {
            Child child(folder.path(), round);
            child.listen(acknowledged,
                         static_cast<std::size_t>(50 + round * 900)); // later rounds hit checkpoints too
            child.kill_now();
            child.listen(acknowledged, 1'000'000);
        }
        store::Store store(notes::options(folder.path()), clock);
        CHECK(notes::integrity(store) == "ok");
        CHECK(notes::first_lost(store, acknowledged) == "");
    }
    CHECK(acknowledged.size() > 5'000);
}
