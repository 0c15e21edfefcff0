// How a run of a scenario is scored: criteria are data, and scoring is a pure function of them and of the
// performance. Each criterion gives a line that says how many points it gave and why, so that student and
// teacher can check the sum.
//
// A criterion is met in full, in part or not at all, and earns that share of its weight. The score is the
// percentage of all weights that was reached. A run that misses a must-do item has not passed, and its score
// ends just below the pass mark, however good the rest was.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "platform/names.h"

namespace scenarios {

enum class CriterionKind {
    checklist,  // an item of the checklist is done
    metric,     // a value that the headset records
    time,       // seconds from the start to the record
    resolution, // how many of the words appear in the student's resolution
};
constexpr auto names_of(CriterionKind) {
    return platform::names<CriterionKind>({{CriterionKind::checklist, "checklist"},
                                           {CriterionKind::metric, "metric"},
                                           {CriterionKind::time, "time"},
                                           {CriterionKind::resolution, "resolution"}});
}

struct Criterion {
    std::string title;
    CriterionKind kind = CriterionKind::checklist;
    std::string of; // the key of the checklist item or of the metric
    double weight = 1;
    bool must = false;
    // For metric and time: the value that earns everything, and the value from which on nothing is earned;
    // between them the share falls evenly. Without the second there is nothing in between. `less_is_better`
    // matters only without it.
    std::optional<double> full_at, none_at;
    bool less_is_better = false;
    std::vector<std::string> words; // for resolution; one of "a|b" is enough
};

struct AssessmentRules {
    double pass_score = 60;
    std::vector<Criterion> criteria;
};

// The student's performance, to be scored.
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
    double points = 0, most = 0; // out of 100 in all
    bool must = false, met = false;
    std::string reason; // a word for translation: "done", "not_done", "full", "partly", "none", "missing"
    std::optional<double> value; // what was measured
    std::string explanation;     // the same in English
};

struct Score {
    std::optional<double> percent; // absent: there is nothing to assess
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
