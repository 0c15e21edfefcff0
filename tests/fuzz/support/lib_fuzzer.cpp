// What libFuzzer calls, in a program with a single target.
#include <cstdint>

#include "fuzz/support/fuzz.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's own name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    fuzz::targets().front().run({reinterpret_cast<const char*>(bytes), size});
    return 0;
}
