// lectern person import, lectern person export: the people of a school as a file.
#include "app/commands/roster.h"

#include <CLI/CLI.hpp>
#include <fstream>

#include "app/commands/commands.h"
#include "app/commands/data_command.h"
#include "app/services.h"
#include "people/rosters/roster_export.h"
#include "platform/error.h"
#include "platform/text.h"

namespace app {

namespace {

constexpr std::size_t most_file_bytes = 16u << 20;
constexpr std::int64_t most_listed_faults = 1000;

// Files cross the admin socket inside JSON, which can hold only text.
std::string bytes_of_hex(const std::string& hex) {
    const auto digit = [](char c) {
        const int value = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (value < 0) platform::throw_invalid("file", "did not arrive whole");
        return value;
    };
    if (hex.size() % 2 != 0) platform::throw_invalid("file", "did not arrive whole");
    std::string bytes;
    bytes.reserve(hex.size() / 2);
    for (std::size_t i = 0; i < hex.size(); i += 2)
        bytes += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
    return bytes;
}

Json bring_in(Services& services, OrganisationId organisation_id, const JsonFields& arguments) {
    const auto roster = people::read_roster(bytes_of_hex(arguments.get<std::string>("content")));
    auto import =
        services.imports.stage(organisation_id, std::nullopt, roster, arguments.get_or("update", false));
    if (!arguments.get_or("preview", false)) {
        services.store.write("commit import", [&](store::Tx& tx) {
            services.imports.commit(tx, organisation_id, import.id, arguments.get_or("draw_pins", false),
                                    false);
        });
        services.imports.run(import.id, [] { return false; });
    }
    Json result, faults = Json::array(), pins = Json::array();
    services.store.read([&](store::Read& read) {
        import = services.imports.get(read, organisation_id, import.id);
        const auto page = services.imports.rows(read, organisation_id, import.id, people::Fate::error,
                                                {most_listed_faults, {}});
        for (const auto& row : page.items)
            faults.push_back({{"number", row.number}, {"nickname", row.nickname}, {"reason", row.reason}});
    });
    if (import.has_pins)
        for (const auto& drawn : services.imports.take_pins(import.id))
            pins.push_back({{"nickname", drawn.nickname}, {"pin", drawn.pin}});
    result = json_of(import);
    result["faults"] = faults;
    result["pins"] = pins;
    return result;
}

Json take_out(store::Read& read, Services&, OrganisationId organisation_id, const JsonFields& arguments) {
    return {{"content", platform::hex(arguments.get_or("format", people::RosterFormat::csv) ==
                                              people::RosterFormat::oneroster
                                          ? people::export_oneroster(read, organisation_id)
                                          : people::export_csv(read, organisation_id))}};
}

void say_import(const JsonFields& result, std::ostream& out) {
    const auto rows = [fates = result.object("fates")](people::Fate fate) {
        return fates.get<std::int64_t>(platform::name_of(fate));
    };
    const bool done = result.get<people::ImportState>("state") == people::ImportState::done;
    out << (done ? "Brought in: " : "Preview: ") << rows(people::Fate::add) << " new, "
        << rows(people::Fate::update) << " brought up to date, " << rows(people::Fate::unchanged)
        << " as they were, " << rows(people::Fate::skip) << " left out, " << rows(people::Fate::error)
        << " faulty\n";
    for (const JsonFields& fault : result.objects("faults"))
        out << "row " << fault.get<std::int64_t>("number") << ": " << fault.get<std::string>("nickname")
            << ": " << fault.get<std::string>("reason") << "\n";
    for (const JsonFields& pin : result.objects("pins"))
        out << pin.get<std::string>("nickname") << "\t" << pin.get<std::string>("pin") << "\n";
}

} // namespace

std::vector<Command> roster_commands() {
    Command bring;
    bring.name = "person import";
    bring.arguments = http::object({{"content", http::anything()},
                                    {"update?", http::boolean()},
                                    {"preview?", http::boolean()},
                                    {"draw_pins?", http::boolean()},
                                    {"organisation?", http::text(1, 80)}});
    bring.work = bring_in;
    Command take;
    take.name = "person export";
    take.arguments = http::object(
        {{"format?", http::one_of<people::RosterFormat>()}, {"organisation?", http::text(1, 80)}});
    take.look = take_out;
    return {bring, take};
}

void declare_roster(CLI::App& person, Line& line) {
    DataCommand(person, line, "person import", "Bring in a roster: CSV, or a OneRoster 1.1 or 1.2 bulk zip",
                "lectern person import --file roster.csv --preview")
        .needs_file("--file", "content", most_file_bytes, "The file")
        .flag("--update", "Bring those up to date who are here already, instead of leaving them alone")
        .flag("--preview", "Only say what would become of each row")
        .flag("--draw-pins", "Draw a PIN for each new student, and print it")
        .may("--organisation", "Where several exist")
        .says(say_import);
    DataCommand(person, line, "person export", "Print everybody as a file that import takes back",
                "lectern person export > roster.csv")
        .may("--format", "csv, or oneroster for a bulk zip")
        .may("--organisation", "Where several exist")
        .says([](const JsonFields& result, std::ostream& out) {
            out << bytes_of_hex(result.get<std::string>("content"));
        });
}

} // namespace app
