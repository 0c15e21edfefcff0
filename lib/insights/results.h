// Results: how often a student did a lesson, how far they came, how well, and how long it took. Lessons keep
// the names under which they were taught.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "people/people.h"
#include "platform/ids.h"
#include "runs/run.h"
#include "store/page.h"
#include "store/transaction.h"

namespace insights {

struct Result { // of one run
    RunId id;   // the run's
    runs::Origin origin = runs::Origin::session;
    std::optional<SessionId> session_id;
    std::optional<LessonId> lesson_id;
    std::string session_title, lesson_title, lesson_kind;
    std::int64_t attempt = 0; // the student's first, second, ... at this lesson; 0 if it is not known
    bool completed = false;
    double progress = 0;
    std::optional<double> score;
    std::int64_t time_in_lesson_ms = 0, events = 0;
    std::optional<std::int64_t> reported_events;
    std::int64_t started_ms = 0;
    std::optional<std::int64_t> ended_ms;
};

// One student's, newest first.
store::Page<Result> history_of(store::Read& read, OrganisationId organisation_id, PersonId person_id,
                               const store::PageRequest& page);
// One run's. The caller has checked that the run is the organisation's.
Result result_of(store::Read& read, OrganisationId organisation_id, RunId run_id);

struct LessonResult { // of one student at one lesson, all attempts together
    LessonId lesson_id;
    std::int64_t attempts = 0, time_in_lesson_ms = 0, last_started_ms = 0;
    bool completed = false;
    double progress = 0; // of the best attempt
    std::optional<double> best_score, last_score;
};
inline auto columns_of(LessonResult& result) {
    return std::tie(result.lesson_id, result.attempts, result.time_in_lesson_ms, result.completed,
                    result.progress, result.best_score, result.last_score, result.last_started_ms);
}
struct StudentResults {
    people::PersonReference person;
    std::vector<LessonResult> lessons; // that the student has done
};
struct ClassResults {
    struct Lesson {
        LessonId id;
        std::string title;
    };
    std::vector<Lesson> lessons;          // that anybody of the class has done
    std::vector<StudentResults> students; // by nickname
};
// The caller has checked that the class is the organisation's.
ClassResults results_of_class(store::Read& read, OrganisationId organisation_id, ClassId class_id);

} // namespace insights
