#include "support/program.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace support {

namespace {

constexpr std::chrono::seconds patience{20};

struct Pipe {
    Pipe() {
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    }
    std::array<int, 2> ends{};
};

// sd_listen_fds(3). First out of the way of the numbers that they are to have; dup2 lets them live past exec.
void hand_over(const std::vector<int>& sockets) {
    if (sockets.empty()) return;
    std::vector<int> aside;
    for (const int socket : sockets)
        aside.push_back(::fcntl(socket, F_DUPFD_CLOEXEC, 100));
    int number = 3;
    for (const int socket : aside)
        ::dup2(socket, number++);
    ::setenv("LISTEN_FDS", std::to_string(sockets.size()).c_str(), 1);
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
}

[[noreturn]] void become(const std::vector<std::string>& arguments, const Program::Options& options) {
    if (options.as_process_1) { // the first child after unshare is process 1 of the namespace
        if (::unshare(CLONE_NEWPID) != 0) ::_exit(125);
        const pid_t first = ::fork();
        if (first != 0) {
            // Passes on the one signal that tests send, and the exit.
            static pid_t target;
            target = first;
            ::signal(SIGTERM, [](int number) { ::kill(target, number); });
            int status = 0;
            while (::waitpid(first, &status, 0) < 0) {
            }
            ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
        }
    }
    hand_over(options.sockets);
    for (const std::string& variable : options.environment)
        ::putenv(const_cast<char*>(variable.c_str())); // NOLINT: it lives until exec
    std::vector<char*> words{const_cast<char*>(LECTERN_PROGRAM)};
    for (const std::string& argument : arguments)
        words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    ::execv(LECTERN_PROGRAM, words.data());
    ::_exit(126);
}

} // namespace

Program::Program(const std::vector<std::string>& arguments, const Options& options) {
    const Pipe in, out, error;
    process_ = ::fork();
    if (process_ < 0) throw std::runtime_error("no process");
    if (process_ == 0) {
        ::dup2(in.ends[0], STDIN_FILENO);
        ::dup2(out.ends[1], STDOUT_FILENO);
        ::dup2(error.ends[1], STDERR_FILENO);
        become(arguments, options);
    }
    for (const int other : {in.ends[0], out.ends[1], error.ends[1]})
        ::close(other);
    input_ = in.ends[1];
    out_.descriptor = out.ends[0];
    error_.descriptor = error.ends[0];
}

Program::~Program() {
    if (process_ > 0) {
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
    }
    for (const int descriptor : {input_, out_.descriptor, error_.descriptor})
        if (descriptor >= 0) ::close(descriptor);
}

void Program::type(const std::string& input) {
    if (::write(input_, input.data(), input.size()) != static_cast<ssize_t>(input.size()))
        throw std::runtime_error("it does not read what is typed");
    ::close(input_);
    input_ = -1;
}

void Program::signal(int number) const {
    ::kill(process_, number);
}

void Program::read_more(std::chrono::steady_clock::time_point deadline) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) throw std::runtime_error("waited in vain; it printed: " + out_.text + error_.text);
    pollfd polled[] = {{out_.descriptor, POLLIN, 0}, {error_.descriptor, POLLIN, 0}};
    if (::poll(polled, 2, static_cast<int>(left.count())) <= 0) return;
    for (Stream* stream : {&out_, &error_}) {
        if (polled[stream == &error_].revents == 0) continue;
        char bytes[4096];
        const ssize_t got = ::read(stream->descriptor, bytes, sizeof bytes);
        if (got > 0) {
            stream->text.append(bytes, static_cast<std::size_t>(got));
        } else {
            ::close(stream->descriptor);
            stream->descriptor = -1;
        }
    }
    if (out_.descriptor < 0 && error_.descriptor < 0)
        throw std::runtime_error("it ended; it printed: " + out_.text + error_.text);
}

std::string Program::wait_for(Stream& stream, const std::string& words) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
        const std::size_t found = stream.text.find(words);
        const std::size_t end = found == std::string::npos ? found : stream.text.find('\n', found);
        if (end != std::string::npos)
            return stream.text.substr(found + words.size(), end - found - words.size());
        read_more(deadline);
    }
}

std::string Program::wait_for_out(const std::string& words) {
    return wait_for(out_, words);
}

std::string Program::wait_for_error(const std::string& words) {
    return wait_for(error_, words);
}

int Program::wait() {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (out_.descriptor >= 0 || error_.descriptor >= 0) {
        try {
            read_more(deadline);
        } catch (const std::runtime_error&) {
            if (out_.descriptor >= 0 || error_.descriptor >= 0) throw;
        }
    }
    int status = 0;
    ::waitpid(process_, &status, 0); // it has closed both streams, so it is about to end
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Ran run(const std::vector<std::string>& arguments, const std::string& input) {
    Program program(arguments);
    program.type(input);
    const int code = program.wait();
    return {code, program.out(), program.error()};
}

} // namespace support
