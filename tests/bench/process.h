// Processes that are measured from outside: the server under test, and the bare loops it is compared with.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace bench {

class Process {
public:
    explicit Process(pid_t pid) : pid_(pid) {}
    ~Process(); // ends the process, and waits for that
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    double cpu_s() const; // all its threads, since it started
    struct Memory {
        std::int64_t own = 0;      // memory that no other process shares
        std::int64_t resident = 0; // with the program's own pages, as `ps` shows it
    };
    Memory memory() const;

    std::uint16_t port = 0;

private:
    pid_t pid_;
};

// Runs `work`, which never returns, in a child that listens on a free port of 127.0.0.1.
std::unique_ptr<Process> fork_server(void (*work)(int listener));

// `lectern serve` on a fresh data folder with the demo school and plenty of seats, on a free port. `config`
// is the text of its configuration file.
std::unique_ptr<Process> start_lectern(const std::filesystem::path& program,
                                       const std::filesystem::path& folder, const std::string& config = "");
// On an existing data folder.
std::unique_ptr<Process> start_lectern_on(const std::filesystem::path& program,
                                          const std::filesystem::path& folder,
                                          const std::string& config = "");

} // namespace bench
