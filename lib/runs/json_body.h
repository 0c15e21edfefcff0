// Parses bodies of events in place: simdjson with the memory that it needs, and no more of it than it needs
// next.
#pragma once

#include <simdjson.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runs/event.h"
#include "runs/refused_event.h"

namespace runs {

class JsonBody {
public:
    // Valid until the next parse. `body` grows in memory; its content stays, but for odd values (odd_values.h).
    // Error bad_request: not JSON; too_large.
    simdjson::dom::element parse(std::string& body);
    // Of the last parse: the elements of "events" that are null because of an odd value.
    const std::vector<RefusedEvent>& odd() const { return odd_; }

private:
    simdjson::dom::parser parser_;
    std::vector<RefusedEvent> odd_;
};

// The element as JSON without blanks.
void append_json(std::string& text, simdjson::dom::element element);

// The `data` of a batch's events, one after the other, as it is stored. The events get their views at the
// end, when the memory no longer moves.
class DataTexts {
public:
    void clear();
    std::string& bytes() { return bytes_; }
    // The text appended since `offset` is the data of that event.
    void keep(std::size_t event, std::size_t offset);
    // That event goes, and so does what was appended since `offset`.
    void drop(std::size_t event, std::size_t offset);
    void give_to(std::span<Event> events) const;

private:
    struct Place {
        std::size_t event, offset, length;
    };
    std::string bytes_;
    std::vector<Place> places_;
};

} // namespace runs
