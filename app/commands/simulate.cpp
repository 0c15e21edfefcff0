// lectern simulate: a class of headsets, as the network sees one. For a demo, for a load test, and for trying
// a room's Wi-Fi before the class comes.
#include <CLI/CLI.hpp>
#include <fstream>
#include <memory>
#include <optional>
#include <ostream>

#include "app/commands/command_line.h"
#include "app/commands/data_command.h"
#include "platform/error.h"
#include "platform/uuid.h"
#include "simulation/classroom.h"

namespace app {

namespace {

struct SimulateOptions {
    std::string server, traces, code_from, organisation, site_key, people, pin, prefix = "SIM";
    std::vector<std::string> nicknames;
    std::size_t headsets = 30;
    std::uint64_t seed = 1;
    double clock_error_ms = 0, drift_ppm = 0, losses_per_minute = 0, picture_every_s = 0;
    double media_error_ppm = 0, hands_per_minute = 0, slow_one_ms = 0;
    std::optional<double> for_s;
    std::optional<SessionId> session_id;
    bool until_stopped = false, json = false, bad_wifi = false;
};

// Lines "nickname,pin"; a first line with exactly these words is a heading.
std::vector<simulation::Student> read_people(const std::string& file) {
    std::ifstream stream(file);
    if (!stream) throw platform::Error(platform::ErrorKind::bad_request, "cannot read " + file);
    std::vector<simulation::Student> students;
    std::string line;
    while (std::getline(stream, line)) {
        if (line.ends_with('\r')) line.pop_back();
        if (line.empty() || line == "nickname,pin") continue;
        const std::size_t comma = line.find(',');
        if (comma == std::string::npos)
            throw platform::Error(platform::ErrorKind::bad_request,
                                  file + ": each line must be nickname,pin");
        students.push_back({line.substr(0, comma), line.substr(comma + 1)});
    }
    return students;
}

std::vector<simulation::Student> students_of(const SimulateOptions& options) {
    std::vector<simulation::Student> students;
    if (!options.people.empty()) students = read_people(options.people);
    for (const std::string& nickname : options.nicknames)
        students.push_back({nickname, options.pin});
    return students;
}

simulation::ClassroomOptions classroom_options(const SimulateOptions& options, std::ostream& progress) {
    simulation::ClassroomOptions classroom;
    classroom.headsets = options.headsets;
    classroom.prefix = options.prefix;
    classroom.students = students_of(options);
    if (!options.code_from.empty()) {
        Json arguments = Json::object();
        if (!options.organisation.empty()) arguments["organisation"] = options.organisation;
        classroom.pairing_code = [folder = options.code_from,
                                  arguments](const std::string& serial_number) mutable {
            arguments["serial_number"] = serial_number;
            const Json made = run_on_folder(folder, "pair", arguments);
            return JsonFields(made).get<std::string>("code");
        };
    } else if (!options.site_key.empty()) {
        classroom.code_path = "/k/" + options.site_key + "/clients/add_device";
    } else if (classroom.students.size() < options.headsets) {
        throw platform::Error(
            platform::ErrorKind::bad_request,
            "Headsets pair by a code (--code-from or --site-key), or each by the sign-in of a "
            "student (--nicknames and --pin, or --people).");
    }
    if (!options.traces.empty()) classroom.traces = simulation::read_traces(options.traces);
    platform::SystemRandom random;
    classroom.start = platform::random_uuid(random).substr(0, 8);
    classroom.seed = options.seed;
    classroom.clock_error_ms = options.clock_error_ms;
    classroom.drift_ppm = options.drift_ppm;
    classroom.losses_per_minute = options.losses_per_minute;
    classroom.picture_every_ms = options.picture_every_s * 1000;
    classroom.media_error_ppm = options.media_error_ppm;
    classroom.hands_per_minute = options.hands_per_minute;
    if (options.bad_wifi) classroom.line = simulation::bad_wifi;
    classroom.slow_one_ms = options.slow_one_ms;
    classroom.session_id = options.session_id;
    if (options.for_s) classroom.for_ms = *options.for_s * 1000;
    classroom.until_stopped = options.until_stopped;
    classroom.tell = [&progress](const std::string& line) { progress << line << std::endl; };
    return classroom;
}

void print_summary(const JsonFields& counts, std::ostream& out) {
    const JsonFields events = counts.object("events"), spread = counts.object("spread_ms");
    out << counts.json("paired") << " of " << counts.json("headsets")
        << " headsets paired, connections lost and opened again: "
        << counts.object("connections").json("lost") << "\n"
        << "events made: " << events.json("made") << ", acknowledged: " << events.json("acknowledged")
        << ", lost: " << events.json("lost") << ", refused: " << events.json("refused") << "\n"
        << "commands obeyed: " << counts.object("commands").json("obeyed")
        << "; between the first and the last headset, median: " << spread.json("median")
        << " ms, most: " << spread.json("most") << " ms\n";
    for (const auto& [fault, count] : counts.json("faults").items())
        out << "fault, " << count << " times: " << fault << "\n";
}

int simulate(const SimulateOptions& options, const Streams& streams) {
    simulation::Network network(simulation::parse_server_url(options.server));
    simulation::Classroom classroom(network, classroom_options(options, streams.error));
    network.on_signal([&classroom] { classroom.finish(); });
    classroom.start();
    network.run();
    const Json all = classroom.counts();
    const JsonFields counts(all), events = counts.object("events");
    if (options.json)
        streams.out << all.dump(2) << "\n";
    else
        print_summary(counts, streams.out);
    const bool good = counts.json("faults").empty() && events.json("made") == events.json("acknowledged");
    return good ? 0 : 1;
}

void add_class_options(CLI::App& command, SimulateOptions& options) {
    command.add_option("--server", options.server, "Where the box answers: http://192.0.2.5:8080")
        ->required();
    command.add_option("--headsets", options.headsets, "How many")
        ->check(CLI::Range(1, 5000))
        ->capture_default_str();
    command.add_option("--prefix", options.prefix, "Of their serial numbers; another one for another class")
        ->capture_default_str();
    command.add_option("--code-from", options.code_from,
                       "Pair by codes of the server that holds this data folder");
    command.add_option("--organisation", options.organisation, "Whose codes, where several exist")
        ->needs("--code-from");
    command.add_option("--site-key", options.site_key,
                       "Pair by codes drawn with a site key made with --client");
    command.add_option("--nicknames", options.nicknames, "Who signs in, with commas between")->delimiter(',');
    command.add_option("--pin", options.pin, "The PIN of all of them");
    command.add_option("--people", options.people, "A file of lines nickname,pin: who signs in");
    command.add_option("--session", options.session_id, "Ask to join this session");
    command.add_option("--traces", options.traces,
                       "A folder of recorded gazes: viewer,t_ms,yaw_deg,pitch_deg");
}

void add_world_options(CLI::App& command, SimulateOptions& options) {
    command.add_option("--clock-error", options.clock_error_ms,
                       "Headsets' clocks are wrong by up to that many ms");
    command.add_option("--drift", options.drift_ppm,
                       "Their clocks drift by up to that many parts per million");
    command.add_option("--wifi-loss", options.losses_per_minute,
                       "How often a minute each headset loses its Wi-Fi");
    command.add_option(
        "--pictures", options.picture_every_s,
        "Send a picture every so many seconds, watched or not; otherwise as the box asks for them");
    command.add_flag(
        "--bad-wifi", options.bad_wifi,
        "Between each headset and its socket: 5 ms +- 4 each way, bursts of 80 ms, 1 % held for 200 ms");
    command.add_option("--slow-headset", options.slow_one_ms,
                       "The first headset's Wi-Fi takes that many ms each way");
    command.add_option("--media-drift", options.media_error_ppm,
                       "Their video decoders drift by up to that many parts per million");
    command.add_option("--hands", options.hands_per_minute, "How often a minute each student raises a hand");
    command.add_option("--seed", options.seed, "The same seed makes the same class")->capture_default_str();
    command.add_option("--for", options.for_s, "End after so many seconds");
    command.add_flag("--until-stopped", options.until_stopped, "End when the session has been stopped");
    command.add_flag("--json", options.json, "Print the counts as JSON at the end");
}

} // namespace

void add_simulate(CLI::App& root, Line& line) {
    const auto options = std::make_shared<SimulateOptions>();
    CLI::App& command =
        add_command(root, "simulate", "Be a class of headsets",
                    "lectern simulate --server http://127.0.0.1:8080 --headsets 3 --code-from "
                    "/tmp/lectern-demo --nicknames ada,amir,anna --pin 1111");
    add_class_options(command, *options);
    add_world_options(command, *options);
    command.callback(
        [options, &line] { line.action = [options, &line] { return simulate(*options, line.streams); }; });
}

} // namespace app
