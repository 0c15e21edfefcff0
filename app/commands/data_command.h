// A command on a data folder, in two halves that meet in JSON. This half is the command line: options become
// arguments, and the result becomes text. The other half (commands.h) runs it with the services, in the
// process that holds the folder.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "app/commands/command_line.h"
#include "platform/json_fields.h"

namespace app {

using Json = nlohmann::json;
using platform::JsonFields;

// Declares a command: each option becomes the argument of its name, "--site-key" the argument "site_key".
class DataCommand {
public:
    // `name` is its name in commands.h: "person add".
    DataCommand(CLI::App& parent, Line& line, const std::string& name, const std::string& summary,
                const std::string& example);

    DataCommand& needs(const std::string& option, const std::string& what);
    DataCommand& may(const std::string& option, const std::string& what);
    DataCommand& needs_number(const std::string& option, const std::string& what);
    DataCommand& may_number(const std::string& option, const std::string& what);
    DataCommand& flag(const std::string& option, const std::string& what);
    // The file is read here, on the caller's machine, and sent as hexadecimal digits.
    DataCommand& needs_file(const std::string& option, const std::string& argument, std::size_t most_bytes,
                            const std::string& what);
    // Read from standard input, because a password on a command line shows up in every process list.
    DataCommand& asks_secret(const std::string& argument, const std::string& prompt);
    DataCommand& may_ask_secret(const std::string& option, const std::string& argument,
                                const std::string& what);

    // How the result is told to the user.
    DataCommand& says(std::function<void(const JsonFields& result, std::ostream& out)> say);
    // The result has "items": a table with these columns, or with --json the items as they are.
    DataCommand& lists(std::vector<std::string> columns);

private:
    struct State;
    CLI::Option& option(const std::string& name, const std::string& what, bool number);
    CLI::App* command_;
    std::shared_ptr<State> state_;
};

// Runs a command on the folder: through the server that holds it, otherwise on the folder itself.
Json run_on_folder(const std::filesystem::path& folder, const std::string& name, const Json& arguments);

// One line of standard input, without echo on a terminal.
std::string read_secret(const Streams& streams, const std::string& prompt);

} // namespace app
