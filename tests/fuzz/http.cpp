// What a client sends on one HTTP connection: heads, bodies, several requests in a row. The box answers the
// same whether it comes in one piece or byte by byte.
#include "fuzz/support/door.h"
#include "fuzz/support/fuzz.h"
#include "platform/text.h"

namespace fuzz {

void fuzz_http(std::string_view input) {
    static ToyDoor door;
    const std::string whole = without_continue(door.talk({input}));
    const auto bodies = door.take_bodies();
    for (const std::string& body : bodies)
        demand(body.size() <= (1u << 20), "no body is larger than a route takes");
    // A handshake must be alone: whatever comes with it in one piece is refused.
    if (platform::lower_ascii(input).find("upgrade") != std::string::npos) return;
    const std::string in_pieces = without_continue(door.talk(pieces_of(input)));
    demand(whole == in_pieces, "the answers are the same in one piece and in many",
           whole + "\n---- in pieces ----\n" + in_pieces);
    demand(bodies == door.take_bodies(), "handlers get the same bodies in one piece and in many");
}

} // namespace fuzz
