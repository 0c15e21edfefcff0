#include "courses/course.h"

#include <nlohmann/json.hpp>
#include <set>

#include "platform/error.h"
#include "platform/text.h"

namespace courses {

namespace {

constexpr store::SqlText course_columns = R"sql(
    SELECT c.id, c.title, c.description, c.archived_ms,
           (SELECT count(*) FROM modules m WHERE m.course_id = c.id),
           (SELECT count(*) FROM module_lessons l JOIN modules m ON m.id = l.module_id
            WHERE m.course_id = c.id),
           c.created_ms
    FROM courses c WHERE c.organisation_id = ?1 )sql";

Course course_of(const store::Statement& rows) {
    Course course;
    rows.read(course.id, course.title, course.description, store::not_null(course.archived),
              course.module_count, course.lesson_count, course.created_ms);
    return course;
}

} // namespace

Course Courses::get(store::Read& read, OrganisationId organisation_id, CourseId id) const {
    static constexpr auto by_id = course_columns + "AND c.id = ?2";
    auto rows = read.query(by_id, organisation_id, id);
    if (!rows.step()) platform::throw_not_found("course");
    return course_of(rows);
}

store::Page<Course> Courses::list(store::Read& read, OrganisationId organisation_id,
                                  const store::PageRequest& page, bool archived) const {
    static constexpr auto newest_first = course_columns + R"sql(
        AND (c.archived_ms IS NOT NULL) = ?2 AND (?3 IS NULL OR c.id < ?3) ORDER BY c.id DESC LIMIT ?4)sql";
    auto rows = read.query(newest_first, organisation_id, archived, page.after, page.limit + 1);
    return store::read_page<Course>(std::move(rows), page, course_of);
}

std::vector<Module> Courses::modules(store::Read& read, OrganisationId organisation_id, CourseId id) const {
    get(read, organisation_id, id);
    std::vector<Module> modules;
    {
        auto rows = read.query("SELECT id, title FROM modules WHERE course_id = ? ORDER BY position", id);
        while (rows.step()) {
            Module& module = modules.emplace_back();
            rows.read(module.id, module.title);
        }
    }
    for (Module& module : modules) {
        std::vector<LessonId> ids;
        {
            auto rows = read.query(
                "SELECT lesson_id FROM module_lessons WHERE module_id = ? ORDER BY position", module.id);
            while (rows.step())
                ids.push_back(rows.values<LessonId>());
        }
        for (const LessonId lesson_id : ids)
            module.lessons.push_back(lessons_.get(read, organisation_id, lesson_id));
    }
    return modules;
}

Course Courses::add(store::Tx& tx, OrganisationId organisation_id, const std::string& title,
                    const std::string& description) {
    return get(
        tx, organisation_id,
        tx.insert<CourseId>(
            "INSERT INTO courses (organisation_id, title, description, created_ms) VALUES (?, ?, ?, ?)",
            organisation_id, title, description, tx.now_ms()));
}

Course Courses::change(store::Tx& tx, OrganisationId organisation_id, CourseId id,
                       const std::optional<std::string>& title,
                       const std::optional<std::string>& description) {
    tx.run(
        "UPDATE courses SET title = coalesce(?3, title), description = coalesce(?4, description)"
        " WHERE organisation_id = ?1 AND id = ?2",
        organisation_id, id, title, description);
    return get(tx, organisation_id, id);
}

