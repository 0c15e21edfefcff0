#include <CLI/CLI.hpp>
#include <ostream>

#include "app/commands/command_line.h"
#include "platform/version.h"

namespace app {

void add_version(CLI::App& root, Line& line) {
    add_command(root, "version", "Print the version", "lectern version").callback([&line] {
        line.action = [&line] {
            line.streams.out << "lectern " << platform::version() << "\n";
            return 0;
        };
    });
}

} // namespace app
