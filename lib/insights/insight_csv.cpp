// Every picture in a report also has its data as a table.
#include "insights/insight_json.h"
#include "platform/csv.h"
#include "platform/error.h"
#include "platform/text.h"

namespace insights {

namespace {

// These are for spreadsheets.
class Csv : public platform::CsvWriter {
public:
    explicit Csv(std::initializer_list<std::string_view> head) : CsvWriter(head, Mark::utf8) {}
};

std::string_view name_of(const StudentReport& student) {
    return student.person ? std::string_view(student.person->nickname) : std::string_view();
}

double seconds(std::int64_t ms) {
    return static_cast<double>(ms) / 1000;
}

std::optional<double> as_real(const std::optional<std::int64_t>& number) {
    return number ? std::optional(static_cast<double>(*number)) : std::nullopt;
}

std::string students_csv(const Report& report) {
    Csv csv({"student", "headset", "took_part", "attempts", "completed", "progress", "score",
             "time_in_lesson_s", "events", "reported_events", "missing_events", "looks", "interactions",
             "engagement", "agreement", "attention", "reasons"});
    for (const StudentReport& student : report.students) {
        std::string reasons;
        for (const Reason& reason : student.reasons)
            reasons.append(reasons.empty() ? "" : " ").append(reason.code);
        csv.cell(name_of(student)).cell(std::string_view(student.device_name)).yes_or_no(student.took_part());
        csv.cell(student.attempts)
            .yes_or_no(student.completed)
            .cell(student.progress, 3)
            .cell(student.score, 2);
        csv.cell(seconds(student.time_in_lesson_ms), 1).cell(student.rollup.events);
        csv.cell(as_real(student.rollup.reported_total), 0).cell(student.missing_events());
        csv.cell(student.measures.looks).cell(student.measures.interactions);
        csv.cell(student.measures.engagement, 4).cell(student.measures.agreement, 4);
        csv.cell(student.measures.attention, 4).cell(std::string_view(reasons)).end();
    }
    return csv.take();
}

std::string dwell_csv(const Report& report, std::string_view what, runs::Totals runs::Rollup::*totals) {
    Csv csv({"student", "headset", what, "dwell_s"});
    for (const StudentReport& student : report.students)
        for (const auto& [name, dwell_ms] : student.rollup.*totals)
            csv.cell(name_of(student))
                .cell(std::string_view(student.device_name))
                .cell(std::string_view(name))
                .cell(seconds(dwell_ms), 3)
                .end();
    return csv.take();
}

// Names a cell by the direction of its middle.
void direction_cells(Csv& csv, std::size_t cell) {
    const runs::Direction middle = runs::gaze_middle(cell);
    csv.cell(middle.yaw_deg, 0).cell(middle.pitch_deg, 0);
}

std::string gaze_csv(const Report& report) {
    Csv csv({"student", "headset", "yaw_deg", "pitch_deg", "looks"});
    for (const StudentReport& student : report.students) {
        for (std::size_t cell = 0; cell < student.rollup.gaze.size(); ++cell) {
            if (student.rollup.gaze[cell] == 0) continue;
            csv.cell(name_of(student)).cell(std::string_view(student.device_name));
            direction_cells(csv, cell);
            csv.cell(std::int64_t{student.rollup.gaze[cell]}).end();
        }
    }
    return csv.take();
}

std::string timeline_csv(const Report& report) {
    Csv csv({"position_s", "students", "looks", "interactions", "engagement", "agreement", "attention"});
    for (const Moment& moment : timeline_of(report))
        csv.cell(seconds(moment.number * runs::slice_ms), 0)
            .cell(moment.students)
            .cell(moment.looks)
            .cell(moment.interactions)
            .cell(moment.engagement, 4)
            .cell(moment.agreement, 4)
            .cell(moment.attention, 4)
            .end();
    return csv.take();
}

void slice_cells(Csv& csv, const runs::Slice& slice) {
    const auto direction = slice.mean_direction();
    csv.cell(seconds(slice.number * runs::slice_ms), 0);
    csv.cell(direction ? std::optional(direction->yaw_deg) : std::nullopt, 1);
    csv.cell(direction ? std::optional(direction->pitch_deg) : std::nullopt, 1);
    csv.cell(slice.looks).cell(slice.interactions).end();
}

std::string moments_csv(const Report& report) {
    Csv csv({"student", "headset", "position_s", "yaw_deg", "pitch_deg", "looks", "interactions"});
    for (const StudentReport& student : report.students)
        for (const runs::Slice& slice : student.slices) {
            csv.cell(name_of(student)).cell(std::string_view(student.device_name));
            slice_cells(csv, slice);
        }
    return csv.take();
}

std::string funnel_csv(const Report& report) {
    Csv csv({"step", "students"});
    for (const FunnelStep& step : report.funnel)
        csv.cell(step.name).cell(step.students).end();
    return csv.take();
}

// ---- of one run ----

std::string dwell_csv(std::string_view what, const runs::Totals& totals) {
    Csv csv({what, "dwell_s"});
    for (const auto& [name, dwell_ms] : totals)
        csv.cell(std::string_view(name)).cell(seconds(dwell_ms), 3).end();
    return csv.take();
}

std::string gaze_csv(const runs::Rollup& rollup) {
    Csv csv({"yaw_deg", "pitch_deg", "looks"});
    for (std::size_t cell = 0; cell < rollup.gaze.size(); ++cell) {
        if (rollup.gaze[cell] == 0) continue;
        direction_cells(csv, cell);
        csv.cell(std::int64_t{rollup.gaze[cell]}).end();
    }
    return csv.take();
}

std::string moments_csv(const Slices& slices) {
    Csv csv({"position_s", "yaw_deg", "pitch_deg", "looks", "interactions"});
    for (const runs::Slice& slice : slices)
        slice_cells(csv, slice);
    return csv.take();
}

} // namespace

std::string report_csv(const Report& report, Table table) {
    switch (table) {
        case Table::students:
            return students_csv(report);
        case Table::zones:
            return dwell_csv(report, "zone", &runs::Rollup::zones);
        case Table::targets:
            return dwell_csv(report, "target", &runs::Rollup::targets);
        case Table::gaze:
            return gaze_csv(report);
        case Table::timeline:
            return timeline_csv(report);
        case Table::moments:
            return moments_csv(report);
        case Table::funnel:
            return funnel_csv(report);
    }
    return {};
}

std::string run_csv(const runs::Rollup& rollup, const Slices& slices, Table table) {
    switch (table) {
        case Table::zones:
            return dwell_csv("zone", rollup.zones);
        case Table::targets:
            return dwell_csv("target", rollup.targets);
        case Table::gaze:
            return gaze_csv(rollup);
        case Table::moments:
            return moments_csv(slices);
        case Table::students:
        case Table::timeline:
        case Table::funnel:
            break;
    }
    platform::throw_not_found("table");
}

std::string history_csv(const std::vector<Result>& history) {
    Csv csv({"started_at", "ended_at", "session", "lesson", "attempt", "completed", "progress", "score",
             "time_in_lesson_s", "events"});
    for (const Result& result : history)
        csv.cell(std::string_view(platform::iso8601(result.started_ms)))
            .cell(std::string_view(result.ended_ms ? platform::iso8601(*result.ended_ms) : ""))
            .cell(std::string_view(result.session_title))
            .cell(std::string_view(result.lesson_title))
            .cell(result.attempt)
            .yes_or_no(result.completed)
            .cell(result.progress, 3)
            .cell(result.score, 2)
            .cell(seconds(result.time_in_lesson_ms), 1)
            .cell(result.events)
            .end();
    return csv.take();
}

std::string class_csv(const ClassResults& results) {
    Csv csv({"student", "lesson", "attempts", "completed", "progress", "best_score", "last_score",
             "time_in_lesson_s", "last_started_at"});
    for (const StudentResults& student : results.students) {
        for (const LessonResult& result : student.lessons) {
            std::string_view title;
            for (const auto& lesson : results.lessons)
                if (lesson.id == result.lesson_id) title = lesson.title;
            csv.cell(std::string_view(student.person.nickname)).cell(title).cell(result.attempts);
            csv.yes_or_no(result.completed).cell(result.progress, 3);
            csv.cell(result.best_score, 2).cell(result.last_score, 2);
            csv.cell(seconds(result.time_in_lesson_ms), 1);
            csv.cell(std::string_view(platform::iso8601(result.last_started_ms))).end();
        }
    }
    return csv.take();
}

} // namespace insights
