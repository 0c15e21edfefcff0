#pragma once

#include <cstdint>
#include <string_view>

namespace platform {

// The version of this build, from git: "1.2.0", "1.2.0-3-g1a2b3c4", or "0.1.0+g1a2b3c4" before the first tag.
std::string_view version();

// When its source was committed, in seconds since 1970: the build is at most so old. 0 outside git.
std::int64_t built_s();

} // namespace platform
