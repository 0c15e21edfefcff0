#include "app/moving_in/values.h"

#include <charconv>
#include <cmath>

#include "platform/sha256.h"
#include "platform/text.h"

namespace app::moving_in {

namespace {

std::optional<double> number_in(const std::string& text) {
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, failure] = std::from_chars(text.data(), end, number);
    if (failure != std::errc() || stopped != end || !std::isfinite(number)) return std::nullopt;
    return number;
}

std::optional<std::int64_t> ms_of_number(double number) {
    constexpr double first_ms = 1e11,
                     last_ms = 253'402'300'800'000; // 1973 in milliseconds is 5138 in seconds
    const double ms = std::abs(number) < first_ms ? number * 1000 : number;
    if (ms < 0 || ms >= last_ms) return std::nullopt;
    return std::llround(ms);
}

// "2025-01-31 10:00:00+00" -> "2025-01-31T10:00:00+00:00"
std::string in_iso_form(std::string text) {
    constexpr std::size_t date = 10;
    if (text.size() > date && text[date] == ' ') text[date] = 'T';
    if (text.size() == date) return text + "T00:00:00Z";
    const std::size_t zone = text.find_first_of("+-Zz", date);
    if (zone == std::string::npos) return text + "Z";
    if ((text[zone] == '+' || text[zone] == '-') && text.size() == zone + 3) text += ":00";
    return text;
}

} // namespace

const Json& value_of(const Json& row, std::string_view column) {
    static const Json none;
    const auto found = row.find(std::string(column));
    return found == row.end() ? none : *found;
}

std::string text_of(const Json& row, std::string_view column) {
    const Json& value = value_of(row, column);
    if (value.is_null()) return "";
    if (value.is_string()) return std::string(platform::trimmed(value.get_ref<const std::string&>()));
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<double> number_of(const Json& row, std::string_view column) {
    const Json& value = value_of(row, column);
    if (value.is_number()) return value.get<double>();
    if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
    return value.is_string() ? number_in(text_of(row, column)) : std::nullopt;
}

std::optional<std::int64_t> integer_of(const Json& row, std::string_view column) {
    constexpr double exact = 9'007'199'254'740'992;
    const Json& value = value_of(row, column);
    if (value.is_number_integer()) return value.get<std::int64_t>();
    const auto number = number_of(row, column);
    if (!number || std::abs(*number) > exact) return std::nullopt;
    return std::llround(*number);
}

bool truth_of(const Json& row, std::string_view column) {
    const std::string text = platform::lower_ascii(text_of(row, column));
    return text == "true" || text == "t" || text == "1" || text == "yes" || text == "1.0";
}

std::optional<std::int64_t> time_ms_of(const Json& row, std::string_view column) {
    const std::string text = text_of(row, column);
    if (text.empty()) return std::nullopt;
    if (const auto number = number_in(text)) return ms_of_number(*number);
    return platform::parse_iso8601(in_iso_form(text));
}

Json json_of(const Json& row, std::string_view column) {
    const Json& value = value_of(row, column);
    if (value.is_structured()) return value;
    if (!value.is_string()) return nullptr;
    Json parsed = Json::parse(value.get_ref<const std::string&>(), nullptr, false);
    return parsed.is_structured() ? parsed : Json();
}

std::string uuid_of(std::string_view words) {
    platform::Sha256 hash;
    hash.add(words);
    std::string digits = hash.hex().substr(0, 32);
    digits[12] = '8'; // a UUID of no standard origin
    digits[16] = 'a';
    return digits.substr(0, 8) + "-" + digits.substr(8, 4) + "-" + digits.substr(12, 4) + "-" +
           digits.substr(16, 4) + "-" + digits.substr(20);
}

std::string snake_case(std::string_view name) {
    std::string snake;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        const bool upper = c >= 'A' && c <= 'Z';
        const bool after_lower = i > 0 && ((name[i - 1] >= 'a' && name[i - 1] <= 'z') ||
                                           (name[i - 1] >= '0' && name[i - 1] <= '9'));
        if (upper && after_lower) snake += '_';
        snake += c == ' ' || c == '-' ? '_' : upper ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return snake;
}

} // namespace app::moving_in
