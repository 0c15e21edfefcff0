// Reads the outermost level of a socket message, {type, data, eid, ts}, without looking into its values. That
// way a batch of events is parsed only once, by its own parser.
#pragma once

#include <optional>
#include <string_view>

namespace http {

struct Envelope { // the JSON of each as it stands; "" when missing
    std::string_view type, eid, data;
};

// nullopt: not an object, or one that ends too early. Faults further inside are left to whoever parses that
// part.
std::optional<Envelope> envelope_of(std::string_view text);

} // namespace http
