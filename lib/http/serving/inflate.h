// Inflates gzip and zlib data, never beyond a limit: thirty kilobytes can hold thirty megabytes of blanks.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace http {

// nullopt when it would become longer than `most` bytes. Throws Error bad_request when it is not compressed data,
// or ends too early.
std::optional<std::string> inflate(std::string_view packed, std::size_t most);

} // namespace http
