#include "people/signing_in/password.h"

#include <algorithm>
#include <array>

#include "platform/error.h"
#include "platform/text.h"

namespace people {

namespace {

// In small letters, without what people put behind a word.
constexpr auto common = std::to_array<std::string_view>({
    // What lists of leaked passwords agree on.
    "1q2w3e4r",
    "1qaz2wsx",
    "a1b2c3d4",
    "aa12345678",
    "abcd",
    "abc",
    "admin",
    "administrator",
    "baseball",
    "basketball",
    "batman",
    "changeme",
    "charlie",
    "chocolate",
    "computer",
    "default",
    "dragon",
    "elephant",
    "football",
    "freedom",
    "google",
    "hello",
    "iloveyou",
    "internet",
    "jennifer",
    "jordan",
    "letmein",
    "liverpool",
    "login",
    "lovely",
    "master",
    "michael",
    "michelle",
    "monkey",
    "mustang",
    "p@ssw0rd",
    "p@ssword",
    "pa55word",
    "pass",
    "passw0rd",
    "password",
    "pokemon",
    "princess",
    "q1w2e3r4",
    "samsung",
    "secret",
    "shadow",
    "starwars",
    "sunshine",
    "superman",
    "test",
    "trustno",
    "welcome",
    "whatever",
    // What a school adds.
    "class",
    "classroom",
    "headset",
    "lectern",
    "lesson",
    "school",
    "student",
    "teacher",
    "virtual",
    // The same in the page's other languages.
    "azertyui",
    "azertyuiop",
    "bonjour",
    "contraseña",
    "contrasena",
    "ecole",
    "geheim",
    "hallo",
    "juventus",
    "lehrer",
    "loulou",
    "motdepasse",
    "passwort",
    "profesor",
    "qwertzui",
    "qwertzuiop",
    "schatzi",
    "schule",
    "schueler",
    "scuola",
    "woaini",
    "woaini1314",
});

// Neighbours here are neighbours on a keyboard or in counting.
constexpr auto rows =
    std::to_array<std::string_view>({"01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop",
                                     "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm"});

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string_view without_signs_behind(std::string_view text) {
    while (!text.empty() && !is_letter(text.back()) && !is_digit(text.back()))
        text.remove_suffix(1);
    return text;
}

std::string_view without_tail(std::string_view text) {
    while (!text.empty() && !is_letter(text.back()))
        text.remove_suffix(1);
    return text;
}

bool is_in_a_row(std::string_view text) {
    const std::string backwards(text.rbegin(), text.rend());
    return std::ranges::any_of(rows, [&](std::string_view row) {
        return row.find(text) != row.npos || row.find(backwards) != row.npos;
    });
}

// "aaaaaaaa", "12121212", "abcabcabc": a piece of at most a third, or of two or less, again and again.
bool is_repeated(std::string_view text) {
    const std::size_t most = std::max<std::size_t>(2, text.size() / 3);
    for (std::size_t piece = 1; piece <= most && piece < text.size(); ++piece)
        if (text.substr(piece) == text.substr(0, text.size() - piece)) return true;
    return false;
}

bool is_common(std::string_view text) {
    return std::ranges::find(common, text) != common.end();
}

} // namespace

bool is_commonly_tried(std::string_view password, std::string_view name) {
    constexpr std::size_t shortest = 4; // below it any word would be part of a row, or "ee"
    const std::string folded = platform::lower_ascii(platform::trimmed(password)),
                      own = platform::lower_ascii(name);
    const std::string_view whole = without_signs_behind(folded), word = without_tail(folded);
    if (is_repeated(folded) || folded.empty()) return true;
    if (!own.empty() && (whole == own || word == own)) return true;
    if (!word.empty() && word == without_tail(own)) return true;
    return std::ranges::any_of(std::array{std::string_view(folded), whole, word}, [](std::string_view text) {
        return is_common(text) || (text.size() >= shortest && (is_in_a_row(text) || is_repeated(text)));
    });
}

std::string hash_of_new_password(platform::SecretHasher& hasher, std::string_view password,
                                 std::string_view name, const std::string& field) {
    if (is_commonly_tried(password, name))
        platform::throw_invalid(field,
                                "must not be one that everybody tries first: three words that have nothing "
                                "to do with each other are better");
    return hasher.hash(password);
}

} // namespace people
