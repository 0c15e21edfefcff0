// What a test gives its server so that a slow machine, or a sanitizer's build, changes nothing.
#pragma once

#include <chrono>

#include "http/wire/front_door.h"

namespace support {

// A test's client answers pings only while it reads, and what a test does meanwhile may take longer than the
// ten seconds that a client may be silent. A test about that limit sets its own.
inline void allow_silence(http::FrontDoorOptions& options) {
    if (options.silent_limit == http::FrontDoorOptions{}.silent_limit)
        options.silent_limit = std::chrono::minutes(10);
}

} // namespace support