void Courses::refuse_faulty(store::Read& read, OrganisationId organisation_id, CourseId id,
                            const std::vector<OutlineModule>& outline) const {
    std::set<ModuleId> known, seen;
    {
        auto rows = read.query("SELECT id FROM modules WHERE course_id = ?", id);
        while (rows.step())
            known.insert(rows.values<ModuleId>());
    }
    std::vector<platform::FieldError> faults;
    for (std::size_t i = 0; i < outline.size(); ++i) {
        const std::string module = "modules[" + std::to_string(i) + "].";
        if (outline[i].id && (!known.contains(*outline[i].id) || !seen.insert(*outline[i].id).second))
            faults.push_back({module + "id", "must be a module of this course, once"});
        if (platform::trimmed(outline[i].title).empty())
            faults.push_back({module + "title", "must not be empty"});
        std::set<LessonId> lessons;
        for (std::size_t j = 0; j < outline[i].lesson_ids.size(); ++j) {
            const LessonId lesson_id = outline[i].lesson_ids[j];
            const std::string field = module + "lesson_ids[" + std::to_string(j) + "]";
            if (!lessons_.find(read, organisation_id, lesson_id))
                faults.push_back({field, "must be a lesson of this organisation"});
            else if (!lessons.insert(lesson_id).second)
                faults.push_back({field, "must not come twice in a module"});
        }
    }
    if (!faults.empty()) throw platform::Error(std::move(faults));
}

Course Courses::save_outline(store::Tx& tx, OrganisationId organisation_id, CourseId id,
                             const std::vector<OutlineModule>& outline) {
    get(tx, organisation_id, id);
    refuse_faulty(tx, organisation_id, id, outline);
    // Positions are unique: move all old rows aside first, then delete those that stay aside.
    tx.run("DELETE FROM module_lessons WHERE module_id IN (SELECT id FROM modules WHERE course_id = ?)", id);
    tx.run("UPDATE modules SET position = -id WHERE course_id = ?", id);
    for (std::size_t i = 0; i < outline.size(); ++i) {
        const std::string title(platform::trimmed(outline[i].title));
        ModuleId module_id = outline[i].id.value_or(ModuleId());
        if (outline[i].id)
            tx.run("UPDATE modules SET position = ?, title = ? WHERE id = ?", i, title, module_id);
        else
            module_id = tx.insert<ModuleId>(
                "INSERT INTO modules (course_id, position, title) VALUES (?, ?, ?)", id, i, title);
        for (std::size_t j = 0; j < outline[i].lesson_ids.size(); ++j)
            tx.run("INSERT INTO module_lessons (module_id, position, lesson_id) VALUES (?, ?, ?)", module_id,
                   j, outline[i].lesson_ids[j]);
    }
    tx.run("DELETE FROM modules WHERE course_id = ? AND position < 0", id);
    return get(tx, organisation_id, id);
}

Course Courses::copy(store::Tx& tx, OrganisationId organisation_id, CourseId id,
                     const std::optional<std::string>& title) {
    const Course original = get(tx, organisation_id, id);
    const Course made = add(tx, organisation_id, title.value_or(original.title), original.description);
    std::vector<OutlineModule> outline;
    for (const Module& module : modules(tx, organisation_id, id)) {
        OutlineModule& copied = outline.emplace_back(OutlineModule{std::nullopt, module.title, {}});
        for (const Lesson& lesson : module.lessons)
            copied.lesson_ids.push_back(lesson.id);
    }
    return save_outline(tx, organisation_id, made.id, outline);
}

void Courses::archive(store::Tx& tx, OrganisationId organisation_id, CourseId id) {
    get(tx, organisation_id, id);
    tx.run("UPDATE courses SET archived_ms = ? WHERE organisation_id = ? AND id = ? AND archived_ms IS NULL",
           tx.now_ms(), organisation_id, id);
}

Course Courses::restore(store::Tx& tx, OrganisationId organisation_id, CourseId id) {
    tx.run("UPDATE courses SET archived_ms = NULL WHERE organisation_id = ? AND id = ?", organisation_id, id);
    return get(tx, organisation_id, id);
}

nlohmann::json json_of(const Course& course) {
    return {{"id", course.id},
            {"title", course.title},
            {"description", course.description},
            {"archived", course.archived},
            {"module_count", course.module_count},
            {"lesson_count", course.lesson_count},
            {"created_at", platform::iso8601(course.created_ms)}};
}

nlohmann::json json_of(const Module& module) {
    nlohmann::json lessons = nlohmann::json::array();
    for (const Lesson& lesson : module.lessons)
        lessons.push_back(json_of(lesson));
    return {{"id", module.id}, {"title", module.title}, {"lessons", lessons}};
}

} // namespace courses
