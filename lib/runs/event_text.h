// How a batch's events and a rollup are written down: JSON that the sqlite3 shell can take apart, put
// together by hand because this runs for every event.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "runs/event.h"
#include "runs/rollup.h"

namespace runs {

// An array of arrays, in the order that schema.sql names; times relative to `base_ms`.
void append_events(std::string& text, std::span<const Event> events, std::int64_t base_ms);
void append_grid(std::string& text, const GazeGrid& grid);
void append_totals(std::string& text, const Totals& totals);

GazeGrid grid_from(std::string_view text);
Totals totals_from(std::string_view text);

} // namespace runs
