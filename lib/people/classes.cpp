#include "people/classes.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "people/class_archive.h"
#include "platform/error.h"

namespace people {

namespace {

// The columns that class_of reads; students who are no longer active do not count.
constexpr store::SqlText class_columns = R"sql(
    SELECT c.id, c.organisation_id, c.name, t.id, t.nickname,
        (SELECT count(*) FROM class_students s JOIN persons p ON p.id = s.person_id AND p.active = 1
            WHERE s.class_id = c.id),
        c.created_ms
    FROM classes c JOIN persons t ON t.id = c.teacher_id WHERE c.organisation_id = ?1)sql";

Class class_of(const store::Statement& rows) {
    Class a_class;
    rows.read(a_class.id, a_class.organisation_id, a_class.name, a_class.teacher, a_class.student_count,
              a_class.created_ms);
    return a_class;
}

std::vector<Class> classes_of(store::Statement rows) {
    std::vector<Class> classes;
    while (rows.step())
        classes.push_back(class_of(rows));
    return classes;
}

void refuse_taken_name(store::Read& read, OrganisationId organisation_id, ClassId except_id,
                       const std::string& name) {
    if (read.integer("SELECT id FROM classes WHERE organisation_id = ? AND name = ? AND id <> ?"
                     " AND archived_ms IS NULL",
                     organisation_id, name, except_id))
        platform::throw_conflict("There is a class \"" + name + "\" already.");
}

void require_teacher(store::Read& read, OrganisationId organisation_id, PersonId person_id) {
    if (!read.integer("SELECT id FROM persons WHERE organisation_id = ? AND id = ? AND active = 1"
                      " AND role IN ('teacher', 'administrator')",
                      organisation_id, person_id))
        platform::throw_invalid("teacher_id", "must be a teacher of this organisation");
}

} // namespace

std::optional<Class> Classes::find(store::Read& read, OrganisationId organisation_id, ClassId id) const {
    static constexpr auto by_id = class_columns + " AND c.id = ?2 AND c.archived_ms IS NULL";
    auto rows = read.query(by_id, organisation_id, id);
    return rows.step() ? std::optional(class_of(rows)) : std::nullopt;
}

Class Classes::get(store::Read& read, OrganisationId organisation_id, ClassId id) const {
    auto found = find(read, organisation_id, id);
    if (!found) platform::throw_not_found("class");
    return *std::move(found);
}

store::Page<Class> Classes::list(store::Read& read, OrganisationId organisation_id,
                                 const store::PageRequest& page) const {
    static constexpr auto page_by_name = class_columns + R"sql(
        AND c.archived_ms IS NULL
        AND (?2 IS NULL OR (c.name, c.id) >
            (SELECT name, id FROM classes WHERE organisation_id = ?1 AND id = ?2))
        ORDER BY c.name, c.id LIMIT ?3)sql";
    auto rows = read.query(page_by_name, organisation_id, page.after, page.limit + 1);
    return store::read_page<Class>(std::move(rows), page, class_of);
}

store::Page<Class> removed_classes(store::Read& read, OrganisationId organisation_id,
                                   const store::PageRequest& page) {
    static constexpr auto removed = class_columns + R"sql(
        AND c.archived_ms IS NOT NULL AND (?2 IS NULL OR c.id < ?2) ORDER BY c.id DESC LIMIT ?3)sql";
    auto rows = read.query(removed, organisation_id, page.after, page.limit + 1);
    return store::read_page<Class>(std::move(rows), page, class_of);
}

std::vector<Class> Classes::of_teacher(store::Read& read, OrganisationId organisation_id,
                                       PersonId teacher_id) const {
    static constexpr auto by_teacher =
        class_columns + " AND c.teacher_id = ?2 AND c.archived_ms IS NULL ORDER BY c.name";
    return classes_of(read.query(by_teacher, organisation_id, teacher_id));
}

