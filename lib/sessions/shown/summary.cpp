#include "sessions/shown/summary.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "runs/ingest.h"
#include "runs/run.h"

namespace sessions {

namespace {

using Json = nlohmann::json;

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
    for (const auto& [name, dwell_ms] : sorted) {
        list.push_back({{"name", name}, {"dwell_ms", dwell_ms}});
    }
    return list;
}

Json kinds_json(const runs::Totals& totals) {
    Json kinds = Json::object();
    for (const auto& [name, count] : totals) {
        kinds[name] = count;
    }
    return kinds;
}

Json json_of(const StudentSummary& student) {
    return {{"person", people::json_of(student.person)},
            {"device",
             student.device_id ? Json{{"id", *student.device_id}, {"name", student.device_name}} : Json()},
            {"run_ids", student.run_ids},
            {"time_in_lesson_ms", student.time_in_lesson_ms},
            {"events", student.rollup.events},
            {"gaze", gaze_json(student.rollup)},
            {"zones", dwell_json(student.rollup.zones)},
            {"targets", dwell_json(student.rollup.targets)},
            {"kinds", kinds_json(student.rollup.kinds)}};
}

// The runs of a session, one by one.
std::vector<StudentSummary> runs_of(store::Read& read, OrganisationId organisation_id, SessionId session_id) {
    auto rows = read.query(
        "SELECT r.id, p.id, p.nickname, d.id, d.name, r.time_in_lesson_ms"
        " + CASE WHEN r.counting_from_ms IS NULL THEN 0 ELSE max(?3 - r.counting_from_ms, 0) END"
        " FROM runs r LEFT JOIN persons p ON p.id = r.person_id LEFT JOIN devices d ON d.id = r.device_id"
        " WHERE r.session_id = ?2 AND r.organisation_id = ?1 ORDER BY r.id",
        organisation_id, session_id, read.now_ms());
    std::vector<StudentSummary> runs;
    while (rows.step()) {
        StudentSummary& run = runs.emplace_back();
        rows.read(run.run_ids.emplace_back(), run.person, run.device_id, run.device_name,
                  run.time_in_lesson_ms);
    }
    for (StudentSummary& run : runs) {
        run.rollup = runs::Ingest::rollup(read, organisation_id, run.run_ids.front());
    }
    return runs;
}

} // namespace

Summary summary_of(store::Read& read, OrganisationId organisation_id, SessionId session_id) {
    Summary summary;
    std::map<std::pair<PersonId, DeviceId>, std::size_t> place_of; // of a person, or of a headset without one
    for (StudentSummary& run : runs_of(read, organisation_id, session_id)) {
        summary.all.add(run.rollup);
        const std::pair key{run.person ? run.person->id : PersonId(),
                            run.person ? DeviceId() : run.device_id.value_or(DeviceId())};
        const auto [place, is_new] = place_of.try_emplace(key, summary.students.size());
        if (is_new) {
            summary.students.push_back(std::move(run));
            continue;
        }
        StudentSummary& student = summary.students[place->second];
        student.run_ids.push_back(run.run_ids.front());
        student.time_in_lesson_ms += run.time_in_lesson_ms;
        student.rollup.add(run.rollup);
        student.device_id = run.device_id; // the last one used
        student.device_name = run.device_name;
    }
    std::ranges::stable_sort(summary.students, {}, [](const StudentSummary& student) {
        return std::pair(!student.person, student.person ? student.person->nickname : student.device_name);
    });
    return summary;
}

Json json_of(const Summary& summary) {
    Json students = Json::array();
    for (const StudentSummary& student : summary.students) {
        students.push_back(json_of(student));
    }
    return {{"students", std::move(students)}, {"class_gaze", gaze_json(summary.all)}};
}

} // namespace sessions
