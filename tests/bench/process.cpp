#include "bench/process.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>

namespace bench {

namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error("bench: " + what);
}

int listen_on_free_port() {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener, 4096) != 0)
        fail("cannot listen");
    return listener;
}

std::uint16_t port_of(int listener) {
    sockaddr_in address{};
    socklen_t length = sizeof address;
    getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
    return ntohs(address.sin_port);
}

// The password goes in by standard input, as when people type it.
void set_up(const std::string& program, const std::string& folder) {
    const std::string command = "printf 'bench-bench\\n' | '" + program + "' setup --data '" + folder +
                                "' --organisation Bench --admin bench --seats 5000 >/dev/null";
    if (std::system(command.c_str()) != 0) fail("lectern setup failed");
}

} // namespace

Process::~Process() {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
}

double Process::cpu_s() const {
    std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
    std::string line;
    std::getline(file, line);
    unsigned long user = 0, system = 0;
    const std::string fields = line.substr(line.rfind(')') + 2);
    if (std::sscanf(fields.c_str(), "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) !=
        2)
        fail("cannot read the CPU time");
    return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

Process::Memory Process::memory() const {
    std::ifstream file("/proc/" + std::to_string(pid_) + "/smaps_rollup");
    std::string line;
    Memory memory;
    while (std::getline(file, line)) {
        long kib = 0;
        if (std::sscanf(line.c_str(), "Private_Clean: %ld", &kib) == 1 ||
            std::sscanf(line.c_str(), "Private_Dirty: %ld", &kib) == 1)
            memory.own += kib * 1024;
        else if (std::sscanf(line.c_str(), "Rss: %ld", &kib) == 1)
            memory.resident = kib * 1024;
    }
    return memory;
}

std::unique_ptr<Process> fork_server(void (*work)(int listener)) {
    const int listener = listen_on_free_port();
    const std::uint16_t port = port_of(listener);
    const pid_t pid = fork();
    if (pid < 0) fail("cannot fork");
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        work(listener);
        _exit(0);
    }
    close(listener);
    auto process = std::make_unique<Process>(pid);
    process->port = port;
    return process;
}

std::unique_ptr<Process> start_lectern(const std::filesystem::path& program,
                                       const std::filesystem::path& folder, const std::string& config) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    set_up(program.string(), folder.string());
    return start_lectern_on(program, folder, config);
}

std::unique_ptr<Process> start_lectern_on(const std::filesystem::path& program,
                                          const std::filesystem::path& folder, const std::string& config) {
    const std::filesystem::path config_file = folder / "bench.toml";
    std::ofstream(config_file) << config;
    int out[2];
    if (pipe(out) != 0) fail("cannot make a pipe");
    const pid_t pid = fork();
    if (pid < 0) fail("cannot fork");
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        dup2(out[1], STDOUT_FILENO);
        close(out[0]);
        close(out[1]);
        execl(program.c_str(), program.c_str(), "serve", "--data", folder.c_str(), "--listen", "127.0.0.1:0",
              "--config", config_file.c_str(), nullptr);
        _exit(127);
    }
    close(out[1]);
    auto process = std::make_unique<Process>(pid);
    std::string text;
    char buffer[256];
    for (ssize_t got = 0; text.find('\n') == std::string::npos;
         text.append(buffer, static_cast<std::size_t>(got)))
        if ((got = read(out[0], buffer, sizeof buffer)) <= 0) fail(program.string() + " serve did not start");
    close(out[0]);
    process->port = static_cast<std::uint16_t>(std::stoi(text.substr(text.rfind(':') + 1)));
    return process;
}

} // namespace bench
