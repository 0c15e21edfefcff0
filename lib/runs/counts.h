// Whether all of a run's events have arrived: how many the box has, and how many the headset says it
// recorded.
#pragma once

#include <cstdint>
#include <optional>
#include <tuple>

#include "platform/ids.h"
#include "store/transaction.h"

namespace runs {

struct Counts {
    std::int64_t events = 0;
    std::optional<std::int64_t> reported; // absent: the headset does not say
};
inline auto columns_of(Counts& counts) {
    return std::tie(counts.events, counts.reported);
}

// The caller has checked that the run belongs to the organisation.
inline Counts counts_of(store::Read& read, RunId run_id) {
    auto rows = read.query("SELECT events, reported FROM run_rollups WHERE run_id = ?", run_id);
    return rows.step() ? rows.values<Counts>() : Counts{};
}

} // namespace runs
