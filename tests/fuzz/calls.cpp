// Whole requests to the real routes of a school in a lesson: Lectern's own, and those of the older dialects, with
// their batches, forms, pairing codes and keys. Whatever comes in, no answer is a defect.
#include "fuzz/support/box.h"
#include "fuzz/support/fuzz.h"

namespace fuzz {

void fuzz_calls(std::string_view input) {
    const std::string answers = Box::shared().talk({input});
    demand(answers.empty() || answers.starts_with("HTTP/1.1 "), "answers are HTTP", answers);
    demand(answers.find("\r\nHTTP/1.1 500 ") == answers.npos && !answers.starts_with("HTTP/1.1 500 "),
           "no answer is a defect", answers);
}

} // namespace fuzz