std::vector<Class> Classes::of_student(store::Read& read, OrganisationId organisation_id,
                                       PersonId person_id) const {
    static constexpr auto by_student = class_columns + R"sql(
        AND EXISTS (SELECT 1 FROM class_students s WHERE s.class_id = c.id AND s.person_id = ?2)
        AND c.archived_ms IS NULL ORDER BY c.name)sql";
    return classes_of(read.query(by_student, organisation_id, person_id));
}

std::vector<Person> Classes::students(store::Read& read, OrganisationId organisation_id,
                                      ClassId class_id) const {
    PeopleFilter filter;
    filter.class_id = class_id;
    return people_.list(read, organisation_id, filter, store::PageRequest{most_students, std::nullopt}).items;
}

Class Classes::add(store::Tx& tx, OrganisationId organisation_id, const std::string& name,
                   PersonId teacher_id) {
    require_teacher(tx, organisation_id, teacher_id);
    refuse_taken_name(tx, organisation_id, {}, name);
    ClassId id = tx.insert<ClassId>(
        "INSERT INTO classes (organisation_id, name, teacher_id, created_ms) VALUES (?, ?, ?, ?)",
        organisation_id, name, teacher_id, tx.now_ms());
    return get(tx, organisation_id, id);
}

Class Classes::change(store::Tx& tx, OrganisationId organisation_id, ClassId id,
                      const std::optional<std::string>& name, std::optional<PersonId> teacher_id) {
    get(tx, organisation_id, id);
    if (teacher_id) require_teacher(tx, organisation_id, *teacher_id);
    if (name) refuse_taken_name(tx, organisation_id, id, *name);
    tx.run(
        "UPDATE classes SET name = coalesce(?3, name), teacher_id = coalesce(?4, teacher_id)"
        " WHERE organisation_id = ?1 AND id = ?2",
        organisation_id, id, name, teacher_id);
    return get(tx, organisation_id, id);
}

void Classes::remove(store::Tx& tx, OrganisationId organisation_id, ClassId id) {
    get(tx, organisation_id, id);
    tx.run("UPDATE classes SET archived_ms = ?3 WHERE organisation_id = ?1 AND id = ?2", organisation_id, id,
           tx.now_ms());
}

Class restore_class(store::Tx& tx, const Classes& classes, OrganisationId organisation_id, ClassId id) {
    std::string name;
    {
        auto rows =
            tx.query("SELECT name FROM classes WHERE organisation_id = ? AND id = ?", organisation_id, id);
        if (!rows.step()) platform::throw_not_found("class");
        rows.read(name);
    }
    refuse_taken_name(tx, organisation_id, id, name);
    tx.run("UPDATE classes SET archived_ms = NULL WHERE organisation_id = ? AND id = ?", organisation_id, id);
    return classes.get(tx, organisation_id, id);
}

void Classes::add_student(store::Tx& tx, OrganisationId organisation_id, ClassId class_id,
                          PersonId person_id) {
    Class a_class = get(tx, organisation_id, class_id);
    Person person = people_.get(tx, organisation_id, person_id);
    if (person.role != platform::Role::student)
        platform::throw_conflict("\"" + person.nickname + "\" is not a student.");
    if (!person.active) platform::throw_conflict("\"" + person.nickname + "\" is no longer active.");
    if (a_class.student_count >= most_students)
        platform::throw_conflict("A class has at most " + std::to_string(most_students) + " students.");
    tx.run("INSERT INTO class_students (class_id, person_id) VALUES (?, ?) ON CONFLICT DO NOTHING", class_id,
           person_id);
}

void Classes::remove_student(store::Tx& tx, OrganisationId organisation_id, ClassId class_id,
                             PersonId person_id) {
    get(tx, organisation_id, class_id);
    if (tx.run("DELETE FROM class_students WHERE class_id = ? AND person_id = ?", class_id, person_id) == 0)
        platform::throw_not_found("student in this class");
}

nlohmann::json json_of(const Class& a_class) {
    return {{"id", a_class.id},
            {"name", a_class.name},
            {"teacher", json_of(a_class.teacher)},
            {"student_count", a_class.student_count}};
}

} // namespace people
