#include "platform/text.h"

#include <charconv>
#include <chrono>
#include <cstdio>

namespace platform {
namespace {

// The number of bytes of the code point at the beginning of `text`. 0 when they are not UTF-8, which includes
// overlong forms, surrogates and anything beyond U+10FFFF: other programs would refuse to read those back.
std::size_t code_point_size(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
        return i < text.size() && byte(i) >= low && byte(i) <= high;
    };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const unsigned low = first == 0xe0 ? 0xa0 : 0x80;
        const unsigned high = first == 0xed ? 0x9f : 0xbf;
        return follows(1, low, high) && follows(2) ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const unsigned low = first == 0xf0 ? 0x90 : 0x80;
        const unsigned high = first == 0xf4 ? 0x8f : 0xbf;
        return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
    }
    return 0;
}

// Reads a text from the front. A reader returns false on a mismatch; after that the text is of no further
// use.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool at_end() const { return rest_.empty(); }
    bool next_is(char c) const { return !rest_.empty() && rest_.front() == c; }
    bool take(char c) {
        if (!next_is(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool take_digit(int& digit) {
        if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') return false;
        digit = rest_.front() - '0';
        rest_.remove_prefix(1);
        return true;
    }
    bool take_number(int digits, int& number) {
        number = 0;
        for (int digit = 0; digits > 0; --digits) {
            if (!take_digit(digit)) return false;
            number = number * 10 + digit;
        }
        return true;
    }

private:
    std::string_view rest_;
};

bool take_date(Reader& reader, std::chrono::sys_days& days) {
    int year = 0, month = 0, day = 0;
    if (!reader.take_number(4, year) || !reader.take('-') || !reader.take_number(2, month) ||
        !reader.take('-') || !reader.take_number(2, day)) {
        return false;
    }
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) return false;
    days = date;
    return true;
}

bool take_time(Reader& reader, std::int64_t& ms) {
    int hour = 0, minute = 0, second = 0;
    if (!reader.take_number(2, hour) || !reader.take(':') || !reader.take_number(2, minute) ||
        !reader.take(':') || !reader.take_number(2, second) || hour > 23 || minute > 59 || second > 59) {
        return false;
    }
    ms = ((hour * 60 + minute) * 60 + second) * std::int64_t{1000};
    if (!reader.take('.')) return true;
    int digit = 0;
    if (!reader.take_digit(digit)) return false;
    int weight = 100;
    do {
        ms += digit * weight;
        weight /= 10;
    } while (reader.take_digit(digit));
    return true;
}

bool take_zone(Reader& reader, std::int64_t& offset_ms) {
    offset_ms = 0;
    if (reader.take('Z') || reader.take('z')) return true;
    const bool west = reader.next_is('-');
    if (!reader.take('+') && !reader.take('-')) return false;
    int hours = 0, minutes = 0;
    if (!reader.take_number(2, hours)) return false;
    if (!reader.at_end()) {
        reader.take(':');
        if (!reader.take_number(2, minutes)) return false;
    }
    if (hours > 23 || minutes > 59) return false;
    offset_ms = (hours * 60 + minutes) * std::int64_t{60'000} * (west ? -1 : 1);
    return true;
}

} // namespace

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t size = code_point_size(text);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

std::size_t utf8_length(std::string_view text) {
    std::size_t length = 0;
    for (const char c : text) {
        if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) ++length;
    }
    return length;
}

std::string first_characters(std::string_view text, std::size_t most) {
    std::size_t end = 0;
    for (; end < text.size() && most > 0; --most)
        do
            ++end;
        while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80);
    return std::string(text.substr(0, end));
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n\f\v";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string lower_ascii(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lower;
}

std::string hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        text += digits[static_cast<unsigned char>(c) >> 4];
        text += digits[static_cast<unsigned char>(c) & 15];
    }
    return text;
}

std::string iso8601(std::int64_t ms) {
    using namespace std::chrono;
    const sys_time<milliseconds> time{milliseconds(ms)};
    const auto day = floor<days>(time);
    const year_month_day date{day};
    const hh_mm_ss clock{time - day};
    char text[48];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return text;
}

std::optional<std::int64_t> parse_iso8601(std::string_view text) {
    Reader reader(text);
    std::chrono::sys_days days;
    std::int64_t time_ms = 0;
    std::int64_t offset_ms = 0;
    if (!take_date(reader, days)) return std::nullopt;
    if (!reader.take('T') && !reader.take('t') && !reader.take(' ')) return std::nullopt;
    if (!take_time(reader, time_ms) || !take_zone(reader, offset_ms) || !reader.at_end()) return std::nullopt;
    return std::chrono::milliseconds(days.time_since_epoch()).count() + time_ms - offset_ms;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end) return std::nullopt;
    return value;
}

} // namespace platform
