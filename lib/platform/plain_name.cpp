#include "platform/plain_name.h"

#include <utf8proc.h>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "platform/text.h"

namespace platform {

namespace {

constexpr utf8proc_int32_t non_joiner = 0x200c, joiner = 0x200d;

bool is_blank(utf8proc_int32_t c) {
    return c == '\t' || utf8proc_category(c) == UTF8PROC_CATEGORY_ZS;
}

bool is_joiner(utf8proc_int32_t c) {
    return c == non_joiner || c == joiner;
}

// Soft hyphens, zero-width spaces, marks of direction, variation selectors, byte order marks.
bool is_unseen(utf8proc_int32_t c) {
    return utf8proc_get_property(c)->ignorable || utf8proc_category(c) == UTF8PROC_CATEGORY_CF;
}

std::vector<utf8proc_int32_t> characters_of(std::string_view text) {
    std::vector<utf8proc_int32_t> characters;
    const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    const auto* const end = at + text.size();
    while (at < end) {
        utf8proc_int32_t character = 0;
        const auto length = utf8proc_iterate(at, end - at, &character);
        if (length <= 0) break; // the caller has checked that it is UTF-8
        characters.push_back(character);
        at += length;
    }
    return characters;
}

void append(std::string& text, utf8proc_int32_t character) {
    std::array<utf8proc_uint8_t, 4> bytes{};
    const auto length = utf8proc_encode_char(character, bytes.data());
    text.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(length));
}

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Normalization form C of Unicode, and what else is asked for.
std::string composed(const std::string& text, int also = 0) {
    utf8proc_uint8_t* made = nullptr;
    const auto length = utf8proc_map(
        reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
        &made, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | also));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(made, &std::free);
    if (length < 0) throw std::bad_alloc(); // of UTF-8 it refuses nothing else
    return {reinterpret_cast<const char*>(made), static_cast<std::size_t>(length)};
}

} // namespace

std::string plain_name(std::string_view name) {
    if (is_ascii(name) && name.find("  ") == name.npos && name.find('\t') == name.npos)
        return std::string(trimmed(name));
    if (!is_utf8(name)) return std::string(name);
    const auto given = characters_of(name);
    std::vector<utf8proc_int32_t> kept;
    for (std::size_t i = 0; i < given.size(); ++i) {
        const auto c = given[i];
        if (is_blank(c)) {
            if (!kept.empty() && kept.back() != ' ') kept.push_back(' ');
        } else if (is_joiner(c)) {
            const bool inside = !kept.empty() && kept.back() >= 0x80 && !is_joiner(kept.back()) &&
                                i + 1 < given.size() && given[i + 1] >= 0x80 && !is_blank(given[i + 1]) &&
                                !is_unseen(given[i + 1]);
            if (inside) kept.push_back(c);
        } else if (!is_unseen(c)) {
            kept.push_back(c);
        }
    }
    while (!kept.empty() && kept.back() == ' ')
        kept.pop_back();
    std::string text;
    for (const auto c : kept)
        append(text, c);
    return composed(text);
}

std::string name_key(std::string_view name) {
    const std::string plain = plain_name(name);
    if (is_ascii(plain) || !is_utf8(plain)) return lower_ascii(plain);
    // Folding may part a letter from its mark in a new order: the second time puts that right.
    return composed(composed(plain, UTF8PROC_CASEFOLD));
}

} // namespace platform
