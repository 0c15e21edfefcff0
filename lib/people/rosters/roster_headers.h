// What schools call the columns of a roster, in the languages of the page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace people {

// For each column of a file the field that it holds: "nickname", "first_name", "last_name", "role", "class",
// "teacher", "pin", "username", "email", "external_id"; "" where nobody knows, or an earlier column holds that
// field. `columns` as platform::read_csv gives them: trimmed, lower case, "_" for a space.
std::vector<std::string_view> roster_fields(const std::vector<std::string>& columns);

} // namespace people
