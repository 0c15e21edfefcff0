// lectern import: brings in what a school has in one of the five systems whose clients Lectern serves. This half reads
// their files into a plan (app/moving_in/plan.h); the other half carries it out where the folder is held.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "app/commands/commands.h"
#include "app/commands/data_command.h"
#include "app/moving_in/bring_in.h"
#include "app/moving_in/plan.h"

namespace app {

namespace {

namespace fs = std::filesystem;
using moving_in::Plan;
using moving_in::Source;

constexpr std::size_t piece_bytes = 8u << 20, most_files = 16;

struct ImportOptions {
    fs::path folder = "/var/lib/lectern";
    std::vector<fs::path> files;
    std::string only, organisation;
    bool yes = false, preview = false;
};

// One of the systems.
struct Origin {
    const char *name, *summary, *example;
    const char* only; // what --only chooses; null: its store holds one school
    Plan (*plan)(Source& source, const std::string& only);
};

const Origin origins[] = {
    {"pocketbase", "From the VR training platform: its PocketBase's data.db",
     "lectern import pocketbase pb_data/data.db", "the client, where the file has several",
     moving_in::plan_of_pocketbase},
    {"django", "From the VR LMS: its db.sqlite3, a dump of SQL, or what dumpdata wrote",
     "lectern import django db.sqlite3", "the school, where the file has several", moving_in::plan_of_django},
    {"nexero", "From behaviour tracking of Unreal apps: vr_sessions and tracking_events as JSON, CSV or SQL",
     "lectern import nexero vr_sessions.csv tracking_events.csv", nullptr,
     [](Source& source, const std::string&) { return moving_in::plan_of_nexero(source); }},
    {"seatssync", "From the seat monitor: its tables as JSON, CSV or SQL",
     "lectern import seatssync seats.sql", "the cinema, where the file has several",
     moving_in::plan_of_seatssync},
    {"trainer", "From the scenario trainer: its SQLite file, a dump of SQL, or JSON",
     "lectern import trainer trainer.sql", nullptr,
     [](Source& source, const std::string&) { return moving_in::plan_of_trainer(source); }},
};

// ---- what crosses to the server ----

// The runs in pieces that a line on the admin socket can carry. Each piece has everything else with it, because runs
// refer to it; the server finds that here the second time.
std::vector<Json> pieces_of(Plan& plan) {
    Json base = {{"people", std::move(plan.people)},       {"classes", std::move(plan.classes)},
                 {"headsets", std::move(plan.headsets)},   {"rooms", std::move(plan.rooms)},
                 {"scenarios", std::move(plan.scenarios)}, {"lessons", std::move(plan.lessons)}};
    std::vector<Json> pieces;
    Json runs = Json::array();
    std::size_t bytes = 0;
    const auto close = [&] {
        Json piece = base;
        piece["runs"] = std::exchange(runs, Json::array());
        pieces.push_back(std::move(piece));
        bytes = 0;
    };
    // A run with many events becomes several of the same id: the first makes it, and the others add to it.
    const auto take = [&](Json run) {
        bytes += run.dump(-1, ' ', false, Json::error_handler_t::replace).size();
        runs.push_back(std::move(run));
        if (bytes > piece_bytes) close();
    };
    constexpr std::size_t most_events = 10'000;
    for (Json& run : plan.runs) {
        Json events = run.contains("events") ? std::exchange(run["events"], Json::array()) : Json::array();
        if (events.size() <= most_events) {
            run["events"] = std::move(events);
            take(std::move(run));
            continue;
        }
        for (std::size_t first = 0; first < events.size(); first += most_events) {
            Json part = run;
            const std::size_t end = std::min(first + most_events, events.size());
            for (std::size_t i = first; i < end; ++i)
                part["events"].push_back(std::move(events[i]));
            if (first > 0) part["more"] = true;
            take(std::move(part));
        }
    }
    if (!runs.empty() || pieces.empty()) close();
    return pieces;
}

class Total {
public:
    void add(const JsonFields& result) {
        for (const JsonFields& kind : result.objects("kinds")) {
            const auto name = kind.get<std::string>("kind");
            // Tables that every piece has are counted once, with the first.
            if (!first_ && name != "results" && name != "events") continue;
            Counts& counts = counts_[name];
            counts.added += kind.get<std::size_t>("new");
            counts.here += kind.get<std::size_t>("here");
            counts.refused += kind.get<std::size_t>("refused");
        }
        for (const JsonFields& row : result.objects("refused"))
            if (const std::string line = row.get<std::string>("from") + ": " + row.get<std::string>("reason");
                seen_.insert(line).second)
                refused_.push_back(line);
        unlisted_ += result.get<std::size_t>("unlisted");
        first_ = false;
    }

