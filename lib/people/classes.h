// Classes: a teacher and students.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "people/people.h"
#include "platform/ids.h"
#include "store/page.h"
#include "store/transaction.h"

namespace people {

struct Class {
    ClassId id;
    OrganisationId organisation_id;
    std::string name;
    PersonReference teacher;
    std::int64_t student_count = 0, created_ms = 0;
};

class Classes {
public:
    static constexpr std::int64_t most_students = 1000;
    explicit Classes(const People& people) : people_(people) {}

    std::optional<Class> find(store::Read& read, OrganisationId organisation_id, ClassId id) const;
    Class get(store::Read& read, OrganisationId organisation_id, ClassId id) const; // Error not_found
    store::Page<Class> list(store::Read& read, OrganisationId organisation_id,
                            const store::PageRequest& page) const;
    std::vector<Class> of_teacher(store::Read& read, OrganisationId organisation_id,
                                  PersonId teacher_id) const;
    std::vector<Class> of_student(store::Read& read, OrganisationId organisation_id,
                                  PersonId person_id) const;
    std::vector<Person> students(store::Read& read, OrganisationId organisation_id,
                                 ClassId class_id) const; // active ones

    Class add(store::Tx& tx, OrganisationId organisation_id, const std::string& name, PersonId teacher_id);
    Class change(store::Tx& tx, OrganisationId organisation_id, ClassId id,
                 const std::optional<std::string>& name, std::optional<PersonId> teacher_id);
    void remove(store::Tx& tx, OrganisationId organisation_id, ClassId id);
    void add_student(store::Tx& tx, OrganisationId organisation_id, ClassId class_id, PersonId person_id);
    void remove_student(store::Tx& tx, OrganisationId organisation_id, ClassId class_id, PersonId person_id);

private:
    const People& people_;
};

nlohmann::json json_of(const Class& a_class);

} // namespace people
