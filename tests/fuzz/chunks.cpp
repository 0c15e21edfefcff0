// Chunked bodies. First the input is what follows the head; then it is the body itself, which must come out of
// its chunks as it went in.
#include <cstdio>

#include "fuzz/support/door.h"
#include "fuzz/support/fuzz.h"

namespace fuzz {

namespace {

constexpr std::string_view heads[] = {
    "PUT /echo HTTP/1.1\r\nHost: box\r\nTransfer-Encoding: chunked\r\n\r\n",
    "PUT /content HTTP/1.1\r\nHost: box\r\nTransfer-Encoding: chunked\r\n\r\n"};

void same_in_pieces(ToyDoor& door, std::string_view head, std::string_view input) {
    const std::string request = std::string(head).append(input);
    const std::string whole = door.talk({request});
    const auto bodies = door.take_bodies();
    const std::string in_pieces = door.talk(pieces_of(request));
    demand(whole == in_pieces, "the answers are the same in one piece and in many",
           whole + "\n---- in pieces ----\n" + in_pieces);
    demand(bodies == door.take_bodies(), "handlers get the same bodies in one piece and in many");
}

std::string chunked(std::string_view body) {
    std::string text;
    for (const std::string_view piece : pieces_of(body)) {
        char size[32];
        std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
        text.append(size).append(piece).append("\r\n");
    }
    return text + "0\r\n\r\n";
}

} // namespace

void fuzz_chunks(std::string_view input) {
    static ToyDoor door;
    for (const std::string_view head : heads) {
        same_in_pieces(door, head, input);
        const std::string request = std::string(head) + chunked(input);
        const std::string answer = door.talk(pieces_of(request));
        const auto bodies = door.take_bodies();
        if (input.size() <= (32u << 10))
            demand(bodies.size() == 1 && bodies[0] == input, "a body comes out of its chunks as it went in",
                   answer);
    }
}

} // namespace fuzz
