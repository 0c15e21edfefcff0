// Reads the values of another system's rows. CSV and SQL have nothing but text, SQLite has no truth values, and times
// come as text or as numbers: each of these takes whatever means the same.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace app::moving_in {

using Json = nlohmann::json;

// The value of a column; null where there is none.
const Json& value_of(const Json& row, std::string_view column);

std::string text_of(const Json& row, std::string_view column); // trimmed; "" for null
std::optional<std::int64_t> integer_of(const Json& row, std::string_view column);
std::optional<double> number_of(const Json& row, std::string_view column);
bool truth_of(const Json& row, std::string_view column); // false where there is none
// ISO 8601 with a blank or a T, with or without a zone (then it is UTC), or seconds or milliseconds since 1970.
std::optional<std::int64_t> time_ms_of(const Json& row, std::string_view column);
// An object or a list, also as text; null where it is neither.
Json json_of(const Json& row, std::string_view column);

// A UUID made of these words: the same every time.
std::string uuid_of(std::string_view words);

// "firstName" and "First Name" are "first_name".
std::string snake_case(std::string_view name);

} // namespace app::moving_in
