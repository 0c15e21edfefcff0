// Uploads: the input is the heads of a request by tus and perhaps a body after them. The first byte says which
// request it is.
#include <iterator>

#include "fuzz/support/box.h"
#include "fuzz/support/fuzz.h"

namespace fuzz {

namespace {

// The box has two unfinished uploads: 1 is a large one, which no input fills, and 2 has room for ten bytes.
constexpr std::string_view lines[] = {"POST /v1/uploads",   "PATCH /v1/uploads/1", "PATCH /v1/uploads/2",
                                      "GET /v1/uploads/1",  "HEAD /v1/uploads/1",  "DELETE /v1/uploads/1",
                                      "OPTIONS /v1/uploads"};

} // namespace

void fuzz_tus(std::string_view input) {
    const std::string_view line = lines[take_byte(input) % std::size(lines)];
    const std::string request = std::string(line) +
                                " HTTP/1.1\r\nHost: box\r\nAuthorization: Bearer teacher\r\n" +
                                std::string(input);
    const std::string answers = Box::shared().talk({request});
    demand(answers.empty() || answers.starts_with("HTTP/1.1 "), "answers are HTTP", answers);
    if (line.starts_with("OPTIONS") || !answers.starts_with("HTTP/1.1 2")) return;
    demand(answers.find("Tus-Resumable: 1.0.0") != answers.npos, "an answer to tus says its version",
           answers);
}

} // namespace fuzz
