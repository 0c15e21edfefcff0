#include "app/commands/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <set>

#include "app/exit_code.h"
#include "platform/error.h"
#include "platform/version.h"

namespace app {

namespace {

// A fault names its field as the option that carries it: "--pin must be 4 digits".
void explain(const platform::Error& error, std::ostream& out) {
    if (error.fields().empty()) {
        out << "lectern: " << error.what() << "\n";
        return;
    }
    for (const auto& fault : error.fields())
        out << "lectern: " << fault.field << " " << fault.message << "\n";
}

// A script whose variable is empty must not end up with the default folder, or the current one.
void refuse_empty_paths(CLI::App& command) {
    static const std::set<std::string> paths{"--data",   "--config", "--tls-cert", "--tls-key",
                                             "--out",    "--from",   "--traces",   "--system",
                                             "--people", "file",     "path"};
    for (CLI::Option* option : command.get_options())
        if (paths.contains(option->get_name()))
            option->check([](const std::string& text) { return text.empty() ? "must not be empty" : ""; });
    for (CLI::App* child : command.get_subcommands({}))
        refuse_empty_paths(*child);
}

int run_action(const Line& line) {
    try {
        const int code = line.action();
        line.streams.out.flush();
        return code;
    } catch (const Failure& failure) {
        explain(failure, line.streams.error);
        return failure.code();
    } catch (const platform::Error& error) {
        explain(error, line.streams.error);
    } catch (const std::exception& error) {
        line.streams.error << "lectern: " << error.what() << "\n";
    }
    return failed;
}

} // namespace

CLI::App& add_command(CLI::App& parent, const std::string& name, const std::string& summary,
                      const std::string& example) {
    CLI::App& command = *parent.add_subcommand(name, summary);
    command.footer("\nExample:\n  " + example);
    return command;
}

int run_command_line(const std::vector<std::string>& arguments, Streams streams) {
    Line line{streams, {}};
    CLI::App root("The server of a VR classroom.", "lectern");
    root.require_subcommand(1);
    add_manual(root, line);
    root.set_version_flag("--version", "lectern " + std::string(platform::version()));
    root.footer(
        "\nExample:\n  lectern serve --demo --data /tmp/lectern-demo --listen 127.0.0.1:8080\n\n"
        "'lectern COMMAND --help' says more about a command.");
    for (const auto add : {add_serve, add_setup, add_organisation, add_person, add_class, add_room,
                           add_site_key, add_pair, add_care, add_move_in, add_begin_anew, add_simulate,
                           add_documents, add_certificate, add_support_bundle, add_version})
        add(root, line);
    refuse_empty_paths(root);
    try {
        root.parse(
            std::vector<std::string>(arguments.rbegin(), arguments.rend())); // CLI11 reads them from the back
    } catch (const CLI::ParseError& error) {
        return root.exit(error, streams.out, streams.error) == 0 ? done : wrongly_called;
    }
    return run_action(line);
}

} // namespace app
