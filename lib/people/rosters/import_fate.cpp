#include "people/rosters/import_fate.h"

#include <set>

#include "platform/text.h"

namespace people {

namespace {

using platform::Role;

RowFate fault(std::string reason) {
    return {Fate::error, std::move(reason), std::nullopt};
}

bool is_taken(store::Read& read, const std::string& name, PersonId except_id) {
    return read
        .integer("SELECT 1 FROM persons WHERE (username = ?1 OR email = ?1) AND id <> ?2", name, except_id)
        .has_value();
}

// The person that a row means: by external id, otherwise by nickname, unless the two are known to be
// different people.
std::optional<Person> match(store::Read& read, const People& people, OrganisationId organisation_id,
                            const RosterRow& row) {
    if (row.external_id) {
        const auto id =
            read.id<PersonId>("SELECT id FROM persons WHERE organisation_id = ? AND external_id = ?",
                              organisation_id, *row.external_id);
        if (id) return people.find(read, organisation_id, *id);
    }
    auto named = people.by_nickname(read, organisation_id, row.nickname);
    if (!named) return std::nullopt;
    if (row.external_id && named->external_id) return std::nullopt;
    // A nickname that we made up matches a person only when the name is the same.
    if (row.nickname_derived && (named->first_name != row.first_name || named->last_name != row.last_name))
        return std::nullopt;
    return named;
}

bool lacks_class(store::Read& read, OrganisationId organisation_id, PersonId person_id,
                 const RosterRow& row) {
    if (row.classes.empty()) return false;
    std::set<std::string> in;
    auto rows = read.query(
        "SELECT c.name FROM class_students s JOIN classes c ON c.id = s.class_id"
        " WHERE c.organisation_id = ? AND s.person_id = ? AND c.archived_ms IS NULL",
        organisation_id, person_id);
    while (rows.step())
        in.insert(platform::lower_ascii(rows.values<std::string_view>()));
    for (const std::string& name : row.classes)
        if (!in.contains(platform::lower_ascii(name))) return true;
    return false;
}

std::string changes(store::Read& read, OrganisationId organisation_id, const Person& person,
                    const RosterRow& row) {
    std::string fields;
    const auto note = [&fields](bool differs, const char* name) {
        if (differs) fields += (fields.empty() ? "" : ", ") + std::string(name);
    };
    note(row.nickname != person.nickname, "nickname");
    note(!row.first_name.empty() && row.first_name != person.first_name, "first_name");
    note(!row.last_name.empty() && row.last_name != person.last_name, "last_name");
    note(row.username && row.username != person.username, "username");
    note(row.email && row.email != person.email, "email");
    note(row.external_id && row.external_id != person.external_id, "external_id");
    note(lacks_class(read, organisation_id, person.id, row), "class");
    note(!person.active, "active again");
    return fields;
}

RowFate fate_of_known(store::Read& read, const People& people, OrganisationId organisation_id, RosterRow& row,
                      const Person& person, bool update) {
    if (row.nickname_derived) row.nickname = person.nickname;
    if (person.role == Role::administrator)
        return {Fate::skip, "is an administrator here, whom no import changes", person.id};
    if (person.role != row.role)
        return fault("is a " + std::string(platform::name_of(person.role)) + " here, and a " +
                     std::string(platform::name_of(row.role)) + " in the file");
    if (!update) return {Fate::skip, "is here already", person.id};
    const auto other = people.by_nickname(read, organisation_id, row.nickname);
    if (other && other->id != person.id) return fault("nickname is taken");
    if (row.username && is_taken(read, *row.username, person.id)) return fault("username is taken");
    if (row.email && is_taken(read, *row.email, person.id)) return fault("email is taken");
    const std::string changed = changes(read, organisation_id, person, row);
    return {changed.empty() ? Fate::unchanged : Fate::update, changed, person.id};
}

} // namespace

RowFate fate_of(store::Read& read, const People& people, OrganisationId organisation_id, RosterRow& row,
                bool update) {
    if (!row.reason.empty()) return {row.left_out ? Fate::skip : Fate::error, row.reason, std::nullopt};
    if (const auto person = match(read, people, organisation_id, row))
        return fate_of_known(read, people, organisation_id, row, *person, update);
    const auto is_known = [&](const std::string& nickname) {
        return people.by_nickname(read, organisation_id, nickname).has_value();
    };
    int number = 1;
    if (row.nickname_derived)
        row.nickname = free_nickname(row.nickname, is_known, number);
    else if (is_known(row.nickname))
        return fault("nickname is taken by somebody with another external_id");
    if (row.username && is_taken(read, *row.username, {})) return fault("username is taken");
    if (row.email && is_taken(read, *row.email, {})) return fault("email is taken");
    return {Fate::add, "", std::nullopt};
}

} // namespace people
