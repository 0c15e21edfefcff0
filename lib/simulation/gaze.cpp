#include "simulation/gaze.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <utility>

#include "platform/error.h"

namespace simulation {

namespace {

struct Row {
    std::int64_t viewer = 0;
    double t_ms = 0;
    Look look;
};

template <class Number>
bool take_field(std::string_view& line, Number& into) {
    const std::size_t end = std::min(line.find(','), line.size());
    const auto [stop, fault] = std::from_chars(line.data(), line.data() + end, into);
    const bool good = fault == std::errc() && stop == line.data() + end;
    line.remove_prefix(std::min(end + 1, line.size()));
    return good;
}

bool parse_row(std::string_view line, Row& row) {
    return take_field(line, row.viewer) && take_field(line, row.t_ms) && take_field(line, row.look.yaw_deg) &&
           take_field(line, row.look.pitch_deg) && line.empty();
}

double wrapped_yaw(double yaw_deg) {
    return yaw_deg - 360 * std::floor((yaw_deg + 180) / 360);
}

[[noreturn]] void refuse(std::string_view file_name, std::size_t line, std::string_view what) {
    throw platform::Error(platform::ErrorKind::bad_request,
                          std::string(file_name) + ":" + std::to_string(line) + ": " + std::string(what));
}

} // namespace

GazeTrace::GazeTrace(std::vector<Look> looks) : looks_(std::move(looks)) {
    if (looks_.empty()) looks_.push_back({});
}

Look GazeTrace::at(double position_ms) const {
    return looks_[static_cast<std::size_t>(std::max(0.0, position_ms) / look_every_ms) % looks_.size()];
}

std::vector<GazeTrace> parse_traces(std::string_view csv, std::string_view file_name) {
    std::vector<GazeTrace> traces;
    std::vector<Look> looks;
    std::int64_t viewer = 0;
    std::size_t number = 0;
    while (!csv.empty()) {
        const std::size_t end = std::min(csv.find('\n'), csv.size());
        std::string_view line = csv.substr(0, end);
        csv.remove_prefix(std::min(end + 1, csv.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        ++number;
        if (line.empty() || (number == 1 && line.starts_with("viewer"))) continue;
        Row row;
        if (!parse_row(line, row)) refuse(file_name, number, "must be viewer,t_ms,yaw_deg,pitch_deg");
        if (row.viewer != viewer && !looks.empty()) traces.emplace_back(std::exchange(looks, {}));
        viewer = row.viewer;
        looks.push_back({wrapped_yaw(row.look.yaw_deg), std::clamp(row.look.pitch_deg, -90.0, 90.0)});
    }
    if (!looks.empty()) traces.emplace_back(std::move(looks));
    return traces;
}

std::vector<GazeTrace> read_traces(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code fault;
    for (const auto& entry : std::filesystem::directory_iterator(folder, fault))
        if (entry.path().extension() == ".csv") files.push_back(entry.path());
    std::ranges::sort(files);
    std::vector<GazeTrace> traces;
    for (const auto& file : files) {
        std::ifstream stream(file, std::ios::binary);
        std::ostringstream text;
        text << stream.rdbuf();
        auto more = parse_traces(text.str(), file.string());
        std::ranges::move(more, std::back_inserter(traces));
    }
    if (traces.empty())
        throw platform::Error(platform::ErrorKind::bad_request,
                              "There are no gaze traces (*.csv) in " + folder.string());
    return traces;
}

GazeTrace made_up_trace(std::uint64_t seed) {
    constexpr std::size_t looks_count = 1200;
    std::mt19937_64 random(seed);
    std::normal_distribution<double> yaw(0, 50), pitch(0, 15), tremble(0, 0.4);
    std::uniform_int_distribution<int> rest(8, 40);
    std::vector<Look> looks;
    looks.reserve(looks_count);
    Look now, aim;
    int resting = 0;
    while (looks.size() < looks_count) {
        if (--resting < 0) {
            resting = rest(random);
            aim = {yaw(random), pitch(random)};
        }
        // A head turns quickly at first and settles slowly.
        now.yaw_deg += 0.35 * (aim.yaw_deg - now.yaw_deg) + tremble(random);
        now.pitch_deg += 0.35 * (aim.pitch_deg - now.pitch_deg) + tremble(random);
        looks.push_back({wrapped_yaw(now.yaw_deg), std::clamp(now.pitch_deg, -90.0, 90.0)});
    }
    return GazeTrace(std::move(looks));
}

std::string_view zone_of(const Look& look) {
    if (look.pitch_deg > 45) return "above";
    if (look.pitch_deg < -45) return "below";
    if (std::abs(look.yaw_deg) <= 45) return "front";
    if (std::abs(look.yaw_deg) >= 135) return "behind";
    return look.yaw_deg < 0 ? "left" : "right";
}

} // namespace simulation
