// Randomness that a test can predict: uniform() gives the queued draws first, then counts on from a seed.
#pragma once

#include <deque>

#include "platform/random.h"

namespace support {

class SequenceRandom final : public platform::Random {
public:
    void queue(std::uint32_t draw) { draws_.push_back(draw); }
    void fill(std::span<unsigned char> bytes) override {
        for (unsigned char& byte : bytes)
            byte = static_cast<unsigned char>(next() >> 33);
    }
    std::uint32_t uniform(std::uint32_t bound) override {
        if (draws_.empty()) return static_cast<std::uint32_t>(next() >> 33) % bound;
        const std::uint32_t draw = draws_.front();
        draws_.pop_front();
        return draw % bound;
    }

private:
    std::uint64_t next() { return state_ = state_ * 6364136223846793005u + 1442695040888963407u; }
    std::deque<std::uint32_t> draws_;
    std::uint64_t state_ = 20260901;
};

} // namespace support
