// Multipart forms. First the input is the whole body; then it is a file in one, which must come out as it went
// in.
#include "fuzz/support/door.h"
#include "fuzz/support/fuzz.h"

namespace fuzz {

namespace {

std::string form(std::string_view body) {
    return "POST /form HTTP/1.1\r\nHost: box\r\nContent-Type: multipart/form-data; boundary=seam\r\n"
           "Content-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

} // namespace

void fuzz_multipart(std::string_view input) {
    static ToyDoor door;
    const std::string request = form(input);
    const std::string whole = door.talk({request});
    const auto parts = door.take_bodies();
    std::size_t bytes = 0;
    for (const std::string& part : parts)
        bytes += part.size();
    demand(bytes <= input.size(), "parts hold no more than the body");
    demand(whole == door.talk(pieces_of(request)), "the answer is the same in one piece and in many", whole);
    demand(parts == door.take_bodies(), "handlers get the same parts in one piece and in many");

    if (input.find("--seam") != input.npos || input.size() > (64u << 10)) return;
    const std::string answer =
        door.talk({form("--seam\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n"
                        "Content-Type: application/octet-stream\r\n\r\n" +
                        std::string(input) + "\r\n--seam--\r\n")});
    const auto files = door.take_bodies();
    demand(files.size() == 1 && files[0] == input, "a file comes out of its form as it went in", answer);
}

} // namespace fuzz
