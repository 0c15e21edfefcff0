#include "insights/insight_json.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "platform/text.h"

namespace insights {

namespace {

using Json = nlohmann::json;

// Shares with four digits: further digits are noise, and a fifth of the bytes.
Json share_json(const std::optional<double>& share) {
    return share ? Json(std::round(*share * 10'000) / 10'000) : Json();
}

template <class Value>
Json or_null(const std::optional<Value>& value) {
    return value ? Json(*value) : Json();
}

Json gaze_json(const runs::Rollup& rollup) {
    return {{"columns", runs::gaze_columns},
            {"rows", runs::gaze_rows},
            {"counts", rollup.gaze},
            {"total", rollup.gaze_total}};
}

// The longest first.
Json dwell_json(const runs::Totals& totals) {
    std::vector<std::pair<std::string, std::int64_t>> sorted(totals.begin(), totals.end());
    std::ranges::stable_sort(sorted, std::ranges::greater{}, [](const auto& entry) { return entry.second; });
    Json list = Json::array();
    for (const auto& [name, dwell_ms] : sorted)
        list.push_back({{"name", name}, {"dwell_ms", dwell_ms}});
    return list;
}

Json kinds_json(const runs::Totals& totals) {
    Json kinds = Json::object();
    for (const auto& [name, count] : totals)
        kinds[name] = count;
    return kinds;
}

// Cell, count, cell, count, ...
Json cells_json(const runs::Slice& slice) {
    Json cells = Json::array();
    for (const auto& [cell, count] : slice.cells) {
        cells.push_back(cell);
        cells.push_back(count);
    }
    return cells;
}

Json direction_json(const runs::Slice& slice) {
    const auto direction = slice.mean_direction();
    if (!direction) return {};
    const auto rounded = [](double value) { return std::round(value * 10) / 10; };
    return {{"yaw_deg", rounded(direction->yaw_deg)}, {"pitch_deg", rounded(direction->pitch_deg)}};
}

Json lesson_json(const Report& report) {
    return sessions::json_of(report.lesson);
}

Json target_json(const Report& report) {
    if (!report.target) return {};
    const Target& target = *report.target;
    if (!target.name.empty()) return {{"name", target.name}, {"direction", nullptr}, {"radius_deg", nullptr}};
    return {{"name", nullptr},
            {"direction", {{"yaw_deg", target.direction.yaw_deg}, {"pitch_deg", target.direction.pitch_deg}}},
            {"radius_deg", target.radius_deg}};
}

Json definitions_json() {
    Json all = Json::object();
    for (const auto& [name, text] : definitions())
        all[name] = text;
    return all;
}

Json reasons_json(const std::vector<Reason>& reasons) {
    Json list = Json::array();
    for (const Reason& reason : reasons)
        list.push_back({{"code", reason.code},
                        {"value", share_json(reason.value)},
                        {"of_class", share_json(reason.of_class)}});
    return list;
}

Json device_json(const StudentReport& student) {
    if (!student.device_id) return {};
    return {{"id", *student.device_id}, {"name", student.device_name}};
}

Json student_json(const StudentReport& student) {
    return {{"person", people::json_of(student.person)},
            {"device", device_json(student)},
            {"took_part", student.took_part()},
            {"run_ids", student.run_ids},
            {"attempts", student.attempts},
            {"completed", student.completed},
            {"progress", student.progress},
            {"score", or_null(student.score)},
            {"time_in_lesson_ms", student.time_in_lesson_ms},
            {"events", student.rollup.events},
            {"reported_events", or_null(student.rollup.reported_total)},
            {"missing_events", student.missing_events()},
            {"looks", student.measures.looks},
            {"interactions", student.measures.interactions},
            {"engagement", share_json(student.measures.engagement)},
            {"agreement", share_json(student.measures.agreement)},
            {"attention", share_json(student.measures.attention)},
            {"zones", dwell_json(student.rollup.zones)},
            {"targets", dwell_json(student.rollup.targets)},
            {"kinds", kinds_json(student.rollup.kinds)},
            {"gaze", gaze_json(student.rollup)},
            {"reasons", reasons_json(student.reasons)}};
}

Json medians_json(const ClassReport& of_class) {
    return {{"students", of_class.students},
            {"took_part", of_class.took_part},
            {"completed", of_class.completed},
            {"median",
             {{"time_in_lesson_ms", share_json(of_class.medians.time_in_lesson_ms)},
              {"engagement", share_json(of_class.medians.engagement)},
              {"agreement", share_json(of_class.medians.agreement)},
              {"attention", share_json(of_class.medians.attention)},
              {"score", share_json(of_class.medians.score)},
              {"interactions", share_json(of_class.median_interactions)}}}};
}

Json moment_json(const Moment& moment) {
    return {{"position_ms", moment.number * runs::slice_ms},
            {"students", moment.students},
            {"looks", moment.looks},
            {"interactions", moment.interactions},
            {"engagement", share_json(moment.engagement)},
            {"agreement", share_json(moment.agreement)},
            {"attention", share_json(moment.attention)}};
}

} // namespace

Json report_json(const Report& report) {
    Json students = Json::array(), timeline = Json::array(), funnel = Json::array(), first = Json::array();
    for (const StudentReport& student : report.students)
        students.push_back(student_json(student));
    for (const Moment& moment : timeline_of(report))
        timeline.push_back(moment_json(moment));
    for (const FunnelStep& step : report.funnel)
        funnel.push_back({{"step", step.name}, {"students", step.students}});
    for (const std::size_t index : report.look_first) {
        const StudentReport& student = report.students[index];
        first.push_back({{"person", people::json_of(student.person)},
                         {"device", device_json(student)},
                         {"reasons", reasons_json(student.reasons)}});
    }
    Json of_class = medians_json(report.of_class);
    of_class["zones"] = dwell_json(report.of_class.rollup.zones);
    of_class["targets"] = dwell_json(report.of_class.rollup.targets);
    of_class["kinds"] = kinds_json(report.of_class.rollup.kinds);
    of_class["gaze"] = gaze_json(report.of_class.rollup);
    return {{"lesson", lesson_json(report)},
            {"slice_ms", runs::slice_ms},
            {"target", target_json(report)},
            {"definitions", definitions_json()},
            {"students", students},
            {"class", of_class},
            {"funnel", funnel},
            {"timeline", timeline},
            {"look_first", first}};
}

Json debrief_json(const Report& report) {
    Json slices = Json::array(), students = Json::array();
    const std::vector<Moment> timeline = timeline_of(report);
    for (std::size_t i = 0; i < timeline.size(); ++i) {
        Json slice = moment_json(timeline[i]);
        slice["cells"] = cells_json(report.of_class.slices[i]);
        slices.push_back(std::move(slice));
    }
    for (const StudentReport& student : report.students) {
        if (!student.took_part()) continue;
        Json gaze = Json::array();
        for (const runs::Slice& everybody : report.of_class.slices) {
            const runs::Slice* const own = find_slice(student.slices, everybody.number);
            gaze.push_back(own ? direction_json(*own) : Json());
        }
        students.push_back({{"person", people::json_of(student.person)},
                            {"device", device_json(student)},
                            {"run_ids", student.run_ids},
                            {"gaze", std::move(gaze)}});
    }
    return {{"lesson", lesson_json(report)},   {"slice_ms", runs::slice_ms},
            {"columns", runs::gaze_columns},   {"rows", runs::gaze_rows},
            {"target", target_json(report)},   {"slices", std::move(slices)},
            {"students", std::move(students)}, {"definitions", definitions_json()}};
}

namespace {

Json slices_json(const Slices& slices) {
    Json list = Json::array();
    for (const runs::Slice& slice : slices)
        list.push_back({{"position_ms", slice.number * runs::slice_ms},
                        {"events", slice.events},
                        {"looks", slice.looks},
                        {"interactions", slice.interactions},
                        {"gaze", direction_json(slice)},
                        {"cells", cells_json(slice)},
                        {"targets", kinds_json(slice.targets)}});
    return list;
}

} // namespace

Json student_report_json(const Report& report, const StudentReport& student) {
    return {{"lesson", lesson_json(report)},         {"slice_ms", runs::slice_ms},
            {"target", target_json(report)},         {"definitions", definitions_json()},
            {"student", student_json(student)},      {"slices", slices_json(student.slices)},
            {"class", medians_json(report.of_class)}};
}

Json run_insights_json(const Result& result, const runs::Rollup& rollup, const Slices& slices) {
    return {{"result", json_of(result)},
            {"slice_ms", runs::slice_ms},
            {"missing_events", std::max<std::int64_t>(rollup.reported_total.value_or(0) - rollup.events, 0)},
            {"zones", dwell_json(rollup.zones)},
            {"targets", dwell_json(rollup.targets)},
            {"kinds", kinds_json(rollup.kinds)},
            {"gaze", gaze_json(rollup)},
            {"slices", slices_json(slices)}};
}

Json json_of(const Result& result) {
    const auto thing = [](const auto& id, const std::string& title) {
        return id ? Json{{"id", *id}, {"title", title}} : Json();
    };
    Json lesson = thing(result.lesson_id, result.lesson_title);
    if (!lesson.is_null()) lesson["kind"] = result.lesson_kind;
    return {{"run_id", result.id},
            {"origin", platform::name_of(result.origin)},
            {"session", thing(result.session_id, result.session_title)},
            {"lesson", std::move(lesson)},
            {"attempt", result.attempt},
            {"completed", result.completed},
            {"progress", result.progress},
            {"score", or_null(result.score)},
            {"time_in_lesson_ms", result.time_in_lesson_ms},
            {"events", result.events},
            {"reported_events", or_null(result.reported_events)},
            {"started_at", platform::iso8601(result.started_ms)},
            {"ended_at", result.ended_ms ? Json(platform::iso8601(*result.ended_ms)) : Json()}};
}

Json json_of(const ClassResults& results) {
    Json lessons = Json::array(), students = Json::array();
    for (const auto& lesson : results.lessons)
        lessons.push_back({{"id", lesson.id}, {"title", lesson.title}});
    for (const StudentResults& student : results.students) {
        Json done = Json::array();
        for (const LessonResult& lesson : student.lessons)
            done.push_back({{"lesson_id", lesson.lesson_id},
                            {"attempts", lesson.attempts},
                            {"completed", lesson.completed},
                            {"progress", lesson.progress},
                            {"best_score", or_null(lesson.best_score)},
                            {"last_score", or_null(lesson.last_score)},
                            {"time_in_lesson_ms", lesson.time_in_lesson_ms},
                            {"last_started_at", platform::iso8601(lesson.last_started_ms)}});
        students.push_back({{"person", people::json_of(student.person)}, {"lessons", std::move(done)}});
    }
    return {{"lessons", std::move(lessons)}, {"students", std::move(students)}};
}

} // namespace insights
