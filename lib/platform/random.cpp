#include "platform/random.h"

#include <sodium.h>

#include "platform/error.h"

namespace platform {

SystemRandom::SystemRandom() {
    if (sodium_init() < 0) throw Error(ErrorKind::internal, "The system gives no randomness.");
}

void SystemRandom::fill(std::span<unsigned char> bytes) {
    randombytes_buf(bytes.data(), bytes.size());
}

std::uint32_t SystemRandom::uniform(std::uint32_t bound) {
    return randombytes_uniform(bound);
}

} // namespace platform
