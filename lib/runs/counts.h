// Whether all of a run's events have arrived: what the box has, and what the headset says that it has made.
#pragma once

#include <cstdint>
#include <optional>

#include "platform/ids.h"
#include "store/transaction.h"

namespace runs {

struct Counts {
    std::int64_t events = 0;
    std::optional<std::int64_t> reported; // none: the headset does not say
};

// The caller has made sure that the run is of the organisation.
inline Counts counts_of(store::Read& read, RunId run_id) {
    auto rows = read.query("SELECT events, reported FROM run_rollups WHERE run_id = ?", run_id);
    return rows.step() ? Counts{rows.integer(0), rows.optional_integer(1)} : Counts{};
}

} // namespace runs
