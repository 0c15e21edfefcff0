// How a report works out what it says of a student: simple rules on five-second slices of a lesson, each
// explained to a teacher in one sentence. No clock, no database.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runs/slice.h"

namespace insights {

using Slices = std::vector<runs::Slice>; // by number, each number once

void add_to(Slices& slices, const Slices& more);
const runs::Slice* find_slice(const Slices& slices, std::int64_t number);

// What a teacher wants students to look at: something that events name, or a direction.
struct Target {
    std::string name; // "": by direction
    runs::Direction direction;
    double radius_deg = 20;
};
std::int64_t looks_at(const runs::Slice& slice, const Target& target);

// A student is engaged in a slice if they interact, look around (in two places or more), or look where at
// least a quarter of the class's looks fall.
bool is_engaged(const runs::Slice& slice, const runs::Slice& of_class);

// How far a student looks where the others look in the same slice, place by place: 1 the same, 0 nothing in
// common. None when either did not look at all.
std::optional<double> agreement(const runs::Slice& slice, const runs::Slice& of_class);

// Over all slices in which anybody of the class was there.
struct Measures {
    std::optional<double> engagement; // share of the slices; being away is not being engaged
    std::optional<double> agreement;  // mean over the slices that have one
    std::optional<double> attention;  // share of the looks that are at the target
    std::int64_t looks = 0, interactions = 0;
};
Measures measures_of(const Slices& student, const Slices& of_class, const std::optional<Target>& target);

std::optional<double> median(std::vector<double> values); // none if there are no values

// The sentences that explain each measure, by the names that reports use.
struct Definition {
    std::string_view name, text;
};
std::span<const Definition> definitions();

// ---- what to look at first ----

struct Figures { // of a student, or the medians of those who took part
    bool took_part = false, is_named = true, completed = false;
    std::optional<double> time_in_lesson_ms, engagement, agreement, attention, score;
    std::int64_t missing_events = 0;
};
struct Reason {
    std::string_view code; // "not_there", "events_missing", ...: see reasons_for
    std::optional<double> value, of_class;
    int weight = 0; // the heaviest first
};
// `completed` of the class: whether at least half of those who took part have completed it.
std::vector<Reason> reasons_for(const Figures& student, const Figures& of_class);

} // namespace insights
