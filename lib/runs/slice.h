// A run in pieces of five seconds of its lesson: where the student looked and what they did then. Written in
// the transaction that stores the events, so that a debrief, which goes through a lesson moment by moment,
// never scans them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/ids.h"
#include "runs/event.h"
#include "runs/rollup.h"
#include "store/transaction.h"

namespace runs {

constexpr std::int64_t slice_ms = 5'000;
constexpr std::int64_t slices_limit = 24 * 3'600'000LL / slice_ms; // anything after a day is in the last one
constexpr std::size_t slice_targets_limit = 24;                    // the others are "(others)"

struct Slice {
    std::int64_t number = 0; // position in the lesson / slice_ms
    std::int64_t events = 0, looks = 0, interactions = 0;
    double x = 0, y = 0, z = 0; // the sum of the looks' directions: ahead, to the right, up
    std::vector<std::pair<std::uint16_t, std::uint32_t>> cells; // looks per cell that has any
    Totals targets;                                             // looks that name a target

    void add(const Event& event);
    void add(const Slice& other);
    std::optional<Direction> mean_direction() const; // none without looks, or when they cancel out
};

std::int64_t slice_number(std::int64_t position_ms);
// Whether a student acts on something, as opposed to looking and moving about: kinds "interaction" and
// "click".
bool is_interaction(std::string_view kind);

// The slices of a run, in the order of the lesson. The caller has checked that it belongs to the
// organisation.
std::vector<Slice> slices_of(store::Read& read, RunId run_id);
std::optional<Slice> find_slice(store::Read& read, RunId run_id, std::int64_t number);
void write_slice(store::Tx& tx, RunId run_id, const Slice& slice);

} // namespace runs
