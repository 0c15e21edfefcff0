#include "insights/results.h"

#include <utility>

#include "platform/error.h"

namespace insights {

namespace {

// Time in a lesson counts while the lesson plays in a session; a run outside any session lasted from its
// start to its end.
constexpr store::SqlText time_of_run = R"sql(
    (CASE WHEN r.session_id IS NULL
        THEN max(coalesce(r.ended_ms, u.last_ms, r.started_ms) - r.started_ms, 0)
        ELSE r.time_in_lesson_ms + CASE WHEN r.counting_from_ms IS NULL THEN 0
            ELSE max(?2 - r.counting_from_ms, 0) END END))sql";

constexpr auto result_columns = R"sql(
    SELECT r.id, r.origin, r.session_id, r.lesson_id, coalesce(s.title, ''),
        coalesce((SELECT q.title FROM session_lessons q WHERE q.session_id = r.session_id
            AND q.lesson_id = r.lesson_id ORDER BY q.position LIMIT 1), l.title, ''),
        coalesce((SELECT q.kind FROM session_lessons q WHERE q.session_id = r.session_id
            AND q.lesson_id = r.lesson_id ORDER BY q.position LIMIT 1), l.kind, ''),
        CASE WHEN r.lesson_id IS NULL OR r.person_id IS NULL THEN 0
            ELSE (SELECT count(*) FROM runs a WHERE a.person_id = r.person_id AND a.lesson_id = r.lesson_id
                AND a.id <= r.id) END,
        r.completed, r.progress, r.score, )sql" +
                                time_of_run + R"sql(,
        coalesce(u.events, 0), u.reported, r.started_ms, r.ended_ms
    FROM runs r LEFT JOIN sessions s ON s.id = r.session_id LEFT JOIN lessons l ON l.id = r.lesson_id
    LEFT JOIN run_rollups u ON u.run_id = r.id WHERE r.organisation_id = ?1)sql";

Result result_from(const store::Statement& rows) {
    Result result;
    rows.read(result.id, result.origin, result.session_id, result.lesson_id, result.session_title,
              result.lesson_title, result.lesson_kind, result.attempt, result.completed, result.progress,
              result.score, result.time_in_lesson_ms, result.events, result.reported_events,
              result.started_ms, result.ended_ms);
    return result;
}

void name_lessons(store::Read& read, OrganisationId organisation_id, ClassId class_id,
                  ClassResults& results) {
    auto rows = read.query(
        "SELECT l.id, l.title FROM lessons l WHERE l.organisation_id = ?1 AND l.id IN (SELECT r.lesson_id"
        " FROM class_students c JOIN runs r ON r.person_id = c.person_id WHERE c.class_id = ?2)"
        " ORDER BY l.title, l.id",
        organisation_id, class_id);
    while (rows.step()) {
        ClassResults::Lesson& lesson = results.lessons.emplace_back();
        rows.read(lesson.id, lesson.title);
    }
}

} // namespace

store::Page<Result> history_of(store::Read& read, OrganisationId organisation_id, PersonId person_id,
                               const store::PageRequest& page) {
    static constexpr auto page_newest_first = result_columns + R"sql(
        AND r.person_id = ?3 AND (?4 IS NULL OR r.id < ?4) ORDER BY r.id DESC LIMIT ?5)sql";
    auto rows =
        read.query(page_newest_first, organisation_id, read.now_ms(), person_id, page.after, page.limit + 1);
    return store::read_page<Result>(std::move(rows), page, result_from);
}

Result result_of(store::Read& read, OrganisationId organisation_id, RunId run_id) {
    static constexpr auto of_run = result_columns + " AND r.id = ?3";
    auto rows = read.query(of_run, organisation_id, read.now_ms(), run_id);
    if (!rows.step()) platform::throw_not_found("run");
    return result_from(rows);
}

ClassResults results_of_class(store::Read& read, OrganisationId organisation_id, ClassId class_id) {
    ClassResults results;
    name_lessons(read, organisation_id, class_id, results);
    static constexpr auto by_student_and_lesson = R"sql(
        SELECT p.id, p.nickname, d.lesson_id, d.attempts, d.time_ms, d.completed, d.progress, d.score,
            last.score, last.started_ms
        FROM class_students c
        JOIN persons p ON p.id = c.person_id AND p.organisation_id = ?1 AND p.active = 1
        LEFT JOIN (SELECT r.person_id, r.lesson_id, count(*) AS attempts, max(r.completed) AS completed,
                max(r.progress) AS progress, max(r.score) AS score, max(r.id) AS last_id, sum)sql" +
                                                  time_of_run + R"sql( AS time_ms
            FROM class_students c JOIN runs r ON r.person_id = c.person_id
            LEFT JOIN run_rollups u ON u.run_id = r.id
            WHERE c.class_id = ?3 AND r.organisation_id = ?1 AND r.lesson_id IS NOT NULL
            GROUP BY r.person_id, r.lesson_id) d ON d.person_id = p.id
        LEFT JOIN runs last ON last.id = d.last_id
        WHERE c.class_id = ?3 ORDER BY p.nickname, p.id, d.lesson_id)sql";
    auto rows = read.query(by_student_and_lesson, organisation_id, read.now_ms(), class_id);
    while (rows.step()) {
        people::PersonReference person;
        std::optional<LessonResult> lesson;
        rows.read(person, lesson);
        if (results.students.empty() || results.students.back().person.id != person.id)
            results.students.push_back({std::move(person), {}});
        if (lesson) results.students.back().lessons.push_back(*lesson);
    }
    return results;
}

} // namespace insights
