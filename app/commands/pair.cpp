// lectern pair: a fresh pairing code, for people who set headsets up from a terminal.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/commands/commands.h"
#include "app/commands/data_command.h"
#include "app/services.h"
#include "platform/text.h"

namespace app {

namespace {

Json make_code(store::Tx& tx, Services& services, OrganisationId organisation_id,
               const JsonFields& arguments) {
    const auto made =
        services.pairing.make_code(tx, organisation_id, {}, arguments.get_or("serial_number", std::string()));
    char digits[16];
    std::snprintf(digits, sizeof digits, "%06d", made.code);
    return {{"code", digits}, {"expires_at", platform::iso8601(made.expires_ms)}};
}

} // namespace

std::vector<Command> pair_commands() {
    Command command;
    command.name = "pair";
    command.arguments =
        http::object({{"organisation?", http::text(1, 80)}, {"serial_number?", http::text(1, 80)}});
    command.change = make_code;
    return {command};
}

void add_pair(CLI::App& root, Line& line) {
    DataCommand(root, line, "pair", "Print a fresh pairing code: it lives ten minutes and works once",
                "lectern pair")
        .may("--organisation", "Where several exist")
        .may("--serial-number", "For this headset only, even if it is paired already")
        .says([](const JsonFields& result, std::ostream& out) {
            out << result.get<std::string>("code") << "\n";
        });
}

} // namespace app
