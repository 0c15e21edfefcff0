// An event that could not be kept, while its batch was.
#pragma once

#include <cstddef>
#include <string>

namespace runs {

struct RefusedEvent {
    std::size_t index = 0; // in the batch as it was sent
    std::string field;     // "": the event itself
    std::string message;   // what was expected
};

} // namespace runs
