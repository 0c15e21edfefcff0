// Compressed bodies: never more than was asked for, and as they went in. What follows the first byte is taken
// as packed, and then packed itself.
#include <zlib.h>

#include "fuzz/support/fuzz.h"
#include "http/serving/inflate.h"
#include "platform/error.h"

namespace fuzz {

void fuzz_packed(std::string_view input) {
    const std::size_t most = std::size_t{16} << take_byte(input) % 16;
    try {
        if (const auto text = http::inflate(input, most))
            demand(text->size() <= most, "nothing is inflated beyond its limit");
    } catch (const platform::Error& error) {
        demand(error.kind() == platform::ErrorKind::bad_request, "a fault is the sender's", error.what());
    }
    std::string packed(compressBound(static_cast<uLong>(input.size())), '\0');
    uLongf size = packed.size();
    demand(compress(reinterpret_cast<Bytef*>(packed.data()), &size,
                    reinterpret_cast<const Bytef*>(input.data()), static_cast<uLong>(input.size())) == Z_OK,
           "anything can be packed");
    packed.resize(size);
    const auto text = http::inflate(packed, input.size());
    demand(text && *text == input, "a body comes out as it went in");
    if (!input.empty()) demand(!http::inflate(packed, input.size() - 1), "one byte too many is too many");
}

} // namespace fuzz
