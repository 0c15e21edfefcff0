// Writes a batch's events and a rollup as JSON that the sqlite3 shell can take apart. The text is built by
// hand because this runs for every event.
#pragma once

#include <charconv>
#include <span>
#include <string>
#include <string_view>

#include "runs/event.h"
#include "runs/rollup.h"

namespace runs {

template <class Number>
void append_number(std::string& text, Number value) {
    char digits[32];
    text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}
void append_quoted(std::string& text, std::string_view value);

// An array of arrays, in the order that schema.sql names; times relative to `base_ms`.
void append_events(std::string& text, std::span<const Event> events, std::int64_t base_ms);
// Only the cells that were looked at, which are few: [cell, count, cell, count, ...].
void append_grid(std::string& text, const GazeGrid& grid);
void append_totals(std::string& text, const Totals& totals);

GazeGrid grid_from(std::string_view text);
// Calls `take(cell, count)` for each pair of such a text; skips cells outside the grid.
template <class Take>
void each_cell(std::string_view text, Take take) {
    const char* at = text.data() + (text.empty() ? 0 : 1);
    const char* const end = text.data() + text.size();
    while (at < end) {
        std::uint32_t cell = 0, count = 0;
        const auto first = std::from_chars(at, end, cell);
        if (first.ec != std::errc() || first.ptr == end) return;
        const auto second = std::from_chars(first.ptr + 1, end, count);
        if (second.ec != std::errc() || second.ptr == end) return;
        if (cell < gaze_columns * gaze_rows) take(static_cast<std::uint16_t>(cell), count);
        at = second.ptr + 1;
    }
}
Totals totals_from(std::string_view text);

} // namespace runs
