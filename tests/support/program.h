// The program itself, as a process: what it prints, what it hears, how it ends.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace support {

class Program {
public:
    struct Options {
        std::vector<std::string> environment{}; // "NAME=value"
        std::vector<int> sockets{};             // handed over as a service manager does, from 3 on
        bool as_process_1 = false;              // in a PID namespace of its own; needs root
    };
    explicit Program(const std::vector<std::string>& arguments) : Program(arguments, Options{}) {}
    Program(const std::vector<std::string>& arguments, const Options& options);
    ~Program(); // kills the process if it still runs
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    void type(const std::string& input); // and closes the input
    void signal(int number) const;
    // Reads until `words` have been printed, at most 20 s; returns the rest of that line. Throws what was
    // printed instead.
    std::string wait_for_out(const std::string& words);
    std::string wait_for_error(const std::string& words);
    // Waits for its end, at most 20 s. Returns the exit code, or 128 + the signal that ended it.
    int wait();
    const std::string& out() const { return out_.text; }
    const std::string& error() const { return error_.text; }

private:
    struct Stream {
        int descriptor = -1;
        std::string text;
    };
    void read_more(std::chrono::steady_clock::time_point deadline);
    std::string wait_for(Stream& stream, const std::string& words);

    pid_t process_ = -1;
    int input_ = -1;
    Stream out_, error_;
};

// A program that has ended.
struct Ran {
    int code = 0;
    std::string out, error;
};
// Runs it, types `input`, and waits for its end.
Ran run(const std::vector<std::string>& arguments, const std::string& input = "");

} // namespace support
