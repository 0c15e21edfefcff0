#include "people/rosters/usernames.h"

namespace people {

std::optional<Person> by_username(const People& people, store::Read& read, std::string_view username) {
    std::int64_t organisation_id = 0, id = 0;
    {
        auto rows = read.query("SELECT organisation_id, id FROM persons WHERE username = ?", username);
        if (!rows.step()) return std::nullopt;
        organisation_id = rows.integer(0);
        id = rows.integer(1);
    }
    return people.find(read, organisation_id, id);
}

} // namespace people
