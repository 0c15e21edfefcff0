// How a run of a scenario is scored: criteria are data, scoring is a pure function of them and of what was
// done. Each criterion gives a line that says what it gave and why, so that student and teacher can check the
// sum.
//
// A criterion is met in full, in part or not at all; its share of its weight counts, and the score is what
// was reached of all weights, in percent. Whoever misses a must-do item has not passed, and such a score ends
// just below the one that passes, however good the rest was.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scenarios {

enum class CriterionKind {
    checklist,  // an item of the checklist is done
    metric,     // a figure that the headset records
    time,       // seconds from the beginning to the record
    resolution, // how many of the words are in what the student says of the solution
};
std::string_view name_of(CriterionKind kind);
std::optional<CriterionKind> criterion_kind_named(std::string_view name);

struct Criterion {
    std::string title;
    CriterionKind kind = CriterionKind::checklist;
    std::string of; // the key of the checklist's item or of the metric
    double weight = 1;
    bool must = false;
    // Of metric and time: the value that is met in full, and the one from which on nothing is; between them
    // it falls evenly. Without the second there is no between. `less_is_better` matters only without it.
    std::optional<double> full_at, none_at;
    bool less_is_better = false;
    std::vector<std::string> words; // of resolution; one of "a|b" suffices
};

struct AssessmentRules {
    double pass_score = 60;
    std::vector<Criterion> criteria;
};

// What was done.
struct Performance {
    std::map<std::string, double, std::less<>> metrics;
    std::map<std::string, bool, std::less<>> checklist;
    std::optional<double> time_s;
    std::string resolution;
};

struct ScoreLine {
    std::string title;
    CriterionKind kind = CriterionKind::checklist;
    std::string of;
    double points = 0, most = 0; // of 100 in all
    bool must = false, met = false;
    std::string reason; // a word for translation: "done", "not_done", "full", "partly", "none", "missing"
    std::optional<double> value; // what was measured
    std::string explanation;     // the same in English
};

struct Score {
    std::optional<double> percent; // none: there is nothing to assess
    bool passed = true;
    bool held_below_pass = false; // because a must-do item is missing
    std::vector<ScoreLine> lines;
};

Score assess(const AssessmentRules& rules, const Performance& performance);

nlohmann::json json_of(const Criterion& criterion);
nlohmann::json json_of(const AssessmentRules& rules);
AssessmentRules assessment_from(const nlohmann::json& json); // fits the shape of an assessment
nlohmann::json json_of(const ScoreLine& line);

} // namespace scenarios
