#include "people/rosters/usernames.h"

namespace people {

std::optional<Person> by_username(const People& people, store::Read& read, std::string_view username) {
    OrganisationId organisation_id;
    PersonId id;
    {
        auto rows = read.query("SELECT organisation_id, id FROM persons WHERE username = ?", username);
        if (!rows.step()) return std::nullopt;
        rows.read(organisation_id, id);
    }
    return people.find(read, organisation_id, id);
}

} // namespace people
