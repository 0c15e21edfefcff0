// Courses: modules in order, each with its lessons in order. A lesson may be in several courses: courses
// refer to lessons, and copying a course copies no lesson.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "courses/lesson.h"
#include "platform/ids.h"
#include "store/page.h"
#include "store/transaction.h"

namespace courses {

struct Course {
    CourseId id;
    std::string title, description;
    bool archived = false;
    std::int64_t module_count = 0, lesson_count = 0, created_ms = 0;
};

struct Module {
    ModuleId id;
    std::string title;
    std::vector<Lesson> lessons;
};

// A module of a course as an editor saves it; the modules come in order.
struct OutlineModule {
    std::optional<ModuleId> id; // absent: a new one
    std::string title;
    std::vector<LessonId> lesson_ids;
};

class Courses {
public:
    static constexpr std::size_t most_modules = 100, most_lessons = 200; // lessons of a module

    explicit Courses(const Lessons& lessons) : lessons_(lessons) {}

    Course get(store::Read& read, OrganisationId organisation_id, CourseId id) const; // Error not_found
    store::Page<Course> list(store::Read& read, OrganisationId organisation_id,
                             const store::PageRequest& page,
                             bool archived) const; // newest first
    std::vector<Module> modules(store::Read& read, OrganisationId organisation_id, CourseId id) const;

    Course add(store::Tx& tx, OrganisationId organisation_id, const std::string& title,
               const std::string& description);
    Course change(store::Tx& tx, OrganisationId organisation_id, CourseId id,
                  const std::optional<std::string>& title, const std::optional<std::string>& description);
    // Removes modules that the outline leaves out; their lessons stay. Error invalid names every fault.
    Course save_outline(store::Tx& tx, OrganisationId organisation_id, CourseId id,
                        const std::vector<OutlineModule>& outline);
    Course copy(store::Tx& tx, OrganisationId organisation_id, CourseId id,
                const std::optional<std::string>& title);
    // Takes it out of the lists; timetables keep it.
    void archive(store::Tx& tx, OrganisationId organisation_id, CourseId id);
    Course restore(store::Tx& tx, OrganisationId organisation_id, CourseId id);

private:
    void refuse_faulty(store::Read& read, OrganisationId organisation_id, CourseId id,
                       const std::vector<OutlineModule>& outline) const;
    const Lessons& lessons_;
};

nlohmann::json json_of(const Course& course);
nlohmann::json json_of(const Module& module);

} // namespace courses
