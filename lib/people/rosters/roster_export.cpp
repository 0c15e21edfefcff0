#include "people/rosters/roster_export.h"

#include <nlohmann/json.hpp>

#include "people/rosters/roster.h"
#include "platform/caller.h"
#include "platform/csv.h"
#include "platform/error.h"
#include "platform/text.h"
#include "platform/zip.h"

namespace people {

namespace {

using platform::CsvWriter;

// A person without a roster's id gets one that stays the same.
std::string user_id(const std::optional<std::string>& external_id, PersonId id) {
    return external_id.value_or("lectern-" + to_string(id));
}

std::string class_id(ClassId id) {
    return "class-" + to_string(id);
}

constexpr const char* school_id = "school-1";
constexpr const char* term_id = "term-1";

std::string manifest() {
    CsvWriter table({"propertyName", "value"});
    table.row({"manifest.version", "1.0"});
    table.row({"oneroster.version", "1.1"});
    for (const char* there : {"academicSessions", "classes", "courses", "enrollments", "orgs", "users"})
        table.row({std::string("file.") + there, "bulk"});
    for (const char* absent : {"categories", "classResources", "courseResources", "demographics", "lineItems",
                               "resources", "results"})
        table.row({std::string("file.") + absent, "absent"});
    table.row({"source.systemName", "Lectern"});
    table.row({"source.systemCode", "lectern"});
    return table.take();
}

std::string orgs(store::Read& read, OrganisationId organisation_id) {
    CsvWriter table(
        {"sourcedId", "status", "dateLastModified", "name", "type", "identifier", "parentSourcedId"});
    auto rows = read.query("SELECT name FROM organisations WHERE id = ?", organisation_id);
    if (rows.step()) table.row({school_id, "", "", rows.values<std::string_view>(), "school", "", ""});
    return table.take();
}

// A school year around today, because classes have to name one.
std::string terms(std::int64_t now_ms) {
    const std::string year = platform::iso8601(now_ms).substr(0, 4);
    CsvWriter table({"sourcedId", "status", "dateLastModified", "title", "type", "startDate", "endDate",
                     "parentSourcedId", "schoolYear"});
    table.row({term_id, "", "", year, "schoolYear", year + "-01-01", year + "-12-31", "", year});
    return table.take();
}

std::string users(store::Read& read, OrganisationId organisation_id) {
    CsvWriter table({"sourcedId", "status", "dateLastModified", "enabledUser", "orgSourcedIds", "role",
                     "username", "userIds", "givenName", "familyName", "middleName", "identifier", "email",
                     "sms", "phone", "agentSourcedIds", "grades", "password"});
    auto rows = read.query(
        "SELECT id, external_id, role, nickname, first_name, last_name, coalesce(email, '') FROM persons"
        " WHERE organisation_id = ? AND active = 1 AND role IN ('student', 'teacher') ORDER BY id",
        organisation_id);
    while (rows.step()) {
        const auto [id, external_id, role, nickname, first_name, last_name, email] =
            rows.values<PersonId, std::optional<std::string>, std::string_view, std::string_view,
                        std::string_view, std::string_view, std::string_view>();
        table.row({user_id(external_id, id), "", "", "true", school_id, role, nickname, "", first_name,
                   last_name, "", "", email, "", "", "", "", ""});
    }
    return table.take();
}

struct ClassTables {
    CsvWriter classes{{"sourcedId", "status", "dateLastModified", "title", "grades", "courseSourcedId",
                       "classCode", "classType", "location", "schoolSourcedId", "termSourcedIds", "subjects",
                       "subjectCodes", "periods"}};
    CsvWriter courses{{"sourcedId", "status", "dateLastModified", "schoolYearSourcedId", "title",
                       "courseCode", "grades", "orgSourcedId", "subjects", "subjectCodes"}};
    CsvWriter enrollments{{"sourcedId", "status", "dateLastModified", "classSourcedId", "schoolSourcedId",
                           "userSourcedId", "role", "primary", "beginDate", "endDate"}};
};

void add_classes(store::Read& read, OrganisationId organisation_id, ClassTables& tables) {
    auto rows = read.query(
        "SELECT c.id, c.name, t.id, t.external_id, t.role FROM classes c JOIN persons t ON t.id = "
        "c.teacher_id"
        " WHERE c.organisation_id = ? AND c.archived_ms IS NULL ORDER BY c.id",
        organisation_id);
    while (rows.step()) {
        const auto [a_class, title, teacher_id, external_id, role] =
            rows.values<ClassId, std::string_view, PersonId, std::optional<std::string>, platform::Role>();
        const std::string id = class_id(a_class), course = "course-" + to_string(a_class);
        tables.classes.row(
            {id, "", "", title, "", course, "", "scheduled", "", school_id, term_id, "", "", ""});
        tables.courses.row({course, "", "", term_id, title, "", "", school_id, "", ""});
        // An administrator who teaches is not among the users, because an import would leave them out.
        if (role == platform::Role::teacher)
            tables.enrollments.row({"teaches-" + id, "", "", id, school_id, user_id(external_id, teacher_id),
                                    "teacher", "true", "", ""});
    }
}

void add_students(store::Read& read, OrganisationId organisation_id, CsvWriter& enrollments) {
    auto rows = read.query(
        "SELECT c.id, p.id, p.external_id FROM class_students s JOIN classes c ON c.id = s.class_id"
        " JOIN persons p ON p.id = s.person_id WHERE c.organisation_id = ? AND c.archived_ms IS NULL AND "
        "p.active = 1 ORDER BY c.id, "
        "p.id",
        organisation_id);
    while (rows.step()) {
        const auto [a_class, student_id, external_id] =
            rows.values<ClassId, PersonId, std::optional<std::string>>();
        enrollments.row({"in-" + to_string(a_class) + "-" + to_string(student_id), "", "", class_id(a_class),
                         school_id, user_id(external_id, student_id), "student", "false", "", ""});
    }
}

} // namespace

std::string export_csv(store::Read& read, OrganisationId organisation_id) {
    CsvWriter table(
        {"nickname", "first_name", "last_name", "role", "class", "username", "email", "external_id"},
        CsvWriter::Mark::utf8);
    auto rows = read.query(
        "SELECT p.nickname, p.first_name, p.last_name, p.role, (SELECT json_group_array(c.name)"
        " FROM class_students s JOIN classes c ON c.id = s.class_id AND c.archived_ms IS NULL WHERE "
        "s.person_id = p.id),"
        " coalesce(p.username, ''), coalesce(p.email, ''), coalesce(p.external_id, '') FROM persons p"
        " WHERE p.organisation_id = ? AND p.active = 1 ORDER BY p.nickname",
        organisation_id);
    while (rows.step()) {
        std::string_view nickname, first_name, last_name, role, classes, username, email, external_id;
        rows.read(nickname, first_name, last_name, role, classes, username, email, external_id);
        table.row({nickname, first_name, last_name, role,
                   class_cell(nlohmann::json::parse(classes).get<std::vector<std::string>>()), username,
                   email, external_id});
    }
    return table.take();
}

std::string export_oneroster(store::Read& read, OrganisationId organisation_id) {
    ClassTables tables;
    add_classes(read, organisation_id, tables);
    add_students(read, organisation_id, tables.enrollments);
    platform::ZipWriter zip(read.now_ms());
    zip.add("manifest.csv", manifest());
    zip.add("orgs.csv", orgs(read, organisation_id));
    zip.add("academicSessions.csv", terms(read.now_ms()));
    zip.add("users.csv", users(read, organisation_id));
    zip.add("classes.csv", tables.classes.take());
    zip.add("courses.csv", tables.courses.take());
    zip.add("enrollments.csv", tables.enrollments.take());
    return zip.finish();
}

} // namespace people
