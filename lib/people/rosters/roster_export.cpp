#include "people/rosters/roster_export.h"

#include "platform/caller.h"
#include "platform/csv.h"
#include "platform/error.h"
#include "platform/text.h"
#include "platform/zip.h"

namespace people {

namespace {

using platform::csv_line;

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
    std::string text = csv_line({"propertyName", "value"}) + csv_line({"manifest.version", "1.0"}) +
                       csv_line({"oneroster.version", "1.1"});
    for (const char* there : {"academicSessions", "classes", "courses", "enrollments", "orgs", "users"})
        text += csv_line({std::string("file.") + there, "bulk"});
    for (const char* absent : {"categories", "classResources", "courseResources", "demographics", "lineItems",
                               "resources", "results"})
        text += csv_line({std::string("file.") + absent, "absent"});
    return text + csv_line({"source.systemName", "Lectern"}) + csv_line({"source.systemCode", "lectern"});
}

std::string orgs(store::Read& read, OrganisationId organisation_id) {
    std::string text = csv_line(
        {"sourcedId", "status", "dateLastModified", "name", "type", "identifier", "parentSourcedId"});
    auto rows = read.query("SELECT name FROM organisations WHERE id = ?", organisation_id);
    if (rows.step()) text += csv_line({school_id, "", "", rows.values<std::string>(), "school", "", ""});
    return text;
}

// A school year around today, because classes have to name one.
std::string terms(std::int64_t now_ms) {
    const std::string year = platform::iso8601(now_ms).substr(0, 4);
    return csv_line({"sourcedId", "status", "dateLastModified", "title", "type", "startDate", "endDate",
                     "parentSourcedId", "schoolYear"}) +
           csv_line({term_id, "", "", year, "schoolYear", year + "-01-01", year + "-12-31", "", year});
}

std::string users(store::Read& read, OrganisationId organisation_id) {
    std::string text =
        csv_line({"sourcedId", "status", "dateLastModified", "enabledUser", "orgSourcedIds", "role",
                  "username", "userIds", "givenName", "familyName", "middleName", "identifier", "email",
                  "sms", "phone", "agentSourcedIds", "grades", "password"});
    auto rows = read.query(
        "SELECT id, external_id, role, nickname, first_name, last_name, coalesce(email, '') FROM persons"
        " WHERE organisation_id = ? AND active = 1 AND role IN ('student', 'teacher') ORDER BY id",
        organisation_id);
    while (rows.step()) {
        const auto [id, external_id, role, nickname, first_name, last_name, email] =
            rows.values<PersonId, std::optional<std::string>, std::string, std::string, std::string,
                        std::string, std::string>();
        text += csv_line({user_id(external_id, id), "", "", "true", school_id, role, nickname, "", first_name,
                          last_name, "", "", email, "", "", "", "", ""});
    }
    return text;
}

std::string classes(store::Read& read, OrganisationId organisation_id, std::string& courses,
                    std::string& enrollments) {
    std::string text = csv_line({"sourcedId", "status", "dateLastModified", "title", "grades",
                                 "courseSourcedId", "classCode", "classType", "location", "schoolSourcedId",
                                 "termSourcedIds", "subjects", "subjectCodes", "periods"});
    courses = csv_line({"sourcedId", "status", "dateLastModified", "schoolYearSourcedId", "title",
                        "courseCode", "grades", "orgSourcedId", "subjects", "subjectCodes"});
    auto rows = read.query(
        "SELECT c.id, c.name, t.id, t.external_id, t.role FROM classes c JOIN persons t ON t.id = "
        "c.teacher_id"
        " WHERE c.organisation_id = ? AND c.archived_ms IS NULL ORDER BY c.id",
        organisation_id);
    while (rows.step()) {
        const auto [a_class, title, teacher_id, external_id, role] =
            rows.values<ClassId, std::string, PersonId, std::optional<std::string>, platform::Role>();
        const std::string id = class_id(a_class), course = "course-" + to_string(a_class);
        text +=
            csv_line({id, "", "", title, "", course, "", "scheduled", "", school_id, term_id, "", "", ""});
        courses += csv_line({course, "", "", term_id, title, "", "", school_id, "", ""});
        // An administrator who teaches is not among the users, because an import would leave them out.
        if (role == platform::Role::teacher)
            enrollments += csv_line({"teaches-" + id, "", "", id, school_id, user_id(external_id, teacher_id),
                                     "teacher", "true", "", ""});
    }
    return text;
}

std::string students_in_classes(store::Read& read, OrganisationId organisation_id) {
    std::string text;
    auto rows = read.query(
        "SELECT c.id, p.id, p.external_id FROM class_students s JOIN classes c ON c.id = s.class_id"
        " JOIN persons p ON p.id = s.person_id WHERE c.organisation_id = ? AND c.archived_ms IS NULL AND "
        "p.active = 1 ORDER BY c.id, "
        "p.id",
        organisation_id);
    while (rows.step()) {
        const auto [a_class, student_id, external_id] =
            rows.values<ClassId, PersonId, std::optional<std::string>>();
        text += csv_line({"in-" + to_string(a_class) + "-" + to_string(student_id), "", "", class_id(a_class),
                          school_id, user_id(external_id, student_id), "student", "false", "", ""});
    }
    return text;
}

} // namespace

std::string export_csv(store::Read& read, OrganisationId organisation_id) {
    std::string text = csv_line(
        {"nickname", "first_name", "last_name", "role", "class", "username", "email", "external_id"});
    auto rows = read.query(
        "SELECT p.nickname, p.first_name, p.last_name, p.role, coalesce((SELECT group_concat(c.name, '|')"
        " FROM class_students s JOIN classes c ON c.id = s.class_id AND c.archived_ms IS NULL WHERE "
        "s.person_id = p.id), ''),"
        " coalesce(p.username, ''), coalesce(p.email, ''), coalesce(p.external_id, '') FROM persons p"
        " WHERE p.organisation_id = ? AND p.active = 1 ORDER BY p.nickname",
        organisation_id);
    while (rows.step()) {
        std::vector<std::string> cells(8);
        rows.read(cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], cells[6], cells[7]);
        text += csv_line(cells);
    }
    return text;
}

std::string export_oneroster(store::Read& read, OrganisationId organisation_id) {
    std::string courses, enrollments = csv_line({"sourcedId", "status", "dateLastModified", "classSourcedId",
                                                 "schoolSourcedId", "userSourcedId", "role", "primary",
                                                 "beginDate", "endDate"});
    platform::ZipWriter zip(read.now_ms());
    zip.add("manifest.csv", manifest());
    zip.add("orgs.csv", orgs(read, organisation_id));
    zip.add("academicSessions.csv", terms(read.now_ms()));
    zip.add("users.csv", users(read, organisation_id));
    zip.add("classes.csv", classes(read, organisation_id, courses, enrollments));
    zip.add("courses.csv", courses);
    zip.add("enrollments.csv", enrollments + students_in_classes(read, organisation_id));
    return zip.finish();
}

} // namespace people
