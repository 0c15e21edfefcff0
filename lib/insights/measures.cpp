#include "insights/measures.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace insights {

namespace {

using runs::Slice;

constexpr double degree = std::numbers::pi / 180;
constexpr double crowd_share = 0.25; // of the class's looks, in one place
constexpr double far_below = 0.6;    // of the class's median

std::uint32_t looks_in(const Slice& slice, std::uint16_t cell) {
    const auto found =
        std::ranges::lower_bound(slice.cells, cell, {}, [](const auto& one) { return one.first; });
    return found != slice.cells.end() && found->first == cell ? found->second : 0;
}

double angle_between(const runs::Direction& a, const runs::Direction& b) {
    const double cosine = std::sin(a.pitch_deg * degree) * std::sin(b.pitch_deg * degree) +
                          std::cos(a.pitch_deg * degree) * std::cos(b.pitch_deg * degree) *
                              std::cos((a.yaw_deg - b.yaw_deg) * degree);
    return std::acos(std::clamp(cosine, -1.0, 1.0)) / degree;
}

double share(std::int64_t part, std::int64_t whole) {
    return static_cast<double>(part) / static_cast<double>(whole);
}

constexpr Definition all_definitions[] = {
    {"engagement",
     "The share of the lesson's five-second pieces in which the student interacted, looked around (in at "
     "least "
     "two places of 10 degrees), or looked where at least a quarter of the class's looks fell. Being away "
     "does "
     "not count as engaged."},
    {"agreement",
     "How much of where the student looked is where the class looked in the same five seconds, place by "
     "place "
     "of 10 degrees: 1 is the same, 0 is nowhere in common."},
    {"attention", "The share of the student's looks that are at the target that the teacher named."},
    {"looks", "Gazes with a direction that the headset reported."},
    {"interactions", "Events of the kinds interaction and click."},
    {"time_in_lesson", "How long the lesson played on the student's headset, without pauses and absences."},
    {"completed", "The student was there for at least 95 percent of the lesson, or the lesson said so."},
    {"missing_events",
     "Events that the headset says it has made and that have not arrived. They still can: a headset keeps "
     "what "
     "it could not send."},
    {"look_first",
     "Who is to be looked at first: who was not there or did not stay, whose figures are below 60 percent of "
     "the class's median, who has not completed what half of the class has, whose events are missing."},
};

void add_if_low(std::vector<Reason>& reasons, std::string_view code, const std::optional<double>& value,
                const std::optional<double>& of_class, int weight) {
    if (value && of_class && *of_class > 0 && *value < far_below * *of_class)
        reasons.push_back({code, value, of_class, weight});
}

} // namespace

void add_to(Slices& slices, const Slices& more) {
    for (const Slice& slice : more) {
        const auto place = std::ranges::lower_bound(slices, slice.number, {}, &Slice::number);
        if (place != slices.end() && place->number == slice.number)
            place->add(slice);
        else
            slices.insert(place, slice);
    }
}

const Slice* find_slice(const Slices& slices, std::int64_t number) {
    const auto found = std::ranges::lower_bound(slices, number, {}, &Slice::number);
    return found != slices.end() && found->number == number ? &*found : nullptr;
}

std::int64_t looks_at(const Slice& slice, const Target& target) {
    if (!target.name.empty()) {
        const auto found = slice.targets.find(target.name);
        return found == slice.targets.end() ? 0 : found->second;
    }
    std::int64_t looks = 0;
    for (const auto& [cell, count] : slice.cells)
        if (angle_between(runs::gaze_middle(cell), target.direction) <= target.radius_deg) looks += count;
    return looks;
}

bool is_engaged(const Slice& slice, const Slice& of_class) {
    if (slice.interactions > 0 || slice.cells.size() >= 2) return true;
    if (slice.cells.empty() || of_class.looks == 0) return false;
    return share(looks_in(of_class, slice.cells.front().first), of_class.looks) >= crowd_share;
}

std::optional<double> agreement(const Slice& slice, const Slice& of_class) {
    const std::int64_t others = of_class.looks - slice.looks;
    if (slice.looks <= 0 || others <= 0) return std::nullopt;
    double common = 0;
    for (const auto& [cell, count] : slice.cells)
        common += std::min(share(count, slice.looks), share(looks_in(of_class, cell) - count, others));
    return common;
}

Measures measures_of(const Slices& student, const Slices& of_class, const std::optional<Target>& target) {
    Measures measures;
    std::int64_t engaged = 0, there = 0, at_target = 0, compared = 0;
    double common = 0;
    for (const Slice& everybody : of_class) {
        const Slice* const own = find_slice(student, everybody.number);
        if (!own) continue;
        ++there;
        engaged += is_engaged(*own, everybody) ? 1 : 0;
        measures.looks += own->looks;
        measures.interactions += own->interactions;
        if (target) at_target += looks_at(*own, *target);
        if (const auto found = agreement(*own, everybody)) {
            common += *found;
            ++compared;
        }
    }
    if (there > 0) measures.engagement = share(engaged, std::ssize(of_class));
    if (compared > 0) measures.agreement = common / static_cast<double>(compared);
    if (target && measures.looks > 0) measures.attention = share(at_target, measures.looks);
    return measures;
}

std::optional<double> median(std::vector<double> values) {
    if (values.empty()) return std::nullopt;
    std::ranges::sort(values);
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::span<const Definition> definitions() {
    return all_definitions;
}

std::vector<Reason> reasons_for(const Figures& student, const Figures& of_class) {
    std::vector<Reason> reasons;
    if (!student.took_part) {
        reasons.push_back({"not_there", {}, {}, 100});
        return reasons;
    }
    add_if_low(reasons, "short_time", student.time_in_lesson_ms, of_class.time_in_lesson_ms, 6);
    if (!student.completed && of_class.completed) reasons.push_back({"not_completed", {}, {}, 5});
    add_if_low(reasons, "low_engagement", student.engagement, of_class.engagement, 5);
    add_if_low(reasons, "missed_target", student.attention, of_class.attention, 4);
    add_if_low(reasons, "looked_elsewhere", student.agreement, of_class.agreement, 3);
    add_if_low(reasons, "low_score", student.score, of_class.score, 4);
    if (student.missing_events > 0)
        reasons.push_back({"events_missing", static_cast<double>(student.missing_events), {}, 3});
    if (!student.is_named) reasons.push_back({"not_named", {}, {}, 2});
    std::ranges::stable_sort(reasons, std::ranges::greater{}, &Reason::weight);
    return reasons;
}

} // namespace insights
