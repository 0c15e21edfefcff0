// Text and times in the form in which they cross the wire.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace platform {

bool is_utf8(std::string_view text);
std::size_t utf8_length(std::string_view text);                        // code points; `text` must be UTF-8
std::string first_characters(std::string_view text, std::size_t most); // code points; `text` must be UTF-8
std::string_view trimmed(std::string_view text);
std::string lower_ascii(std::string_view text);
std::string hex(std::string_view bytes);

// "2026-11-21T08:30:00.250Z", always with milliseconds.
std::string iso8601(std::int64_t ms);
// Accepts "Z" or an offset, and seconds with or without a fraction; nullopt for anything that is not a time.
std::optional<std::int64_t> parse_iso8601(std::string_view text);

std::optional<std::int64_t> parse_integer(std::string_view text); // the whole of it, or nothing

} // namespace platform
