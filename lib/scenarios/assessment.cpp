#include "scenarios/assessment.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "platform/json_fields.h"
#include "platform/text.h"

namespace scenarios {

namespace {

using Json = nlohmann::json;

// The result of checking a criterion: the share that is met, 0 to 1, and why.
struct Finding {
    double share = 0;
    std::string reason, explanation;
    std::optional<double> value;
};

double rounded(double value) {
    return std::round(value * 10) / 10;
}

std::string figure(double value) {
    std::string text = Json(std::round(value * 100) / 100).dump();
    if (text.ends_with(".0")) text.resize(text.size() - 2);
    return text;
}

// Less is better when the value that earns nothing lies above the one that earns everything.
bool less_is_better(const Criterion& criterion) {
    if (criterion.kind == CriterionKind::time) return true;
    if (criterion.none_at && criterion.full_at) return *criterion.none_at > *criterion.full_at;
    return criterion.less_is_better;
}

double share_of(const Criterion& criterion, double value) {
    const double full = criterion.full_at.value_or(0);
    const bool less = less_is_better(criterion);
    if (less ? value <= full : value >= full) return 1;
    if (!criterion.none_at || *criterion.none_at == full) return 0;
    return std::clamp((*criterion.none_at - value) / (*criterion.none_at - full), 0.0, 1.0);
}

Finding measured(const Criterion& criterion, const std::optional<double>& value, const std::string& unit) {
    if (!value || !std::isfinite(*value)) return {0, "missing", "was not measured", {}};
    const double share = share_of(criterion, *value);
    std::string text = figure(*value) + unit + ", wanted at " +
                       (less_is_better(criterion) ? "most " : "least ") +
                       figure(criterion.full_at.value_or(0)) + unit;
    if (share > 0 && share < 1) text += "; part of the points up to " + figure(*criterion.none_at) + unit;
    return {share, share >= 1 ? "full" : share > 0 ? "partly" : "none", text, value};
}

Finding ticked(const Criterion& criterion, const Performance& performance) {
    const auto found = performance.checklist.find(criterion.of);
    if (found == performance.checklist.end()) return {0, "missing", "was not reported", {}};
    return found->second ? Finding{1, "done", "done", {}} : Finding{0, "not_done", "not done", {}};
}

bool names_one_of(std::string_view text, std::string_view alternatives) {
    while (!alternatives.empty()) {
        const auto end = std::min(alternatives.find('|'), alternatives.size());
        const std::string_view word = platform::trimmed(alternatives.substr(0, end));
        if (!word.empty() && text.find(word) != std::string_view::npos) return true;
        alternatives.remove_prefix(std::min(end + 1, alternatives.size()));
    }
    return false;
}

Finding named(const Criterion& criterion, const Performance& performance) {
    if (performance.resolution.empty()) return {0, "missing", "no resolution was given", {}};
    const std::string text = platform::lower_ascii(performance.resolution);
    const auto found = std::ranges::count_if(criterion.words, [&](const std::string& word) {
        return names_one_of(text, platform::lower_ascii(word));
    });
    const auto all = static_cast<double>(criterion.words.size());
    const double share = all == 0 ? 1 : static_cast<double>(found) / all;
    return {share,
            share >= 1  ? "full"
            : share > 0 ? "partly"
                        : "none",
            "names " + std::to_string(found) + " of " + std::to_string(criterion.words.size()) + " points",
            static_cast<double>(found)};
}

Finding check(const Criterion& criterion, const Performance& performance) {
    switch (criterion.kind) {
        case CriterionKind::checklist:
            return ticked(criterion, performance);
        case CriterionKind::metric: {
            const auto found = performance.metrics.find(criterion.of);
            return measured(criterion,
                            found == performance.metrics.end() ? std::nullopt : std::optional(found->second),
                            "");
        }
        case CriterionKind::time:
            return measured(criterion, performance.time_s, " s");
        case CriterionKind::resolution:
            return named(criterion, performance);
    }
    return {};
}

} // namespace

Score assess(const AssessmentRules& rules, const Performance& performance) {
    Score score;
    double weights = 0;
    for (const Criterion& criterion : rules.criteria)
        weights += criterion.weight;
    double reached = 0;
    bool misses_a_must = false;
    for (const Criterion& criterion : rules.criteria) {
        const Finding finding = check(criterion, performance);
        ScoreLine line;
        line.title = criterion.title;
        line.kind = criterion.kind;
        line.of = criterion.of;
        line.must = criterion.must;
        line.met = finding.share >= 1;
        line.reason = finding.reason;
        line.value = finding.value;
        line.explanation = finding.explanation;
        line.most = weights > 0 ? rounded(100 * criterion.weight / weights) : 0;
        line.points = weights > 0 ? rounded(100 * criterion.weight * finding.share / weights) : 0;
        reached += criterion.weight * finding.share;
        misses_a_must = misses_a_must || (criterion.must && !line.met);
        score.lines.push_back(std::move(line));
    }
    if (rules.criteria.empty()) return score;
    // When no criterion has a weight, all are must-do items: all or nothing.
    double percent = weights > 0 ? 100 * reached / weights : 100;
    if (misses_a_must && percent >= rules.pass_score) {
        percent = std::max(rules.pass_score - 1, 0.0);
        score.held_below_pass = true;
    }
    score.percent = rounded(percent);
    score.passed = !misses_a_must && *score.percent >= rules.pass_score;
    return score;
}

Json json_of(const Criterion& criterion) {
    Json json{{"title", criterion.title},
              {"kind", platform::name_of(criterion.kind)},
              {"weight", criterion.weight},
              {"must", criterion.must}};
    if (!criterion.of.empty()) json["of"] = criterion.of;
    if (criterion.full_at) json["full_at"] = *criterion.full_at;
    if (criterion.none_at) json["none_at"] = *criterion.none_at;
    if (criterion.less_is_better) json["less_is_better"] = true;
    if (!criterion.words.empty()) json["words"] = criterion.words;
    return json;
}

Json json_of(const AssessmentRules& rules) {
    Json criteria = Json::array();
    for (const Criterion& criterion : rules.criteria)
        criteria.push_back(json_of(criterion));
    return {{"pass_score", rules.pass_score}, {"criteria", criteria}};
}

AssessmentRules assessment_from(const Json& json) {
    const platform::JsonFields fields(json, "assessment");
    AssessmentRules rules;
    rules.pass_score = fields.get_or("pass_score", rules.pass_score);
    for (const platform::JsonFields& given : fields.find_objects("criteria")) {
        Criterion criterion;
        criterion.title = given.get_or("title", criterion.title);
        criterion.kind = given.get_or("kind", criterion.kind);
        criterion.of = given.get_or("of", criterion.of);
        criterion.weight = given.get_or("weight", criterion.weight);
        criterion.must = given.get_or("must", criterion.must);
        criterion.full_at = given.find<double>("full_at");
        criterion.none_at = given.find<double>("none_at");
        criterion.less_is_better = given.get_or("less_is_better", criterion.less_is_better);
        criterion.words = given.get_or("words", criterion.words);
        rules.criteria.push_back(std::move(criterion));
    }
    return rules;
}

Json json_of(const ScoreLine& line) {
    return {{"title", line.title},
            {"kind", platform::name_of(line.kind)},
            {"of", line.of},
            {"points", line.points},
            {"most", line.most},
            {"must", line.must},
            {"met", line.met},
            {"reason", line.reason},
            {"value", line.value ? Json(*line.value) : Json()},
            {"explanation", line.explanation}};
}

} // namespace scenarios
