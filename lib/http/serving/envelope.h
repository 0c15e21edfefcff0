// Reads the outermost level of a socket message, {type, data, eid, ts}, without looking into its values. That
// way a batch of events is parsed only once, by its own parser.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace http {

struct Envelope { // the JSON of each as it stands; "" when missing
    std::string_view type, eid, data;
};

// nullopt: not an object, or one that ends too early. Faults further inside are left to whoever parses that
// part.
std::optional<Envelope> envelope_of(std::string_view text);

// Finds type and eid of a message that is too long to be kept, from its pieces as they come.
class Skimmer {
public:
    void skim(std::string_view piece);
    // {"type":...,"eid":...}; null for what was not found, or is longer than a name.
    std::string outline() const;

private:
    void end_of_value();

    std::string token_, key_; // of the outermost level: what is being read, and the name before it
    std::string type_, eid_;
    int depth_ = 0;
    bool in_string_ = false, escaped_ = false;
};

} // namespace http
