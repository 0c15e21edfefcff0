// Public ids: version 4 UUIDs in lower case. The store's own keys are integers; see schema.sql.
#pragma once

#include <string>
#include <string_view>

#include "platform/random.h"

namespace platform {

std::string random_uuid(Random& random);
bool is_uuid(std::string_view text);

} // namespace platform
