// The outermost level of a socket message, {type, data, eid, ts}, without a look into its values: a batch of
// events is parsed once, by its own parser, and not here as well.
#pragma once

#include <optional>
#include <string_view>

namespace http {

struct Envelope { // the JSON of each as it stands; "" what is not there
    std::string_view type, eid, data;
};

// None: no object, or one that ends too early. What is wrong further inside is for whoever parses that.
std::optional<Envelope> envelope_of(std::string_view text);

} // namespace http
