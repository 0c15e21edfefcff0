// The totals of a run's events, kept beside them in the same transaction, so that a report never scans
// events.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "runs/event.h"

namespace runs {

struct Direction {
    double yaw_deg = 0, pitch_deg = 0; // right and up are positive
};

// Where a gaze falls on an equirectangular grid: straight ahead is the middle, up is row 0. Cells are stored by
// their number, so another grid needs a migration of run_rollups and run_slices.
constexpr int gaze_columns = 36, gaze_rows = 18;
constexpr double gaze_cell_deg = 360.0 / gaze_columns;
static_assert(gaze_columns == 2 * gaze_rows, "cells are as wide as they are high");
using GazeGrid = std::array<std::uint32_t, gaze_columns * gaze_rows>; // row by row
std::size_t gaze_cell(double yaw_deg, double pitch_deg);
Direction gaze_middle(std::size_t cell);

using Totals = std::map<std::string, std::int64_t, std::less<>>;

// A headset that invents names must not make its rollup grow for ever: names beyond the limit are counted
// under "(others)".
constexpr std::size_t names_limit = 200;

struct Rollup {
    std::int64_t events = 0;
    std::optional<std::int64_t> first_ms, last_ms; // by the times of the events
    GazeGrid gaze{};
    std::int64_t gaze_total = 0;
    Totals kinds;          // events of each kind
    Totals zones, targets; // dwell in milliseconds
    Totals open_zones;     // entered and not left yet: since when
    // How many events the headset says it recorded; not all of them need have arrived.
    std::optional<std::int64_t> reported_total;

    // A gaze counts in its cell. A dwell counts for the zone and the target that the event names; a zone_exit
    // without a dwell counts the time since its zone_enter.
    void add(const Event& event);
    void add(const Rollup& other); // to sum several runs
};

} // namespace runs