    void say(const Plan& plan, bool written, std::ostream& out) const {
        out << (written ? "Brought in:\n" : "Preview; nothing is written without --yes:\n");
        if (counts_.empty()) out << "  nothing that fits\n";
        for (const auto& [kind, counts] : counts_)
            out << "  " << kind << ": " << counts.added << " new, " << counts.here << " here already, "
                << counts.refused << " not taken\n";
        if (!plan.left_out.empty() || !refused_.empty()) out << "Not taken:\n";
        for (const Plan::LeftOut& row : plan.left_out)
            out << "  " << row.from << ": " << row.reason << "\n";
        for (const std::string& line : refused_)
            out << "  " << line << "\n";
        if (unlisted_ > 0) out << "  and " << unlisted_ << " more\n";
        if (!plan.told.empty()) out << "To know:\n";
        for (const std::string& line : plan.told)
            out << "  " << line << "\n";
    }

private:
    struct Counts {
        std::size_t added = 0, here = 0, refused = 0;
    };
    std::map<std::string, Counts> counts_;
    std::vector<std::string> refused_;
    std::set<std::string> seen_;
    std::size_t unlisted_ = 0;
    bool first_ = true;
};

int import_from(const Origin& origin, const ImportOptions& options, const Streams& streams) {
    Source source = Source::read(options.files);
    Plan plan = origin.plan(source, options.only);
    Total total;
    for (Json& piece : pieces_of(plan)) {
        Json arguments = {{"plan", std::move(piece)}, {"yes", options.yes}};
        if (!options.organisation.empty()) arguments["organisation"] = options.organisation;
        const Json result = run_on_folder(options.folder, "import", arguments);
        total.add(JsonFields(result));
    }
    total.say(plan, options.yes, streams.out);
    return 0;
}

void add_origin(CLI::App& parent, Line& line, const Origin& origin) {
    const auto options = std::make_shared<ImportOptions>();
    CLI::App& command = add_command(parent, origin.name, origin.summary, origin.example);
    command.add_option("file", options->files, "The file or files; a table a file where they are CSV")
        ->type_name("FILE")
        ->required()
        ->expected(1, static_cast<int>(most_files));
    auto* const yes = command.add_flag("--yes", options->yes, "Bring it in");
    command
        .add_flag("--preview", options->preview, "Only say what would come in: what it does without --yes")
        ->excludes(yes);
    if (origin.only != nullptr)
        command.add_option("--only", options->only, std::string("By name or id, ") + origin.only);
    command.add_option("--organisation", options->organisation, "Where several exist");
    command.add_option("--data", options->folder, "The data folder")->capture_default_str();
    command.callback([options, &line, &origin] {
        line.action = [options, &line, &origin] { return import_from(origin, *options, line.streams); };
    });
}

Json bring_in(Services& services, OrganisationId organisation_id, const JsonFields& arguments) {
    return moving_in::BringIn(services, organisation_id, arguments.get_or("yes", false))
        .run(arguments.object("plan"));
}

} // namespace

std::vector<Command> move_in_commands() {
    Command bring;
    bring.name = "import";
    bring.arguments = http::object(
        {{"plan", http::anything()}, {"yes?", http::boolean()}, {"organisation?", http::text(1, 80)}});
    bring.work = bring_in;
    return {bring};
}

void add_move_in(CLI::App& root, Line& line) {
    CLI::App& import = add_command(
        root, "import", "Bring in a school from another system: what would come first, then with --yes",
        "lectern import django db.sqlite3");
    import.require_subcommand(1);
    for (const Origin& origin : origins)
        add_origin(import, line, origin);
}

} // namespace app
