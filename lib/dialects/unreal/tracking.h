// Reads the unreal dialect's events, single and in batches, from the wire into Lectern's own. Data that can
// be used in place is not copied.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dialects/unreal/wire.h"
#include "runs/event.h"
#include "runs/json_body.h"

namespace dialects::unreal {

struct Tracked {
    std::string_view session_id;     // "": a single event did not say
    std::string_view batch_id;       // "": it has none of its own
    std::vector<runs::Event> events; // the valid ones
    std::size_t total = 0;
};

class TrackingReader {
public:
    // Both results are valid until the next call; `body` is padded, not changed.
    // {session_id, events: [...], sent_at?, batch_id?}: only faults of the envelope are thrown. An event with
    // a fault is left out.
    const Tracked& read_batch(std::string& body);
    // One event: every fault is thrown. With `now_ms`, an event of anything at all: its time is now where it
    // has none, and nothing but its type may be at fault.
    const Tracked& read_event(std::string& body, std::optional<std::int64_t> now_ms = {});

private:
    void read_envelope(simdjson::dom::object object, Faults& faults);
    simdjson::dom::object parse(std::string& body);

    runs::JsonBody parser_;
    runs::DataTexts texts_;
    Tracked tracked_;
};

} // namespace dialects::unreal
