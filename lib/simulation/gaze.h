// Where a simulated student looks: replayed from recordings of real viewers, or made up.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace simulation {

struct Look {
    double yaw_deg = 0, pitch_deg = 0;
};

constexpr double look_every_ms = 100;

// One viewer, ten looks a second; starts again from the beginning when it ends.
class GazeTrace {
public:
    explicit GazeTrace(std::vector<Look> looks);
    Look at(double position_ms) const;
    double duration_ms() const { return static_cast<double>(looks_.size()) * look_every_ms; }

private:
    std::vector<Look> looks_;
};

// Every viewer in every *.csv of a folder, in the order of the file names: columns viewer, t_ms, yaw_deg,
// pitch_deg, ten rows a second. Throws Error bad_request, with file and line, when one cannot be read, and
// when the folder has no traces.
std::vector<GazeTrace> read_traces(const std::filesystem::path& folder);
std::vector<GazeTrace> parse_traces(std::string_view csv, std::string_view file_name);

// Two minutes of somebody who looks at this and that, mostly ahead; different for each seed.
GazeTrace made_up_trace(std::uint64_t seed);

// The names of the zones of a made-up lesson: "front", "left", "right", "behind", "above", "below".
std::string_view zone_of(const Look& look);

} // namespace simulation
