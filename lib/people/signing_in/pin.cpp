#include "people/signing_in/pin.h"

namespace people {

std::string draw_pin(platform::Random& random) {
    constexpr std::uint32_t pins = 10'000;
    return std::to_string(pins + random.uniform(pins)).substr(1);
}

} // namespace people
