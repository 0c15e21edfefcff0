#include "insights/results.h"

#include <algorithm>

#include "platform/error.h"

namespace insights {

namespace {

// Time in a lesson counts while the lesson plays in a session; a run outside any session lasted from its
// start to its end.
#define LECTERN_TIME_OF_RUN                                                                                  \
    "CASE WHEN r.session_id IS NULL THEN max(coalesce(r.ended_ms, u.last_ms, r.started_ms) - r.started_ms, " \
    "0) ELSE r.time_in_lesson_ms + CASE WHEN r.counting_from_ms IS NULL THEN 0"                              \
    " ELSE max(?2 - r.counting_from_ms, 0) END END"

#define LECTERN_RESULTS                                                                              \
    "SELECT r.id, r.origin, r.session_id, r.lesson_id, coalesce(s.title, ''),"                       \
    " coalesce((SELECT q.title FROM session_lessons q WHERE q.session_id = r.session_id"             \
    "  AND q.lesson_id = r.lesson_id ORDER BY q.position LIMIT 1), l.title, ''),"                    \
    " coalesce((SELECT q.kind FROM session_lessons q WHERE q.session_id = r.session_id"              \
    "  AND q.lesson_id = r.lesson_id ORDER BY q.position LIMIT 1), l.kind, ''),"                     \
    " CASE WHEN r.lesson_id IS NULL OR r.person_id IS NULL THEN 0 ELSE (SELECT count(*) FROM runs a" \
    "  WHERE a.person_id = r.person_id AND a.lesson_id = r.lesson_id AND a.id <= r.id) END,"         \
    " r.completed, r.progress, r.score, " LECTERN_TIME_OF_RUN                                        \
    ", coalesce(u.events, 0), u.reported, r.started_ms, r.ended_ms FROM runs r"                      \
    " LEFT JOIN sessions s ON s.id = r.session_id LEFT JOIN lessons l ON l.id = r.lesson_id"         \
    " LEFT JOIN run_rollups u ON u.run_id = r.id WHERE r.organisation_id = ?1 "

Result result_from(const store::Statement& rows) {
    Result result;
    result.id = rows.id<RunId>(0);
    result.origin = rows.string(1);
    result.session_id = rows.optional_id<SessionId>(2);
    result.lesson_id = rows.optional_id<LessonId>(3);
    result.session_title = rows.string(4);
    result.lesson_title = rows.string(5);
    result.lesson_kind = rows.string(6);
    result.attempt = rows.integer(7);
    result.completed = rows.boolean(8);
    result.progress = rows.real(9);
    result.score = rows.optional_real(10);
    result.time_in_lesson_ms = rows.integer(11);
    result.events = rows.integer(12);
    result.reported_events = rows.optional_integer(13);
    result.started_ms = rows.integer(14);
    result.ended_ms = rows.optional_integer(15);
    return result;
}

void name_lessons(store::Read& read, OrganisationId organisation_id, ClassId class_id,
                  ClassResults& results) {
    auto rows = read.query(
        "SELECT l.id, l.title FROM lessons l WHERE l.organisation_id = ?1 AND l.id IN (SELECT r.lesson_id"
        " FROM class_students c JOIN runs r ON r.person_id = c.person_id WHERE c.class_id = ?2)"
        " ORDER BY l.title, l.id",
        organisation_id, class_id);
    while (rows.step())
        results.lessons.push_back({rows.id<LessonId>(0), rows.string(1)});
}

} // namespace

store::Page<Result> history_of(store::Read& read, OrganisationId organisation_id, PersonId person_id,
                               const store::PageRequest& page) {
    auto rows = read.query(LECTERN_RESULTS
                           "AND r.person_id = ?3 AND (?4 IS NULL OR r.id < ?4)"
                           " ORDER BY r.id DESC LIMIT ?5",
                           organisation_id, read.now_ms(), person_id, page.after, page.limit + 1);
    return store::read_page<Result>(std::move(rows), page, result_from);
}

Result result_of(store::Read& read, OrganisationId organisation_id, RunId run_id) {
    auto rows = read.query(LECTERN_RESULTS "AND r.id = ?3", organisation_id, read.now_ms(), run_id);
    if (!rows.step()) platform::throw_not_found("run");
    return result_from(rows);
}

#undef LECTERN_RESULTS

ClassResults results_of_class(store::Read& read, OrganisationId organisation_id, ClassId class_id) {
    ClassResults results;
    name_lessons(read, organisation_id, class_id, results);
    auto rows = read.query(
        "WITH done AS (SELECT r.person_id, r.lesson_id, count(*) AS attempts, sum(" LECTERN_TIME_OF_RUN
        ") AS time_ms, max(r.completed) AS completed, max(r.progress) AS progress, max(r.score) AS score,"
        " max(r.id) AS last_id FROM class_students c JOIN runs r ON r.person_id = c.person_id"
        " LEFT JOIN run_rollups u ON u.run_id = r.id"
        " WHERE c.class_id = ?3 AND r.organisation_id = ?1 AND r.lesson_id IS NOT NULL"
        " GROUP BY r.person_id, r.lesson_id)"
        " SELECT p.id, p.nickname, d.lesson_id, d.attempts, d.time_ms, d.completed, d.progress, d.score,"
        " last.score, last.started_ms FROM class_students c"
        " JOIN persons p ON p.id = c.person_id AND p.organisation_id = ?1 AND p.active = 1"
        " LEFT JOIN done d ON d.person_id = p.id LEFT JOIN runs last ON last.id = d.last_id"
        " WHERE c.class_id = ?3 ORDER BY p.nickname, p.id, d.lesson_id",
        organisation_id, read.now_ms(), class_id);
    while (rows.step()) {
        const PersonId person_id = rows.id<PersonId>(0);
        if (results.students.empty() || results.students.back().person.id != person_id)
            results.students.push_back({{person_id, rows.string(1)}, {}});
        if (rows.is_null(2)) continue;
        LessonResult lesson;
        lesson.lesson_id = rows.id<LessonId>(2);
        lesson.attempts = rows.integer(3);
        lesson.time_in_lesson_ms = rows.integer(4);
        lesson.completed = rows.boolean(5);
        lesson.progress = rows.real(6);
        lesson.best_score = rows.optional_real(7);
        lesson.last_score = rows.optional_real(8);
        lesson.last_started_ms = rows.integer(9);
        results.students.back().lessons.push_back(lesson);
    }
    return results;
}

#undef LECTERN_TIME_OF_RUN

} // namespace insights
