// From a batch's JSON to events, without a copy: simdjson, because a general JSON tree costs as much as the
// insert.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/ids.h"
#include "runs/event.h"
#include "runs/refused_event.h"

namespace runs {

struct Batch {
    std::string_view batch_id; // of a numbered one: "BOOT/NUMBER"
    std::string_view boot_id;  // "": it has no number
    std::int64_t number = 0;
    std::optional<RunId> run_id;
    std::optional<std::int64_t> reported_total; // events of the run recorded so far, says the headset
    std::vector<Event> events;                  // those that can be kept
    std::vector<RefusedEvent> refused;          // the others; the first hundred faults
    std::size_t refused_count = 0;              // events
};

class EventParser {
public:
    EventParser();
    ~EventParser();

    // {batch_id, run_id?, reported_total?, events: [...]}, or {boot_id, number, ...}. The result is valid until
    // the next parse. `body` grows in memory, and loses odd values. A fault of an event costs that event alone.
    // Error bad_request: not JSON; invalid: names the faulty fields of the batch itself.
    const Batch& parse(std::string& body);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace runs
