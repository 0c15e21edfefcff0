// The command line: `lectern SUBCOMMAND ...`. Names and options are a contract: scripts use them.
//
// A subcommand's file declares its options with CLI11 and leaves an action on the Line. The action runs once
// the whole line has been understood. Exit codes: 0 done; 1 it failed, and standard error says why and names
// the field; 2 the command was called wrongly; `serve` has more (app/exit_code.h).
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace CLI { // NOLINT(readability-identifier-naming): that library's own
class App;
}

namespace app {

struct Streams {
    std::istream& in;
    std::ostream& out;
    std::ostream& error;
};

struct Line {
    Streams streams;
    std::function<int()> action;
};

int run_command_line(const std::vector<std::string>& arguments, Streams streams);

void add_serve(CLI::App& root, Line& line);
void add_setup(CLI::App& root, Line& line);
void add_organisation(CLI::App& root, Line& line); // and licence
void add_person(CLI::App& root, Line& line);
void add_class(CLI::App& root, Line& line);
void add_room(CLI::App& root, Line& line);
void add_site_key(CLI::App& root, Line& line);
void add_pair(CLI::App& root, Line& line);
void add_care(CLI::App& root, Line& line);    // backup, restore, doctor
void add_move_in(CLI::App& root, Line& line); // import
void add_begin_anew(CLI::App& root, Line& line);
void add_simulate(CLI::App& root, Line& line);
void add_documents(CLI::App& root, Line& line); // openapi, asyncapi
void add_certificate(CLI::App& root, Line& line);
void add_support_bundle(CLI::App& root, Line& line);
void add_version(CLI::App& root, Line& line);
void add_manual(CLI::App& root, Line& line); // hidden

// Help that ends in an example, the same for every command.
CLI::App& add_command(CLI::App& parent, const std::string& name, const std::string& summary,
                      const std::string& example);

} // namespace app
