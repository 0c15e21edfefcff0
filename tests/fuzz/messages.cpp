// Messages on live sockets. The first line of the input is whose socket it is and where: "teacher /v1/live".
// Each line after it is a message; one whose first byte is 1 is binary.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "fuzz/support/box.h"
#include "fuzz/support/fuzz.h"

namespace fuzz {

void fuzz_messages(std::string_view input) {
    const std::string_view first = take_line(input);
    const std::size_t space = std::min(first.find(' '), first.size());
    std::vector<std::string_view> messages;
    while (!input.empty() && messages.size() < 64)
        messages.push_back(take_line(input));
    const std::string_view target = first.substr(std::min(space + 1, first.size()));
    for (const std::string& told : Box::shared().messages(first.substr(0, space), target, messages)) {
        const auto message = nlohmann::json::parse(told, nullptr, false);
        demand(!message.is_discarded(), "what a socket is told is JSON", told);
        if (!message.is_object()) continue;
        const auto error = message.find("error");
        demand(error == message.end() || *error != "Internal", "no message makes the server fail", told);
    }
}

} // namespace fuzz
