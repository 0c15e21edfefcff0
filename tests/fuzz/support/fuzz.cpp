#include "fuzz/support/fuzz.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace fuzz {

void demand(bool holds, std::string_view what, std::string_view detail) {
    if (holds) return;
    std::fprintf(stderr, "fuzz: this must hold: %.*s\n", static_cast<int>(what.size()), what.data());
    constexpr std::size_t most = 4000;
    if (!detail.empty())
        std::fprintf(stderr, "%.*s\n", static_cast<int>(std::min(detail.size(), most)), detail.data());
    std::abort();
}

std::vector<std::string_view> pieces_of(std::string_view input) {
    std::vector<std::string_view> pieces;
    std::uint64_t state = 1469598103934665603u; // FNV: every byte of the input counts
    for (const char c : input)
        state = (state ^ static_cast<unsigned char>(c)) * 1099511628211u;
    // A long input in single bytes takes too long, so it gets longer pieces.
    const std::size_t scale = 1 + input.size() / 256;
    while (!input.empty()) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        const std::size_t drawn = (state >> 33) % 4 == 0 ? (state >> 40) % 64 : 1;
        const std::size_t size = std::clamp<std::size_t>(drawn * scale, 1, input.size());
        pieces.push_back(input.substr(0, size));
        input.remove_prefix(size);
    }
    return pieces;
}

std::string_view take_line(std::string_view& input) {
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(input.size(), line.size() + 1));
    return line;
}

unsigned char take_byte(std::string_view& input) {
    if (input.empty()) return 0;
    const auto byte = static_cast<unsigned char>(input.front());
    input.remove_prefix(1);
    return byte;
}

} // namespace fuzz
