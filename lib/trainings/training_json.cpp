// What a training says as JSON, and what its recorded JSON says about the performance.
#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "platform/text.h"
#include "trainings/training.h"

namespace trainings {

namespace {

using Json = nlohmann::json;

std::optional<double> number_of(const Json& value) {
    if (value.is_number()) return value.get<double>();
    if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
    if (!value.is_string()) return std::nullopt;
    const Json inside = Json::parse(value.get_ref<const std::string&>(), nullptr, false);
    return inside.is_number() ? std::optional(inside.get<double>()) : std::nullopt;
}

// As apps in headsets write that an item is ticked.
constexpr std::string_view words_for_done[] = {"true", "yes", "done", "ok"};

bool truth_of(const Json& value) {
    if (const auto number = number_of(value)) return *number != 0;
    if (!value.is_string()) return false;
    const std::string text = platform::lower_ascii(value.get_ref<const std::string&>());
    return std::ranges::find(words_for_done, text) != std::end(words_for_done);
}

} // namespace

scenarios::Performance performance_of(const Training& training, const std::map<std::string, Tick>& ticks) {
    scenarios::Performance performance;
    const Json metrics = Json::parse(training.metrics, nullptr, false);
    if (metrics.is_object())
        for (const auto& [key, value] : metrics.items())
            if (const auto number = number_of(value)) performance.metrics[key] = *number;
    const Json checklist = Json::parse(training.checklist, nullptr, false);
    if (checklist.is_object())
        for (const auto& [key, value] : checklist.items())
            performance.checklist[key] = truth_of(value);
    for (const auto& [item, tick] : ticks)
        performance.checklist[item] = tick.done;
    if (training.recorded_ms)
        performance.time_s = static_cast<double>(*training.recorded_ms - training.begun_ms()) / 1000;
    performance.resolution = training.resolution;
    return performance;
}

Json json_of(const Training& training) {
    const auto time = [](const std::optional<std::int64_t>& ms) {
        return ms ? Json(platform::iso8601(*ms)) : Json();
    };
    return {{"run_id", training.run.id},
            {"device_id", training.run.device_id ? Json(*training.run.device_id) : Json()},
            {"person", people::json_of(training.run.person)},
            {"scenario", scenarios::json_of(training.scenario)},
            {"phase", platform::name_of(training.phase)},
            {"assigned_at", time(training.assigned_ms)},
            {"fetched_at", time(training.fetched_ms)},
            {"running_at", time(training.running_ms)},
            {"recorded_at", time(training.recorded_ms)},
            {"score", training.run.score ? Json(*training.run.score) : Json()},
            {"passed", training.passed}};
}

Json json_of(const Note& note) {
    return {{"id", note.id},
            {"person", people::json_of(note.by)},
            {"noted_at", platform::iso8601(note.at_ms)},
            {"text", note.text},
            {"has_picture", note.has_picture}};
}

Json json_of(const GivenScore& given) {
    return {{"score", given.score},
            {"reason", given.reason},
            {"person", people::json_of(given.by)},
            {"given_at", platform::iso8601(given.at_ms)}};
}

Json items_json(const Training& training, const scenarios::Content& content,
                const std::map<std::string, Tick>& ticks) {
    const auto checklist = performance_of(training, ticks).checklist;
    Json items = Json::array();
    for (const scenarios::ChecklistItem& item : content.checklist) {
        const auto done = checklist.find(item.key);
        const auto tick = ticks.find(item.key);
        const bool by_hand = tick != ticks.end();
        items.push_back({{"key", item.key},
                         {"title", item.title},
                         {"done", done == checklist.end() ? Json() : Json(done->second)},
                         {"ticked_by", by_hand ? people::json_of(tick->second.by) : Json()},
                         {"ticked_at", by_hand ? Json(platform::iso8601(tick->second.at_ms)) : Json()}});
    }
    return items;
}

} // namespace trainings
