// User names are unique on the whole box, so a person is found by it without knowing the school.
#pragma once

#include <optional>
#include <string_view>

#include "people/people.h"

namespace people {

std::optional<Person> by_username(const People& people, store::Read& read, std::string_view username);

} // namespace people
