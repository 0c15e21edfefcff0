#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include "app/commands/command_line.h"
#include "platform/process.h"

int main(int argc, char** argv) {
    platform::use_builtin_name_service();
    std::signal(SIGPIPE,
                SIG_IGN); // if a reader left, the write reports it, where we can handle it
    return app::run_command_line(std::vector<std::string>(argv + 1, argv + argc),
                                 {std::cin, std::cout, std::cerr});
}
