// Clock synchronisation: the headset's half, as the simulator and the protocol document use it, and the
// server's half.
//
// A headset sends {type:"clock", data:{t0}} with its own clock. The server answers {t0, t1} with server time
// at receipt (both in milliseconds, fractions allowed). The offset is the mean over the 6 quickest of the
// last 64 round trips: slow ones were queued somewhere, and queues are never symmetric. When a trip's offset is
// more than a second off, the own clock stood still in a sleep, and the trips before it are forgotten.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>

namespace live {

class ClockSync {
public:
    // t0: own clock at sending; t1: server time in the answer; t2: own clock at receipt. All in milliseconds.
    void add(double t0, double t1, double t2);
    std::optional<double> offset_ms() const { return offset_ms_; }         // server time = own clock + offset
    std::optional<double> round_trip_ms() const { return round_trip_ms_; } // mean of the 6 quickest
    std::size_t samples() const { return trips_.size(); }

private:
    struct Trip {
        double round_trip_ms, offset_ms;
    };
    std::deque<Trip> trips_;
    std::optional<double> offset_ms_, round_trip_ms_;
};

// How far ahead a command takes effect: 3x the worst round trip among the headsets, 50 to 500 ms.
double lead_ms(double worst_round_trip_ms);

} // namespace live
