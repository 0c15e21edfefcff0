// PINs: 4 digits, with leading zeros.
#pragma once

#include <string>

#include "platform/random.h"

namespace people {

// Uniform over all of them.
std::string draw_pin(platform::Random& random);

} // namespace people
