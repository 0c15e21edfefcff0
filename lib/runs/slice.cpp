#include "runs/slice.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "runs/event_text.h"

namespace runs {

namespace {

constexpr double degree = std::numbers::pi / 180;
constexpr double least_agreement = 0.05; // length of the directions' mean; below it they point nowhere

void count_cell(Slice& slice, std::uint16_t cell, std::uint32_t count) {
    const auto place =
        std::ranges::lower_bound(slice.cells, cell, {}, [](const auto& one) { return one.first; });
    if (place != slice.cells.end() && place->first == cell)
        place->second += count;
    else
        slice.cells.insert(place, {cell, count});
}

void count_target(Slice& slice, std::string_view target, std::int64_t count) {
    if (auto found = slice.targets.find(target); found != slice.targets.end()) {
        found->second += count;
    } else {
        const bool fits = slice.targets.size() < slice_targets_limit;
        slice.targets[std::string(fits ? target : "(others)")] += count;
    }
}

std::string cells_text(const Slice& slice) {
    std::string text = "[";
    for (const auto& [cell, count] : slice.cells) {
        if (text.size() > 1) text += ',';
        append_number(text, cell);
        text += ',';
        append_number(text, count);
    }
    return text += ']';
}

constexpr store::SqlText slice_columns = R"sql(
    SELECT slice, events, looks, interactions, x, y, z, cells, targets FROM run_slices WHERE run_id = ? )sql";

Slice slice_of(const store::Statement& rows) {
    Slice slice;
    std::string_view cells, targets;
    rows.read(slice.number, slice.events, slice.looks, slice.interactions, slice.x, slice.y, slice.z, cells,
              targets);
    each_cell(cells,
              [&slice](std::uint16_t cell, std::uint32_t count) { slice.cells.emplace_back(cell, count); });
    if (targets != "{}") slice.targets = totals_from(targets);
    return slice;
}

} // namespace

std::int64_t slice_number(std::int64_t position_ms) {
    return std::clamp<std::int64_t>(position_ms / slice_ms, 0, slices_limit - 1);
}

bool is_interaction(std::string_view kind) {
    return kind == event_kind::interaction || kind == event_kind::click;
}

void Slice::add(const Event& event) {
    ++events;
    if (is_interaction(event.kind)) ++interactions;
    if (event.kind != event_kind::gaze || !event.yaw_deg || !event.pitch_deg) return;
    ++looks;
    count_cell(*this, static_cast<std::uint16_t>(gaze_cell(*event.yaw_deg, *event.pitch_deg)), 1);
    const double yaw = *event.yaw_deg * degree, pitch = *event.pitch_deg * degree;
    const double level = std::cos(pitch);
    x += level * std::cos(yaw);
    y += level * std::sin(yaw);
    z += std::sin(pitch);
    if (!event.target.empty()) count_target(*this, event.target, 1);
}

void Slice::add(const Slice& other) {
    events += other.events;
    looks += other.looks;
    interactions += other.interactions;
    x += other.x;
    y += other.y;
    z += other.z;
    for (const auto& [cell, count] : other.cells)
        count_cell(*this, cell, count);
    for (const auto& [target, count] : other.targets)
        count_target(*this, target, count);
}

std::optional<Direction> Slice::mean_direction() const {
    const double length = std::sqrt(x * x + y * y + z * z);
    if (looks == 0 || length < least_agreement * static_cast<double>(looks)) return std::nullopt;
    return Direction{std::atan2(y, x) / degree, std::asin(std::clamp(z / length, -1.0, 1.0)) / degree};
}

std::vector<Slice> slices_of(store::Read& read, RunId run_id) {
    static constexpr auto in_order = slice_columns + "ORDER BY slice";
    auto rows = read.query(in_order, run_id);
    std::vector<Slice> slices;
    while (rows.step())
        slices.push_back(slice_of(rows));
    return slices;
}

std::optional<Slice> find_slice(store::Read& read, RunId run_id, std::int64_t number) {
    static constexpr auto by_number = slice_columns + "AND slice = ?";
    auto rows = read.query(by_number, run_id, number);
    return rows.step() ? std::optional(slice_of(rows)) : std::nullopt;
}

void write_slice(store::Tx& tx, RunId run_id, const Slice& slice) {
    std::string targets;
    append_totals(targets, slice.targets);
    tx.run(
        "INSERT INTO run_slices (run_id, slice, events, looks, interactions, x, y, z, cells, targets)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET events = excluded.events,"
        " looks = excluded.looks, interactions = excluded.interactions, x = excluded.x, y = excluded.y,"
        " z = excluded.z, cells = excluded.cells, targets = excluded.targets",
        run_id, slice.number, slice.events, slice.looks, slice.interactions, slice.x, slice.y, slice.z,
        cells_text(slice), targets);
}

} // namespace runs
