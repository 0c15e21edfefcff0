#include "live/clock_sync.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace live {

namespace {

constexpr std::size_t kept_trips = 64;
constexpr std::size_t used_trips = 6;
constexpr double slept_ms = 1000;

} // namespace

void ClockSync::add(double t0, double t1, double t2) {
    if (t2 < t0) return; // its clock was set in between: the trip says nothing
    const Trip trip{t2 - t0, t1 - (t0 + t2) / 2};
    // The own clock may have stood still while the headset slept; then earlier trips say nothing.
    if (offset_ms_ && std::abs(trip.offset_ms - *offset_ms_) > slept_ms + trip.round_trip_ms) trips_.clear();
    trips_.push_back(trip);
    if (trips_.size() > kept_trips) trips_.pop_front();
    std::vector<Trip> quickest(trips_.begin(), trips_.end());
    const std::size_t used = std::min(used_trips, quickest.size());
    const auto end = quickest.begin() + static_cast<std::ptrdiff_t>(used);
    std::ranges::partial_sort(quickest, end, {}, &Trip::round_trip_ms);
    double offsets = 0, round_trips = 0;
    std::for_each(quickest.begin(), end, [&](const Trip& one) {
        offsets += one.offset_ms;
        round_trips += one.round_trip_ms;
    });
    offset_ms_ = offsets / static_cast<double>(used);
    round_trip_ms_ = round_trips / static_cast<double>(used);
}

double lead_ms(double worst_round_trip_ms) {
    return std::clamp(3 * worst_round_trip_ms, 50.0, 500.0);
}

} // namespace live
