// Codes that people read aloud or copy by hand: setup, invitations, recovery.
#pragma once

#include <string>
#include <string_view>

#include "platform/random.h"

namespace people {

// Groups of four, "XXXX-XXXX" for two, from 31 letters and digits that are hard to mistake for one another:
// 20 bits a group.
std::string draw_readable_code(platform::Random& random, int groups);
// The form that is hashed and compared, from what somebody types: in any case, with or without dashes and
// spaces.
std::string plain_code(std::string_view code);

} // namespace people
