#include "runs/rollup.h"

#include <algorithm>
#include <cmath>

namespace runs {

namespace {

constexpr std::string_view others = "(others)";

std::int64_t& total_of(Totals& totals, std::string_view name) {
    if (auto found = totals.find(name); found != totals.end()) return found->second;
    return totals[std::string(totals.size() < names_limit ? name : others)];
}

void add_all(Totals& to, const Totals& from) {
    for (const auto& [name, amount] : from) {
        total_of(to, name) += amount;
    }
}

} // namespace

std::size_t gaze_cell(double yaw_deg, double pitch_deg) {
    int column =
        static_cast<int>(std::floor(std::remainder(yaw_deg, 360.0) / gaze_cell_deg)) + gaze_columns / 2;
    column = (column + gaze_columns) % gaze_columns;
    const double row = std::floor((90.0 - std::clamp(pitch_deg, -90.0, 90.0)) / gaze_cell_deg);
    return static_cast<std::size_t>(std::min(static_cast<int>(row), gaze_rows - 1) * gaze_columns + column);
}

Direction gaze_middle(std::size_t cell) {
    const std::size_t column = cell % gaze_columns, row = cell / gaze_columns;
    return {(static_cast<double>(column) + 0.5) * gaze_cell_deg - 180,
            90 - (static_cast<double>(row) + 0.5) * gaze_cell_deg};
}

void Rollup::add(const Event& event) {
    ++events;
    first_ms = std::min(first_ms.value_or(event.at_ms), event.at_ms);
    last_ms = std::max(last_ms.value_or(event.at_ms), event.at_ms);
    ++total_of(kinds, event.kind);
    if (event.kind == event_kind::gaze && event.yaw_deg && event.pitch_deg) {
        ++gaze[gaze_cell(*event.yaw_deg, *event.pitch_deg)];
        ++gaze_total;
    }
    // A negative time is kept in its event, and takes nothing from the sums.
    std::optional<std::int64_t> dwell_ms = event.dwell_ms;
    if (dwell_ms) dwell_ms = std::max<std::int64_t>(*dwell_ms, 0);
    std::optional<std::int64_t> zone_ms = dwell_ms;
    if (!event.zone.empty() && event.kind == event_kind::zone_enter && open_zones.size() < names_limit)
        open_zones.insert_or_assign(std::string(event.zone), event.at_ms);
    if (!event.zone.empty() && event.kind == event_kind::zone_exit) {
        if (auto entered = open_zones.find(event.zone); entered != open_zones.end()) {
            if (!zone_ms) zone_ms = std::max<std::int64_t>(event.at_ms - entered->second, 0);
            open_zones.erase(entered);
        }
    }
    if (!event.zone.empty() && zone_ms) total_of(zones, event.zone) += *zone_ms;
    if (!event.target.empty() && dwell_ms) total_of(targets, event.target) += *dwell_ms;
}

void Rollup::add(const Rollup& other) {
    events += other.events;
    if (other.first_ms) first_ms = std::min(first_ms.value_or(*other.first_ms), *other.first_ms);
    if (other.last_ms) last_ms = std::max(last_ms.value_or(*other.last_ms), *other.last_ms);
    for (std::size_t i = 0; i < gaze.size(); ++i) {
        gaze[i] += other.gaze[i];
    }
    gaze_total += other.gaze_total;
    if (other.reported_total) reported_total = reported_total.value_or(0) + *other.reported_total;
    add_all(kinds, other.kinds);
    add_all(zones, other.zones);
    add_all(targets, other.targets);
}

} // namespace runs
