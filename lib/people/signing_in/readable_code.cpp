#include "people/signing_in/readable_code.h"

#include <cctype>

namespace people {

namespace {

// Leaves out characters that are easily mistaken when read aloud or off a screen: 0 O, 1 I L.
constexpr std::string_view alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

} // namespace

std::string draw_readable_code(platform::Random& random, int groups) {
    std::string code;
    for (int i = 0; i < 4 * groups; ++i) {
        if (i > 0 && i % 4 == 0) code += '-';
        code += alphabet[random.uniform(static_cast<std::uint32_t>(alphabet.size()))];
    }
    return code;
}

std::string plain_code(std::string_view code) {
    std::string letters;
    for (char c : code)
        if (c != '-' && c != ' ') letters += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return letters;
}

} // namespace people
