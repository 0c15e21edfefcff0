// Randomness always comes from the operating system through libsodium, never from SQLite: SQLite's generator
// dies in a static binary without /dev, and is not meant for secrets. It is an interface because tests need
// to predict the draws.
#pragma once

#include <cstdint>
#include <span>

namespace platform {

class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<unsigned char> bytes) = 0;
    // Uniform over 0 .. bound-1, without modulo bias.
    virtual std::uint32_t uniform(std::uint32_t bound) = 0;
};

class SystemRandom final : public Random {
public:
    SystemRandom();
    void fill(std::span<unsigned char> bytes) override;
    std::uint32_t uniform(std::uint32_t bound) override;
};

} // namespace platform
