#include "platform/plain_name.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "platform/text.h"

namespace platform {

namespace {

constexpr char32_t non_joiner = 0x200c, joiner = 0x200d;

std::vector<char32_t> characters_of(std::string_view text) {
    std::vector<char32_t> characters;
    for (std::size_t at = 0; at < text.size();) {
        const auto first = static_cast<unsigned char>(text[at]);
        const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
        char32_t character = length == 1 ? first : first & (0x7fu >> length);
        for (std::size_t i = 1; i < length; ++i)
            character = character << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3fu);
        characters.push_back(character);
        at += length;
    }
    return characters;
}

void append(std::string& text, char32_t character) {
    const auto byte = [&text](char32_t value) {
        text += static_cast<char>(static_cast<unsigned char>(value));
    };
    if (character < 0x80) {
        byte(character);
    } else if (character < 0x800) {
        byte(0xc0 | character >> 6);
        byte(0x80 | (character & 0x3f));
    } else if (character < 0x10000) {
        byte(0xe0 | character >> 12);
        byte(0x80 | (character >> 6 & 0x3f));
        byte(0x80 | (character & 0x3f));
    } else {
        byte(0xf0 | character >> 18);
        byte(0x80 | (character >> 12 & 0x3f));
        byte(0x80 | (character >> 6 & 0x3f));
        byte(0x80 | (character & 0x3f));
    }
}

bool is_blank(char32_t c) {
    return c == ' ' || c == '\t' || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f ||
           c == 0x205f || c == 0x3000;
}

bool is_joiner(char32_t c) {
    return c == non_joiner || c == joiner;
}

// Soft hyphens, zero-width spaces, marks of direction, variation selectors, byte order marks.
bool is_unseen(char32_t c) {
    return c == 0xad || c == 0x34f || c == 0x61c || c == 0x180e || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || (c >= 0xfe00 && c <= 0xfe0f) ||
           c == 0xfeff;
}

// The syllables of Korean follow a rule, so no table has them.
std::optional<char32_t> syllable(char32_t first, char32_t second) {
    constexpr char32_t base = 0xac00, leads = 0x1100, vowels = 0x1161, tails = 0x11a7;
    constexpr char32_t lead_count = 19, vowel_count = 21, tail_count = 28;
    if (first >= leads && first < leads + lead_count && second >= vowels && second < vowels + vowel_count)
        return base + ((first - leads) * vowel_count + (second - vowels)) * tail_count;
    const bool is_open = first >= base && first < base + lead_count * vowel_count * tail_count &&
                         (first - base) % tail_count == 0;
    if (is_open && second > tails && second < tails + tail_count) return first + (second - tails);
    return std::nullopt;
}

std::optional<char32_t> together(char32_t letter, char32_t mark) {
    if (const auto korean = syllable(letter, mark)) return korean;
    const auto before = [](const Composition& one, const std::pair<char32_t, char32_t>& wanted) {
        return std::pair<char32_t, char32_t>(one.letter, one.mark) < wanted;
    };
    const auto* found =
        std::lower_bound(compositions.begin(), compositions.end(), std::pair(letter, mark), before);
    if (found == compositions.end() || found->letter != letter || found->mark != mark) return std::nullopt;
    return found->together;
}

} // namespace

std::string plain_name(std::string_view name) {
    if (std::ranges::all_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x80; }) &&
        name.find("  ") == name.npos && name.find('\t') == name.npos)
        return std::string(trimmed(name));
    if (!is_utf8(name)) return std::string(name);
    const std::vector<char32_t> given = characters_of(name);
    std::vector<char32_t> kept;
    for (std::size_t i = 0; i < given.size(); ++i) {
        const char32_t c = given[i];
        if (is_blank(c)) {
            if (!kept.empty() && kept.back() != ' ') kept.push_back(' ');
        } else if (is_joiner(c)) {
            const bool inside = !kept.empty() && kept.back() >= 0x80 && !is_joiner(kept.back()) &&
                                i + 1 < given.size() && given[i + 1] >= 0x80 && !is_blank(given[i + 1]) &&
                                !is_unseen(given[i + 1]);
            if (inside) kept.push_back(c);
        } else if (!is_unseen(c)) {
            const auto one = kept.empty() ? std::nullopt : together(kept.back(), c);
            if (one)
                kept.back() = *one;
            else
                kept.push_back(c);
        }
    }
    while (!kept.empty() && kept.back() == ' ')
        kept.pop_back();
    std::string text;
    for (const char32_t c : kept)
        append(text, c);
    return text;
}

} // namespace platform
