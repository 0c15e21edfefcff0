// The report of a session: what each student did in a lesson, how that compares with the class, and what to
// look at first. It is made from rollups and slices alone, so it is as quick after an hour as after a minute,
// whatever else the box keeps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "insights/measures.h"
#include "people/people.h"
#include "platform/ids.h"
#include "runs/rollup.h"
#include "sessions/session.h"
#include "store/transaction.h"

namespace insights {

struct StudentReport {
    std::optional<people::PersonReference> person; // none: nobody has said who it was
    std::optional<DeviceId> device_id;             // the last one used
    std::string device_name;
    std::vector<RunId> run_ids; // empty: in the class, but was not there
    std::int64_t attempts = 0;
    bool completed = false;
    double progress = 0; // of the best attempt
    std::optional<double> score;
    std::int64_t time_in_lesson_ms = 0;
    runs::Rollup rollup;
    Slices slices;
    Measures measures;
    std::vector<Reason> reasons;

    bool took_part() const { return !run_ids.empty(); }
    std::int64_t missing_events() const;
};

struct ClassReport {
    std::int64_t students = 0, took_part = 0, completed = 0;
    Figures medians; // of those who took part
    std::optional<double> median_interactions;
    runs::Rollup rollup;
    Slices slices;
};

struct FunnelStep {
    std::string_view name;
    std::int64_t students = 0;
};

struct Report {
    const sessions::SessionLesson* lesson = nullptr; // null: the session has none, or this covers all of them
    std::optional<Target> target;
    std::vector<StudentReport> students; // by name
    ClassReport of_class;
    std::vector<FunnelStep> funnel;      // how many students got that far
    std::vector<std::size_t> look_first; // indexes into students
};

struct ReportWish {
    std::optional<LessonId> lesson_id; // none: the first lesson that was taught
    std::optional<Target> target;      // none: where the teacher last asked everybody to look
};

// Error not_found for a lesson that is not in the session. `session` outlives the report.
Report report_of(store::Read& read, const sessions::Session& session, const ReportWish& wish);

// One moment of the lesson, over the whole class.
struct Moment {
    std::int64_t number = 0, students = 0, looks = 0, interactions = 0;
    std::optional<double> engagement, agreement, attention;
};
std::vector<Moment> timeline_of(const Report& report);

} // namespace insights
