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

namespace runs {

struct Batch {
    std::string_view batch_id;
    std::optional<RunId> run_id;
    std::optional<std::int64_t> reported_total; // events of the run recorded so far, says the headset
    std::vector<Event> events;
};

class EventParser {
public:
    EventParser();
    ~EventParser();

    // {batch_id, run_id?, reported_total?, events: [...]}. The result is valid until the next parse. `body`
    // grows in memory, but its content stays. Error bad_request: not JSON; invalid: names the faulty fields,
    // "events[3].yaw_deg".
    const Batch& parse(std::string& body);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace runs
