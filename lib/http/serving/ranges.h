// Which bytes of a file a request asks for: Range, If-Range and If-Match (RFC 9110, sections 13.1 and 14).
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "http/serving/call.h"

namespace http {

enum class Wanted { whole, parts, nothing_there, another_version };

struct Selection {
    Wanted wanted = Wanted::whole;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> parts; // first and last byte
};

// `tag` is the file's ETag, "" when it has none.
Selection selection_of(const Call& call, std::string_view tag, std::uint64_t length);

} // namespace http
