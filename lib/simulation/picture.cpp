#include "simulation/picture.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace simulation {

namespace {

// A baseline JPEG in which each block of 8x8 pixels has one grey. Only the DC coefficients are coded: their
// differences by the usual table, each followed by the one code "end of block".
constexpr int columns = 20, rows = 15;
constexpr std::uint8_t quantum = 8; // a DC coefficient is 8 times the mean, so this codes the mean itself

struct Code {
    unsigned bits, length;
};
constexpr std::array<Code, 9> categories{{{0b00, 2},
                                          {0b010, 3},
                                          {0b011, 3},
                                          {0b100, 3},
                                          {0b101, 3},
                                          {0b110, 3},
                                          {0b1110, 4},
                                          {0b11110, 5},
                                          {0b111110, 6}}};

class BitWriter {
public:
    explicit BitWriter(std::string& into) : into_(into) {}
    void put(unsigned bits, unsigned length) {
        for (unsigned i = length; i-- > 0;) {
            byte_ = (byte_ << 1) | ((bits >> i) & 1);
            if (++filled_ == 8) flush_byte();
        }
    }
    void finish() {
        while (filled_ != 0)
            put(1, 1);
    }

private:
    void flush_byte() {
        into_ += static_cast<char>(byte_);
        if (byte_ == 0xff) into_ += '\0'; // 0xff alone would begin a marker
        byte_ = filled_ = 0;
    }
    std::string& into_;
    unsigned byte_ = 0, filled_ = 0;
};

void put_segment(std::string& jpeg, std::uint8_t marker, const std::string& content) {
    const std::size_t length = content.size() + 2;
    jpeg += '\xff';
    jpeg += static_cast<char>(marker);
    jpeg += static_cast<char>(length >> 8);
    jpeg += static_cast<char>(length & 0xff);
    jpeg += content;
}

std::string header() {
    std::string jpeg = "\xff\xd8";
    put_segment(jpeg, 0xe0, std::string("JFIF\0\1\1\0\0\1\0\1\0\0", 14));
    put_segment(jpeg, 0xdb, '\0' + std::string(64, static_cast<char>(quantum)));
    put_segment(
        jpeg, 0xc0,
        std::string("\x08\0", 2) + char(rows * 8) + '\0' + char(columns * 8) + std::string("\1\1\x11\0", 4));
    put_segment(jpeg, 0xc4,
                std::string("\0\0\1\5\1\1\1\1\1\1\0\0\0\0\0\0\0", 17) +
                    std::string("\0\1\2\3\4\5\6\7\x08\x09\x0a\x0b", 12));
    put_segment(jpeg, 0xc4, std::string("\x10\1", 2) + std::string(15, '\0') + '\0');
    put_segment(jpeg, 0xda, std::string("\1\1\0\0\x3f\0", 6));
    return jpeg;
}

int grey_at(int column, int row, const Look& look, double position_ms) {
    const double pitch = look.pitch_deg + 45.0 - 90.0 * (row + 0.5) / rows;
    const double yaw = look.yaw_deg + 60.0 * (column + 0.5) / columns - 30.0;
    if (pitch > 0) return 225 - static_cast<int>(pitch);
    const double wave = std::sin(yaw * std::numbers::pi / 15 + position_ms / 1500 + pitch / 3);
    return std::clamp(90 + static_cast<int>(pitch + 25 * wave), 0, 255);
}

} // namespace

std::string picture_of(const Look& look, double position_ms) {
    std::string jpeg = header();
    BitWriter writer(jpeg);
    int before = 0;
    for (int row = 0; row < rows; ++row) {
        for (int column = 0; column < columns; ++column) {
            const int level = grey_at(column, row, look, position_ms) - 128;
            const int difference = level - before;
            before = level;
            const auto category =
                static_cast<unsigned>(std::bit_width(static_cast<unsigned>(std::abs(difference))));
            writer.put(categories[category].bits, categories[category].length);
            writer.put(static_cast<unsigned>(difference < 0 ? difference - 1 : difference), category);
            writer.put(0, 1);
        }
    }
    writer.finish();
    return jpeg + "\xff\xd9";
}

} // namespace simulation
